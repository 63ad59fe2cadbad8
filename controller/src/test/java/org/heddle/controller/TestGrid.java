package org.heddle.controller;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.model.HostId;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineKind;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;

/** A controller with scripted agents that keep their leases, all in this process. */
final class TestGrid implements AutoCloseable {
  static final String TOKEN = "0123456789abcdef-test";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Path folder;
  private final int leaseSeconds;
  private final Map<HostId, ScriptedAgent> agents = new TreeMap<>();
  private final Set<HostId> silent = new ConcurrentSkipListSet<>();
  private final Thread leases;
  private volatile Optional<ControllerProgram> controller = Optional.empty();
  private volatile Optional<GridClient> client = Optional.empty();

  TestGrid(Path folder, int hosts, int leaseSeconds) throws IOException {
    this(folder, hosts, leaseSeconds, "");
  }

  /**
   * @param builder host that builds images
   */
  TestGrid(Path folder, int hosts, int leaseSeconds, String builder) throws IOException {
    this.folder = folder;
    this.leaseSeconds = leaseSeconds;
    for (int i = 1; i <= hosts; i++) {
      ScriptedAgent agent = new ScriptedAgent("host" + i, TOKEN, agents);
      if (builder.equals("host" + i)) {
        agent.build();
      }
    }
    start();
    leases = Thread.ofVirtual().start(this::keepLeases);
    awaitTrue(() -> client().status().hostsOnline() == hosts);
  }

  void start() throws IOException {
    ControllerOptions options =
        new ControllerOptions(List.of("127.0.0.1:0"), folder, Optional.of(TOKEN), leaseSeconds);
    ControllerProgram program = ControllerProgram.start(options);
    client = Optional.of(GridClient.http(program.urls().getFirst(), TOKEN));
    controller = Optional.of(program);
  }

  /** Ends the controller; the agents go on. */
  void stop() {
    client.ifPresent(GridClient::close);
    controller.ifPresent(ControllerProgram::close);
    client = Optional.empty();
    controller = Optional.empty();
  }

  GridClient client() {
    return client.orElseThrow();
  }

  URI url() {
    return controller.orElseThrow().urls().getFirst();
  }

  ScriptedAgent agent(String name) {
    return Optional.ofNullable(agents.get(new HostId(name))).orElseThrow();
  }

  List<ScriptedAgent> agents() {
    return List.copyOf(agents.values());
  }

  /** The host's agent is no longer heard of. */
  void silence(String host, boolean quiet) {
    HostId id = new HostId(host);
    boolean _ = quiet ? silent.add(id) : silent.remove(id);
  }

  private void keepLeases() {
    try {
      while (true) {
        for (ScriptedAgent agent : agents.values()) {
          hello(agent);
        }
        Thread.sleep(leaseSeconds * 1000L / 5);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void hello(ScriptedAgent agent) throws InterruptedException {
    Optional<ControllerProgram> now = controller;
    if (now.isPresent() && !silent.contains(agent.host().id())) {
      try {
        var _ = agent.hello(now.get().urls().getFirst());
      } catch (IOException _) {
        // the controller is restarting; tried again in a moment
      }
    }
  }

  static VjobSpec vjob(String name, int machines, long memoryMiB, int priority) {
    MachineGroup group =
        new MachineGroup(
            "node",
            machines,
            "tiny",
            new Resources(1, memoryMiB, 0),
            MachineKind.VM,
            Optional.empty());
    return new VjobSpec(new VjobId(name), priority, "alice", List.of(group), Optional.of("work"));
  }

  /** The host is as said, whatever the others are. */
  void awaitHost(String host, String state) {
    awaitTrue(() ->
        client().hosts().stream()
            .anyMatch(it -> it.name().equals(host) && it.state().equals(state)));
  }

  void awaitState(String vjob, String state) {
    awaitTrue(() -> client().vjob(vjob).state().equals(state));
  }

  static void awaitTrue(Callable<Boolean> condition) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreException(GridException.class)
        .until(condition);
  }

  @Override
  public void close() {
    leases.interrupt();
    stop();
    agents.values().forEach(ScriptedAgent::close);
  }
}
