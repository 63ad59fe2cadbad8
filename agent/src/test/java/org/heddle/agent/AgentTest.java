package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.heddle.api.AgentApi;
import org.heddle.api.AgentClient;
import org.heddle.api.AgentEvent;
import org.heddle.api.ApiException;
import org.heddle.api.JsonHttp;
import org.heddle.drivers.memory.MemoryDriver;
import org.heddle.drivers.memory.MemoryHost;
import org.heddle.drivers.memory.MemoryWire;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class AgentTest {
  private static final MachineId NODE = Fixtures.machine("node");

  /** A host whose agent can be started again. */
  private final class TestHost {
    final String name;
    final MemoryHost memory;
    final Path state;
    final List<Path> images;
    ScriptedDriver driver;
    Agent agent;
    AgentClient client;

    TestHost(String name, List<Path> images) throws Exception {
      this.name = name;
      this.state = folder.resolve(name);
      this.memory = new MemoryHost(wire, InstantSource.system(), state.resolve("spool"));
      this.images = images;
      this.driver = newDriver();
      this.agent = newAgent();
      this.client = newClient();
    }

    void start() throws Exception {
      driver = newDriver();
      agent = newAgent();
      client = newClient();
    }

    private ScriptedDriver newDriver() {
      return new ScriptedDriver(new MemoryDriver(memory), state.resolve("guests"));
    }

    private Agent newAgent() throws Exception {
      Agent started =
          new Agent(
              Fixtures.options(name, controller.url(), state, images),
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
  private final MemoryWire wire = new MemoryWire();
  private final HttpClient http = JsonHttp.newClient();
  private final List<TestHost> hosts = new ArrayList<>();
  private FakeController controller;
  private TestHost one;
  private TestHost two;

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

  private TestHost host(String name, List<Path> images) throws Exception {
    TestHost host = new TestHost(name, images);
    hosts.add(host);
    return host;
  }

  private static AgentApi.OperationStatus end(TestHost host, String id) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> host.client.operation(id).orElseThrow(), status -> status.outcome().isPresent());
  }

  private static Outcome outcome(TestHost host, String id, Operation operation) throws Exception {
    host.client.operate(id, operation);
    return end(host, id).outcome().orElseThrow();
  }

  private static Outcome.Done done(TestHost host, String id, Operation operation) throws Exception {
    Outcome outcome = outcome(host, id, operation);
    assertThat(outcome).as(id).isInstanceOf(Outcome.Done.class);
    return (Outcome.Done) outcome;
  }

  private static Outcome.Code failed(TestHost host, String id, Operation operation)
      throws Exception {
    Outcome outcome = outcome(host, id, operation);
    assertThat(outcome).as(id).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).code();
  }

  private static Optional<MachineReport> report(TestHost host, MachineId machine) throws Exception {
    return host.client.host().machines().stream()
        .filter(report -> report.machine().equals(machine))
        .findFirst();
  }

  private static Live live(TestHost host) throws Exception {
    return report(host, NODE).map(MachineReport::live).orElse(Live.NONE);
  }

  @Test
  void anOperationAskedAgainIsDoneOnceAndKeepsItsOutcome() throws Exception {
    Operation boot = new Operation.Boot(Fixtures.launch(NODE, 1));
    Outcome.Done first = done(one, "op-1", boot);
    assertThat(one.client.operate("op-1", boot).outcome()).contains(first);
    assertThat(one.driver.boots).hasValue(1);
    assertThat(report(one, NODE).orElseThrow().incarnation()).isEqualTo(1);
  }

  @Test
  void anIdServesForOneOperationOnly() throws Exception {
    done(one, "op-1", new Operation.Boot(Fixtures.launch(NODE, 1)));
    assertThatThrownBy(() -> one.client.operate("op-1", new Operation.Stop(NODE, true)))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(409));
  }

  @Test
  void outcomesOutliveTheAgentAndSoDoMachines() throws Exception {
    Operation boot = new Operation.Boot(Fixtures.launch(NODE, 1));
    Outcome.Done first = done(one, "op-1", boot);
    one.agent.close();
    one.start();
    assertThat(one.client.operate("op-1", boot).outcome()).contains(first);
    assertThat(one.driver.boots).hasValue(0);
    assertThat(live(one)).isEqualTo(Live.RUNNING);
  }

  @Test
  void whatHadNotEndedIsDoneAgainAfterARestart() throws Exception {
    one.driver.holdBoots();
    one.client.operate("op-1", new Operation.Boot(Fixtures.launch(NODE, 1)));
    one.client.operate("op-2", new Operation.Pause(NODE, 0));
    await().until(() -> one.driver.boots.get() == 1);
    one.agent.close();
    one.start();
    assertThat(end(one, "op-1").outcome()).get().isInstanceOf(Outcome.Done.class);
    assertThat(end(one, "op-2").outcome()).get().isInstanceOf(Outcome.Done.class);
    assertThat(one.driver.boots).hasValue(0);
    assertThat(live(one)).isEqualTo(Live.PAUSED);
  }

  @Test
  void aStopIsNotHeldUpByABootThatDoesNotEnd() throws Exception {
    one.driver.holdBoots();
    one.client.operate("op-1", new Operation.Boot(Fixtures.launch(NODE, 1)));
    done(one, "op-2", new Operation.Stop(NODE, true));
    assertThat(end(one, "op-1").outcome())
        .get()
        .isInstanceOfSatisfying(
            Outcome.Failed.class, f -> assertThat(f.code()).isEqualTo(Outcome.Code.WRONG_STATE));
    assertThat(live(one)).isEqualTo(Live.NONE);
  }

  @Test
  void otherMachinesDoNotWaitForOneThatDoesNotBoot() throws Exception {
    MachineId other = Fixtures.machine("other");
    done(one, "op-1", new Operation.Boot(Fixtures.launch(other, 1)));
    one.driver.holdBoots();
    one.client.operate("op-2", new Operation.Boot(Fixtures.launch(NODE, 1)));
    done(one, "op-3", new Operation.Pause(other, 0));
    assertThat(one.client.operation("op-2").orElseThrow().outcome()).isEmpty();
  }

  @Test
  void moreWorkThanTheBoundIsRefusedForNow() throws Exception {
    one.driver.holdBoots();
    one.client.operate("boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    for (int i = 1; i < Operations.MAX_UNFINISHED; i++) {
      one.client.operate("op-" + i, new Operation.Discard(NODE, "none"));
    }
    assertThatThrownBy(() -> one.client.operate("one-more", new Operation.Discard(NODE, "none")))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(503));
    one.driver.letBoot();
    end(one, "op-" + (Operations.MAX_UNFINISHED - 1));
    done(one, "one-more", new Operation.Discard(NODE, "none"));
  }

  @Test
  void anOlderLifeMakesWayAndALaterOneDoesNot() throws Exception {
    done(one, "op-1", new Operation.Boot(Fixtures.launch(NODE, 5)));
    assertThat(failed(one, "op-2", new Operation.Boot(Fixtures.launch(NODE, 4))))
        .isEqualTo(Outcome.Code.WRONG_STATE);
    assertThat(report(one, NODE).orElseThrow().incarnation()).isEqualTo(5);
    done(one, "op-3", new Operation.Boot(Fixtures.launch(NODE, 6)));
    assertThat(report(one, NODE).orElseThrow().incarnation()).isEqualTo(6);
  }

  @Test
  void aSuspendedMachineIsRestoredOnAnotherHost() throws Exception {
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    done(one, "pause", new Operation.Pause(NODE, 0));
    done(one, "save", new Operation.Save(NODE, "s1"));
    MachineReport saved = report(one, NODE).orElseThrow();
    assertThat(saved.live()).isEqualTo(Live.NONE);
    assertThat(saved.savedStates()).containsExactly("s1");

    Launch second = Fixtures.launch(NODE, 2);
    done(two, "restore", new Operation.Restore(second, "s1", Optional.of(one.ref())));
    assertThat(live(two)).isEqualTo(Live.PAUSED);
    done(two, "continue", new Operation.Continue(NODE, 0));
    MachineReport running = report(two, NODE).orElseThrow();
    assertThat(running.live()).isEqualTo(Live.RUNNING);
    assertThat(running.incarnation()).isEqualTo(2);
    assertThat(running.savedStates()).as("the fetched copy is not kept").isEmpty();
    assertThat(report(one, NODE).orElseThrow().savedStates()).containsExactly("s1");
    done(one, "discard", new Operation.Discard(NODE, "s1"));
    assertThat(report(one, NODE)).isEmpty();
  }

  @Test
  void aSavedStateIsNotLoadedOverAnotherImageOfThatName() throws Exception {
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    done(one, "pause", new Operation.Pause(NODE, 0));
    done(one, "save", new Operation.Save(NODE, "s1"));
    Path description = folder.resolve("images").resolve(Fixtures.IMAGE).resolve("image.json");
    Files.writeString(
        description, Files.readString(description).replace("digest-of-small", "rebuilt"));
    Operation restore =
        new Operation.Restore(Fixtures.launch(NODE, 2), "s1", Optional.of(one.ref()));
    assertThat(failed(two, "restore", restore)).isEqualTo(Outcome.Code.BAD_STATE);
    assertThat(live(two)).isEqualTo(Live.NONE);
  }

  @Test
  void aSavedStateThatIsNotThereIsSaidToBeBad() throws Exception {
    Operation restore =
        new Operation.Restore(Fixtures.launch(NODE, 2), "s9", Optional.of(one.ref()));
    assertThat(failed(two, "restore", restore)).isEqualTo(Outcome.Code.BAD_STATE);
  }

  @Test
  void aMachineMigratesAndBack() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1);
    done(one, "boot", new Operation.Boot(launch));
    Operation there = new Operation.Migrate(launch, two.ref());
    Outcome.Done moved = done(one, "there", there);
    assertThat(moved.downtimeMs()).isBetween(0L, 1000L);
    assertThat(live(one)).isEqualTo(Live.NONE);
    assertThat(live(two)).isEqualTo(Live.RUNNING);
    assertThat(one.client.operate("there", there).outcome()).contains(moved);
    done(two, "back", new Operation.Migrate(launch, one.ref()));
    assertThat(live(one)).isEqualTo(Live.RUNNING);
    assertThat(live(two)).isEqualTo(Live.NONE);
  }

  @Test
  void aMigrationAskedUnderAnotherIdAfterItIsDoneIsDone() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1);
    done(one, "boot", new Operation.Boot(launch));
    done(one, "there", new Operation.Migrate(launch, two.ref()));
    done(one, "again", new Operation.Migrate(launch, two.ref()));
    assertThat(live(two)).isEqualTo(Live.RUNNING);
  }

  @Test
  void aMigrationToAHostThatDoesNotAnswerLeavesTheMachineWhereItIs() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1);
    done(one, "boot", new Operation.Boot(launch));
    HostRef away = two.ref();
    two.agent.close();
    assertThat(failed(one, "there", new Operation.Migrate(launch, away)))
        .isEqualTo(Outcome.Code.UNREACHABLE);
    assertThat(live(one)).isEqualTo(Live.RUNNING);
  }

  @Test
  void aMachineThatLivesOnTheTargetIsNotSweptAway() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1);
    done(one, "boot", new Operation.Boot(launch));
    done(two, "boot", new Operation.Boot(launch));
    assertThat(failed(one, "there", new Operation.Migrate(launch, two.ref())))
        .isEqualTo(Outcome.Code.WRONG_STATE);
    assertThat(live(one)).isEqualTo(Live.RUNNING);
    assertThat(live(two)).isEqualTo(Live.RUNNING);
  }

  @Test
  void anImageIsFetchedFromAPeerOnce() throws Exception {
    TestHost three = host("three", List.of());
    await().until(() -> controller.members().containsKey("three"));
    await().until(() -> !three.agent.imageHolders(Fixtures.IMAGE).isEmpty());
    List<MachineId> machines = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      machines.add(Fixtures.machine("node" + i));
      three.client.operate("op-" + i, new Operation.Boot(Fixtures.launch(machines.getLast(), 1)));
    }
    for (int i = 0; i < 5; i++) {
      assertThat(end(three, "op-" + i).outcome()).get().isInstanceOf(Outcome.Done.class);
    }
    Path fetched = three.state.resolve("images").resolve(Fixtures.IMAGE);
    Path given = folder.resolve("images").resolve(Fixtures.IMAGE);
    assertThat(fetched.resolve("initrd")).hasSameBinaryContentAs(given.resolve("initrd"));
    assertThat(three.state.resolve("images")).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void anImageWithAWrongByteIsRefused() throws Exception {
    Path initrd = folder.resolve("images").resolve(Fixtures.IMAGE).resolve("initrd");
    TestHost three = host("three", List.of());
    await().until(() -> !three.agent.imageHolders(Fixtures.IMAGE).isEmpty());
    try (RandomAccessFile file = new RandomAccessFile(initrd.toFile(), "rw")) {
      file.seek(500_000);
      file.write('X');
    }
    assertThat(failed(three, "boot", new Operation.Boot(Fixtures.launch(NODE, 1))))
        .isEqualTo(Outcome.Code.UNREACHABLE);
    assertThat(three.state.resolve("images")).isEmptyDirectory();
    assertThat(live(three)).isEqualTo(Live.NONE);
  }

  @Test
  void anImageThatNobodyHasIsSaidToBeMissing() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1, "nowhere");
    assertThat(failed(one, "boot", new Operation.Boot(launch))).isEqualTo(Outcome.Code.NO_IMAGE);
  }

  @Test
  void theTokenIsAskedForOnEveryRoute() throws Exception {
    AgentClient stranger =
        new AgentClient(http, URI.create(one.agent.host().agentUrl()), "another-token");
    assertThatThrownBy(stranger::host)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(403));
    assertThatThrownBy(() -> stranger.operate("x", new Operation.Stop(NODE, true)))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(403));
    assertThatThrownBy(() -> stranger.events(_ -> {}))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(403));
    var bare =
        http.send(
            java.net.http.HttpRequest.newBuilder(
                    URI.create(one.agent.host().agentUrl() + "/v1/host"))
                .build(),
            java.net.http.HttpResponse.BodyHandlers.ofString());
    assertThat(bare.statusCode()).isEqualTo(401);
  }

  @Test
  void eventsBeginWithAReportAndTellOfOperationsAndDeaths() throws Exception {
    List<AgentEvent> heard = listen(one);
    await().until(() -> !heard.isEmpty());
    assertThat(heard.getFirst()).isInstanceOf(AgentEvent.HelloSaid.class);
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    one.memory.kill(NODE);
    await()
        .untilAsserted(() -> {
          assertThat(heard)
              .anySatisfy(event ->
                  assertThat(event)
                      .isInstanceOfSatisfying(
                          AgentEvent.OperationMoved.class,
                          moved -> {
                            assertThat(moved.status().id()).isEqualTo("boot");
                            assertThat(moved.status().outcome()).isPresent();
                          }));
          assertThat(heard)
              .anySatisfy(event ->
                  assertThat(event)
                      .isInstanceOfSatisfying(
                          AgentEvent.MachineChanged.class,
                          changed -> assertThat(changed.machine().live()).isEqualTo(Live.DEAD)));
        });
  }

  private static List<AgentEvent> listen(TestHost host) {
    List<AgentEvent> heard = new CopyOnWriteArrayList<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            host.client.events(heard::add);
          } catch (IOException | InterruptedException ended) {
            return;
          }
        });
    return heard;
  }

  @Test
  void theEndOfACommandIsSeenToldAndKept() throws Exception {
    List<AgentEvent> heard = listen(one);
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    String command = "echo first; echo 'to the error output' >&2; exit 3";
    done(one, "run", new Operation.StartRun(NODE, command));
    done(one, "run-again", new Operation.StartRun(NODE, "echo second"));
    MachineReport ended =
        await()
            .until(
                () ->
                    heard.stream()
                        .flatMap(event ->
                            event instanceof AgentEvent.MachineChanged changed
                                ? java.util.stream.Stream.of(changed.machine())
                                : java.util.stream.Stream.empty())
                        .findFirst()
                        .orElse(null),
                java.util.Objects::nonNull);
    assertThat(ended.run().orElseThrow().exitCode()).contains(3);
    assertThat(ended.run().orElseThrow().output()).isEqualTo("first\nto the error output\n");
    one.agent.close();
    one.start();
    assertThat(report(one, NODE).orElseThrow().run()).isEqualTo(ended.run());
    assertThat(one.client.run(NODE)).isEqualTo(ended.run());
    done(one, "stop", new Operation.Stop(NODE, true));
    assertThat(report(one, NODE)).isEmpty();
  }

  @Test
  void aCommandStartedBeforeAMoveIsFoundAfterIt() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1);
    done(one, "boot", new Operation.Boot(launch));
    Path go = folder.resolve("go");
    String command = "echo waiting; while [ ! -e '" + go + "' ]; do sleep 0.1; done; echo moved";
    done(one, "run", new Operation.StartRun(NODE, command));
    assertThat(report(one, NODE).orElseThrow().run().orElseThrow().exitCode()).isEmpty();
    await().until(() -> one.client.run(NODE).orElseThrow().output().equals("waiting\n"));
    // The guest's files go with the machine, as they would in its memory.
    Files.createDirectories(two.driver.folder(NODE).getParent());
    Files.createSymbolicLink(two.driver.folder(NODE), one.driver.folder(NODE));
    done(one, "there", new Operation.Migrate(launch, two.ref()));
    await().until(() -> report(two, NODE).orElseThrow().run().isPresent());
    Files.createFile(go);
    await()
        .until(() ->
            report(two, NODE)
                .orElseThrow()
                .run()
                .flatMap(MachineReport.RunStatus::exitCode)
                .isPresent());
    assertThat(two.client.run(NODE).orElseThrow().output()).isEqualTo("waiting\nmoved\n");
  }

  @Test
  void aControllerThatIsAwayChangesNothingAndIsFoundAgain() throws Exception {
    await().until(() -> controller.members().keySet().containsAll(List.of("one", "two")));
    assertThat(controller.members().values())
        .allSatisfy(member -> assertThat(member.images()).containsExactly(Fixtures.IMAGE));
    controller.goAway();
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    controller.comeBack();
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> controller.members().keySet().containsAll(List.of("one", "two")));
    assertThat(live(one)).isEqualTo(Live.RUNNING);
  }

  @Test
  void aSecondAgentOverTheSameStateFolderIsRefused() {
    assertThatThrownBy(() ->
            new Agent(
                Fixtures.options("one", controller.url(), one.state, List.of()),
                one.driver,
                new PrivateNetwork.None(),
                Duration.ofSeconds(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another agent");
  }

  @Test
  void theConsoleIsReadAndTypedOn() throws Exception {
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    one.client.type(NODE, "hello\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    try (var in = one.client.console(NODE, 0, false)) {
      assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .contains("boot node.farm")
          .contains("hello");
    }
    assertThatThrownBy(() -> one.client.console(Fixtures.machine("ghost"), 0, false))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(404));
  }
}
