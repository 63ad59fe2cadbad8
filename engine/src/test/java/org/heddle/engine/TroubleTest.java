package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.junit.jupiter.api.Test;

/** What hosts say and do not say: lost hosts, lost machines, leftovers, migrations cut short. */
class TroubleTest {
  private static final VjobId V = new VjobId("v");

  /** One machine each on a and b. */
  private static Play twoHosts() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("v", 0, 2, 1000));
    play.allGoesWell();
    assertThat(play.hostOf("m1.v")).isNotEqualTo(play.hostOf("m2.v"));
    return play;
  }

  @Test
  void vjobOfALostHostBeginsAnewWhenItNeverSlept() {
    Play play = twoHosts();
    String lost = play.hostOf("m1.v");
    play.event(new Event.HostExpired(new HostId(lost)));
    assertThat(play.take("stop").what().machine()).isEqualTo(MachineId.parse("m2.v"));
    assertThat(play.at("m1.v")).isInstanceOf(MachineState.Waiting.class);
    assertThat(play.stateOf("v")).isEqualTo(VjobState.STOPPING);
    assertThat(play.vjob("v").reason()).contains("host " + lost + " was lost");
  }

  @Test
  void vjobOfALostHostGoesBackToItsSavedStateWhenAllOfItCanBeReached() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    String home = play.hostOf("m.v");
    String other = home.equals("a") ? "b" : "a";
    play.event(new Event.SuspendAsked(V));
    play.allGoesWell();
    play.event(new Event.DrainAsked(new HostId(home)));
    play.event(new Event.ResumeAsked(V));
    var restore = play.done("restore");
    assertThat(restore.host().value()).isEqualTo(other);
    assertThat(Play.as(Operation.Restore.class, restore).source()).isPresent();
    play.allGoesWell();
    play.event(new Event.UndrainAsked(new HostId(home)));
    play.event(new Event.HostExpired(new HostId(other)));
    play.tick(1);
    assertThat(play.take("restore").host().value()).isEqualTo(home);
    assertThat(play.vjob("v").runStarted()).as("its command goes on").isTrue();
  }

  @Test
  void sleeperWhoseStateIsOutOfReachWaitsWithAReasonAndResumesWhenItsHostIsBack() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    String home = play.hostOf("m.v");
    play.event(new Event.SuspendAsked(V));
    play.done("pause");
    String saved = Play.as(Operation.Save.class, play.done("save")).stateId();
    play.event(new Event.HostExpired(new HostId(home)));
    play.event(new Event.ResumeAsked(V));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.SLEEPING);
    assertThat(play.vjob("v").reason()).contains(home).contains("lost");
    assertThat(play.sent).isEmpty();
    play.joins(home, play.report("m.v", Live.NONE, saved));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void whatAReturningHostStillRunsIsStoppedBeforeAnythingNewComes() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 1000));
    play.allGoesWell();
    MachineReport old = play.report("m.v", Live.RUNNING);
    play.event(new Event.HostExpired(new HostId("a")));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.WAITING);
    play.event(new Event.HostReported(Play.host("a"), List.of(old), 0));
    assertThat(play.verbs()).containsExactly("stop");
    play.done("stop");
    assertThat(play.sent).as("not before it is known that nothing is left").isEmpty();
    play.answer("a");
    assertThat(play.verbs()).containsExactly("boot");
  }

  @Test
  void deadMachineIsBelievedOnlyWhenTheHostWasAsked() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    play.inspects.clear();
    MachineReport dead = play.report("m.v", Live.DEAD);
    play.event(new Event.MachineReported(new HostId("a"), dead));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.inspects).hasSize(1);
    play.answer("a", dead);
    assertThat(play.stateOf("v")).isEqualTo(VjobState.STOPPING);
    assertThat(play.vjob("v").reason()).contains("ended by itself on a");
  }

  @Test
  void reportFromBeforeTheLastChangeSaysNothing() {
    Play play = Play.withHosts("a");
    long early = play.state.counters().version();
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    play.event(new Event.HostReported(Play.host("a"), List.of(), early));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    play.answer("a");
    assertThat(play.stateOf("v")).isEqualTo(VjobState.STOPPING);
  }

  @Test
  void machineThatWasLeftPausedIsContinued() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    play.answer("a", play.report("m.v", Live.PAUSED));
    play.done("continue");
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void migrationThatFailedLeavesTheMachineWhereItsSourceHasIt() {
    Play play = migrating();
    play.failed("migrate", Outcome.Code.UNREACHABLE);
    assertThat(play.at("m.v")).isInstanceOf(MachineState.Migrating.class);
    String source = play.hostOf("m.v");
    play.answer(source, play.report("m.v", Live.RUNNING));
    assertThat(play.at("m.v")).isEqualTo(new MachineState.Running(new HostId(source)));
    assertThat(play.take("stop").host().value())
        .as("the empty machine on the target")
        .isNotEqualTo(source);
    assertThat(play.machine("m.v").banned()).hasSize(1);
    assertThat(play.machine("m.v").pinned()).isEmpty();
  }

  @Test
  void migrationOfUnknownEndIsSettledByAskingBothSides() {
    Play play = migrating();
    MachineState.Migrating way = (MachineState.Migrating) play.at("m.v");
    play.failed("migrate", Outcome.Code.DRIVER);
    play.answer(way.from().value(), play.report("m.v", Live.GONE));
    assertThat(play.at("m.v")).isEqualTo(new MachineState.Running(way.to()));
    play.done("stop");
    play.answer(way.to().value(), play.report("m.v", Live.RUNNING));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void machineThatIsOnNeitherSideOfItsMigrationIsLost() {
    Play play = migrating();
    MachineState.Migrating way = (MachineState.Migrating) play.at("m.v");
    play.take("migrate");
    play.event(new Event.HostExpired(way.from()));
    assertThat(play.at("m.v")).isEqualTo(new MachineState.Running(way.to()));
    play.answer(way.to().value(), play.report("m.v", Live.INCOMING));
    assertThat(play.stateOf("v")).as("it may still start").isEqualTo(VjobState.RUNNING);
    play.now += Timing.ARRIVAL + 1;
    play.answer(way.to().value(), play.report("m.v", Live.INCOMING));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.STOPPING);
  }

  @Test
  void vjobThatBreaksDuringAMigrationIsClearedFromTheSourceFirst() {
    Play play = Play.withHosts("a", "b", "c");
    play.submit(Play.vjob("v", 0, 2, 1000));
    play.allGoesWell();
    String target =
        Stream.of("a", "b", "c")
            .filter(host -> !host.equals(play.hostOf("m1.v")) && !host.equals(play.hostOf("m2.v")))
            .findFirst()
            .orElseThrow();
    play.event(new Event.MigrateAsked(MachineId.parse("m1.v"), new HostId(target)));
    play.take("migrate");
    String source = play.hostOf("m1.v");
    play.event(new Event.HostExpired(new HostId(play.hostOf("m2.v"))));
    assertThat(play.done("stop").host().value()).isEqualTo(source);
    assertThat(play.done("stop").host().value()).isEqualTo(target);
    play.tick(Timing.SWITCH_PAUSE);
    assertThat(play.verbs()).containsExactly("boot", "boot");
  }

  private static Play migrating() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    String other = play.hostOf("m.v").equals("a") ? "b" : "a";
    Step step = play.event(new Event.MigrateAsked(MachineId.parse("m.v"), new HostId(other)));
    assertThat(step.refusal()).isEmpty();
    assertThat(play.verbs()).containsExactly("migrate");
    return play;
  }

  @Test
  void strangersAndUnknownSavedStatesAreRemoved() {
    Play play = Play.withHosts("a");
    MachineReport stranger =
        new MachineReport(MachineId.parse("x.y"), 3, Live.RUNNING, List.of("s1"), Optional.empty());
    play.answer("a", stranger);
    assertThat(play.verbs()).containsExactlyInAnyOrder("stop", "discard");
    play.answer("a", stranger);
    assertThat(play.sent).as("once is enough").hasSize(2);
  }

  @Test
  void guestThatDiesAgainAndAgainIsTriedMoreAndMoreRarely() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    for (int i = 0; i < Timing.QUICK_FAILURES; i++) {
      play.allGoesWell();
      play.answer("a", play.report("m.v", Live.DEAD));
      play.done("stop");
      play.tick(0);
      assertThat(play.verbs()).containsExactly("boot");
    }
    play.allGoesWell();
    play.answer("a", play.report("m.v", Live.DEAD));
    play.done("stop");
    play.tick(Timing.BACK_OFF / 2);
    assertThat(play.sent).isEmpty();
    assertThat(play.vjob("v").reason()).contains("ended by itself");
    play.tick(Timing.BACK_OFF / 2);
    assertThat(play.verbs()).containsExactly("boot");
  }

  @Test
  void savedStateThatIsGoneLetsTheVjobBeginAnew() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    play.event(new Event.SuspendAsked(V));
    play.allGoesWell();
    play.answer("a");
    assertThat(play.stateOf("v")).isEqualTo(VjobState.WAITING);
    assertThat(play.vjob("v").runStarted()).isFalse();
  }
}
