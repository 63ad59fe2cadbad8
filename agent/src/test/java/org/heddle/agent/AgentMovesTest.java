package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes from agent to agent: saved states, running machines, images. */
@Timeout(600)
final class AgentMovesTest extends TwoAgents {
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
    await().until(() -> !three.agent.neighbours(Fixtures.IMAGE).near().isEmpty());
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
    await().until(() -> !three.agent.neighbours(Fixtures.IMAGE).near().isEmpty());
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
}
