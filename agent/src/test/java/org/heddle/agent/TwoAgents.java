package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.agent.AgentOptions.ContentOptions;
import org.heddle.agent.AgentOptions.FarmOptions;
import org.heddle.api.AgentApi;
import org.heddle.api.AgentClient;
import org.heddle.api.JsonHttp;
import org.heddle.drivers.memory.MemoryDriver;
import org.heddle.drivers.memory.MemoryHost;
import org.heddle.drivers.memory.MemoryWire;
import org.heddle.model.HostRef;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two agents with in-memory hosts that can move machines to one another, and a controller. */
abstract class TwoAgents {
  static final MachineId NODE = Fixtures.machine("node");

  /** A host whose agent can be started again. */
  final class TestHost {
    final String name;
    final MemoryHost memory;
    final Path state;
    final List<Path> images;
    final String site;
    final ContentOptions content;
    FarmOptions farm;
    MemoryDriver inner;
    ScriptedDriver driver;
    Agent agent;
    AgentClient client;

    TestHost(String name, String site, List<Path> images, ContentOptions content, FarmOptions farm)
        throws Exception {
      this.farm = farm;
      this.name = name;
      this.site = site;
      this.content = content;
      this.state = folder.resolve(name);
      this.memory = new MemoryHost(wire, InstantSource.system(), state.resolve("spool"));
      this.images = images;
      this.inner = new MemoryDriver(memory);
      this.driver = newDriver();
      this.agent = newAgent();
      this.client = newClient();
    }

    void start() throws Exception {
      inner = new MemoryDriver(memory);
      driver = newDriver();
      agent = newAgent();
      client = newClient();
    }

    private ScriptedDriver newDriver() {
      return new ScriptedDriver(inner, state.resolve("guests"));
    }

    private Agent newAgent() throws Exception {
      Agent started =
          new Agent(
              Fixtures.options(name, site, controller.url(), state, images, content, farm, 0),
              StateLock.take(state),
              driver,
              new PrivateNetwork.None(),
              Duration.ofMillis(50));
      started.start();
      return started;
    }

    private AgentClient newClient() {
      return new AgentClient(http, URI.create(agent.host().agentUrl()), Fixtures.TOKEN);
    }

    HostRef ref() {
      return new HostRef(agent.host().id(), agent.host().address(), agent.host().agentUrl());
    }
  }

  @TempDir Path folder;
  final MemoryWire wire = new MemoryWire();
  final HttpClient http = JsonHttp.newClient();
  final List<TestHost> hosts = new ArrayList<>();
  FakeController controller;
  TestHost one;
  TestHost two;

  @BeforeEach
  void twoHosts() throws Exception {
    controller = new FakeController();
    Fixtures.image(folder.resolve("images"), Fixtures.IMAGE);
    one = host("one", List.of(folder.resolve("images")));
    two = host("two", List.of(folder.resolve("images")));
  }

  @AfterEach
  void stopAll() throws IOException {
    for (TestHost host : hosts) {
      host.agent.close();
    }
    controller.close();
    http.shutdownNow();
  }

  TestHost host(String name, List<Path> images) throws Exception {
    return host(name, "here", images, ContentOptions.PLAIN);
  }

  TestHost host(String name, String site, List<Path> images, ContentOptions content)
      throws Exception {
    return host(new TestHost(name, site, images, content, FarmOptions.PLAIN));
  }

  TestHost host(String name, List<Path> images, FarmOptions farm) throws Exception {
    return host(new TestHost(name, "here", images, ContentOptions.PLAIN, farm));
  }

  private TestHost host(TestHost host) {
    hosts.add(host);
    return host;
  }

  static AgentApi.OperationStatus end(TestHost host, String id) {
    return await()
        .until(
            () -> host.client.operation(id).orElseThrow(), status -> status.outcome().isPresent());
  }

  static Outcome outcome(TestHost host, String id, Operation operation) throws Exception {
    host.client.operate(id, operation);
    return end(host, id).outcome().orElseThrow();
  }

  static Outcome.Done done(TestHost host, String id, Operation operation) throws Exception {
    Outcome outcome = outcome(host, id, operation);
    assertThat(outcome).as(id).isInstanceOf(Outcome.Done.class);
    return (Outcome.Done) outcome;
  }

  static Outcome.Code failed(TestHost host, String id, Operation operation) throws Exception {
    Outcome outcome = outcome(host, id, operation);
    assertThat(outcome).as(id).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).code();
  }

  static Optional<MachineReport> report(TestHost host, MachineId machine) throws Exception {
    return host.client.host().machines().stream()
        .filter(report -> report.machine().equals(machine))
        .findFirst();
  }

  static Live live(TestHost host) throws Exception {
    return report(host, NODE).map(MachineReport::live).orElse(Live.NONE);
  }
}
