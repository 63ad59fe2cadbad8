package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.heddle.agent.Patience.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.heddle.api.AgentClient;
import org.heddle.api.AgentEvent;
import org.heddle.api.ApiException;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One agent and what is asked of it. */
@Timeout(600)
final class AgentTest extends TwoAgents {
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

  /** What it tells from now on; the report that comes first is there already. */
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
    await().until(() -> !heard.isEmpty());
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
    await().until(() -> controller.members().keySet().containsAll(List.of("one", "two")));
    assertThat(live(one)).isEqualTo(Live.RUNNING);
  }

  @Test
  void aSecondAgentOverTheSameStateFolderIsRefusedBeforeItTouchesAnything() {
    assertThatThrownBy(() ->
            AgentProgram.start(
                Fixtures.options("one", controller.url(), one.state, List.of()),
                () -> {
                  throw new AssertionError("the driver was opened");
                },
                new PrivateNetwork.None()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another agent");
  }

  @Test
  void anErrorInOneOperationFailsItAndNotWhatComesAfterIt() throws Exception {
    one.driver.bootThrows(new OutOfMemoryError("for a test"));
    Outcome failed = outcome(one, "boot1", new Operation.Boot(Fixtures.launch(NODE, 1)));
    assertThat(failed).isInstanceOf(Outcome.Failed.class);
    done(one, "boot2", new Operation.Boot(Fixtures.launch(NODE, 2)));
    assertThat(live(one)).isEqualTo(Live.RUNNING);
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
