package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.heddle.engine.GridState.Progress;
import org.heddle.engine.GridState.SwitchRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.junit.jupiter.api.Test;

class StoriesTest {
  @Test
  void vjobBootsRunsItsCommandOnceAndEnds() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 2, 256));
    assertThat(play.verbs()).containsExactly("boot", "boot");
    assertThat(play.stateOf("v")).isEqualTo(VjobState.STARTING);
    play.done("boot");
    assertThat(play.verbs()).as("no run before all have booted").containsExactly("boot");
    play.done("boot");
    assertThat(Play.as(Operation.StartRun.class, play.done("start-run")).machine())
        .isEqualTo(MachineId.parse("m1.v"));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.sent).isEmpty();

    play.finishes("v", 3);
    assertThat(play.verbs()).containsExactly("stop", "stop");
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.TERMINATED);
    assertThat(play.vjob("v").exitCode()).contains(3);
    assertThat(play.vjob("v").reason()).isEqualTo("exit code 3");
    assertThat(play.vjob("v").output()).isEqualTo("the end\n");
  }

  @Test
  void urgentVjobHasALowerOneSuspendedAsOneAndItIsResumedAfterwards() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("slow", 0, 4, 256));
    play.allGoesWell();
    play.submit(Play.vjob("urgent", 9, 2, 256));

    assertThat(play.verbs()).containsExactly("pause", "pause", "pause", "pause");
    Set<Long> instants =
        play.sent.stream()
            .map(each -> Play.as(Operation.Pause.class, each).atEpochMs())
            .collect(Collectors.toSet());
    assertThat(instants).containsExactly(play.now + Timing.lead(4));
    assertThat(play.sent.stream().map(each -> each.what().machine().name()))
        .as("the order of the file")
        .containsExactly("m1", "m2", "m3", "m4");
    for (int i = 0; i < 3; i++) {
      play.done("pause");
    }
    assertThat(play.verbs()).as("nothing is saved before all stand still").doesNotContain("save");
    play.done("pause");
    assertThat(play.verbs()).containsExactly("save", "save", "save", "save");
    assertThat(play.stateOf("slow")).isEqualTo(VjobState.SUSPENDING);
    for (int i = 0; i < 4; i++) {
      play.done("save");
    }
    assertThat(play.stateOf("slow")).isEqualTo(VjobState.SLEEPING);
    assertThat(play.vjob("slow").saved()).hasSize(4);
    play.done("boot");
    play.done("boot");
    play.done("start-run");
    assertThat(play.stateOf("urgent")).isEqualTo(VjobState.RUNNING);
    SwitchRecord ended = play.state.history().getLast();
    assertThat(ended.pauseSkewMs()).containsEntry(new VjobId("slow"), 30L);
    assertThat(ended.actions()).allMatch(action -> action.progress() == Progress.DONE);

    play.finishes("urgent", 0);
    play.done("stop");
    play.done("stop");
    assertThat(play.verbs()).containsExactly("restore", "restore", "restore", "restore");
    for (int i = 0; i < 4; i++) {
      play.done("restore");
    }
    assertThat(play.verbs()).containsExactly("continue", "continue", "continue", "continue");
    play.allGoesWell();
    assertThat(play.stateOf("slow")).isEqualTo(VjobState.RUNNING);
    assertThat(play.notices.stream().filter(notice -> notice.subject().equals("slow")))
        .extracting(Step.Notice::message)
        .anyMatch(message -> message.startsWith("suspending: needs 4 x 256 MiB"))
        .anyMatch(message -> message.startsWith("sleeping: needs 4 x 256 MiB"))
        .contains("resuming", "running");
    assertThat(play.vjob("slow").saved()).as("kept until the next one").hasSize(4);
  }

  @Test
  void nothingElseBeginsWhileTheMachinesOfAVjobAreBeingPaused() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("slow", 0, 2, 256));
    play.allGoesWell();
    play.submit(Play.vjob("urgent", 9, 3, 256));
    assertThat(play.verbs()).as("there is room for two boots").containsExactly("pause", "pause");
    play.done("pause");
    assertThat(play.verbs()).containsExactly("pause");
    play.done("pause");
    assertThat(play.verbs()).contains("save", "save", "boot", "boot");
    play.allGoesWell();
    assertThat(play.stateOf("urgent")).isEqualTo(VjobState.RUNNING);
    assertThat(play.stateOf("slow")).isEqualTo(VjobState.SLEEPING);
  }

  @Test
  void nextSuspendReplacesTheSavedStateAndDiscardsTheOldOne() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    VjobId v = new VjobId("v");
    play.event(new Event.SuspendAsked(v));
    play.done("pause");
    String first = Play.as(Operation.Save.class, play.done("save")).stateId();
    play.event(new Event.ResumeAsked(v));
    play.allGoesWell();
    play.event(new Event.SuspendAsked(v));
    play.done("pause");
    String second = Play.as(Operation.Save.class, play.done("save")).stateId();
    assertThat(second).isNotEqualTo(first);
    assertThat(Play.as(Operation.Discard.class, play.done("discard")).stateId()).isEqualTo(first);
    play.event(new Event.CancelAsked(v));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.TERMINATED);
    assertThat(Play.as(Operation.Discard.class, play.done("discard")).stateId()).isEqualTo(second);
  }

  @Test
  void suspendThatCannotBeSavedIsUndoneAndTheVjobGoesOn() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 2, 256));
    play.allGoesWell();
    play.event(new Event.SuspendAsked(new VjobId("v")));
    play.done("pause");
    play.done("pause");
    play.done("save");
    for (int attempt = 1; attempt <= Timing.MAX_ATTEMPTS; attempt++) {
      play.failed("save", Outcome.Code.DRIVER);
      play.tick(Timing.RETRY * attempt);
    }
    assertThat(play.verbs()).as("what was saved is loaded again").containsExactly("restore");
    play.done("restore");
    play.done("continue");
    play.done("continue");
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.vjob("v").saved()).isEmpty();
    assertThat(play.verbs()).as("the half saved state goes").contains("discard");
    assertThat(play.state.history().getLast().actions())
        .allMatch(action -> action.progress() == Progress.FAILED);
  }

  @Test
  void machineThatCannotBePausedLetsAllGoOn() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 2, 256));
    play.allGoesWell();
    play.event(new Event.SuspendAsked(new VjobId("v")));
    play.failed("pause", Outcome.Code.TIMED_OUT);
    assertThat(play.verbs()).containsExactly("pause");
    play.done("pause");
    assertThat(play.verbs()).containsExactly("continue", "continue");
    play.done("continue");
    play.done("continue");
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void failedBootIsClearedAwayAndTriedAgainThenElsewhere() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("v", 0, 1, 256));
    String firstHost = play.sent.getFirst().host().value();
    long incarnation = play.machine("m.v").incarnation();
    for (int attempt = 1; attempt < Timing.MAX_ATTEMPTS; attempt++) {
      play.failed("boot", Outcome.Code.TIMED_OUT);
      assertThat(play.done("stop").host().value()).isEqualTo(firstHost);
    }
    assertThat(play.machine("m.v").incarnation()).isGreaterThan(incarnation);
    play.failed("boot", Outcome.Code.TIMED_OUT);
    assertThat(play.stateOf("v")).isEqualTo(VjobState.STOPPING);
    play.done("stop");
    play.tick(Timing.SWITCH_PAUSE);
    assertThat(play.take("boot").host().value()).isNotEqualTo(firstHost);
  }

  @Test
  void imageThatIsNowhereLeavesAVjobThatWaitsWithAReason() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.failed("boot", Outcome.Code.NO_IMAGE);
    play.done("stop");
    play.tick(Timing.SWITCH_PAUSE);
    assertThat(play.stateOf("v")).isEqualTo(VjobState.WAITING);
    assertThat(play.vjob("v").reason()).contains("failed lately on a");
    assertThat(play.sent).isEmpty();
  }

  @Test
  void resumeThatFailsGoesBackToSleep() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 2, 256));
    play.allGoesWell();
    play.event(new Event.SuspendAsked(new VjobId("v")));
    play.allGoesWell();
    play.event(new Event.ResumeAsked(new VjobId("v")));
    play.done("restore");
    play.failed("restore", Outcome.Code.BAD_STATE);
    assertThat(play.verbs()).containsExactly("stop", "stop");
    play.done("stop");
    play.done("stop");
    assertThat(play.stateOf("v")).isEqualTo(VjobState.SLEEPING);
    assertThat(play.vjob("v").saved()).hasSize(2);
    assertThat(play.vjob("v").runStarted()).isTrue();
  }

  @Test
  void cancelOfAStartingVjobTakesItBackAtOnce() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 2, 256));
    play.done("boot");
    play.event(new Event.CancelAsked(new VjobId("v")));
    play.take("boot");
    assertThat(play.verbs()).containsExactly("stop", "stop");
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.TERMINATED);
    assertThat(play.vjob("v").reason()).isEqualTo("cancelled");
  }

  @Test
  void outcomeThatComesTwiceOrForNothingIsNotHeard() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    var boot = play.done("boot");
    GridState after = play.state;
    play.event(
        new Event.OperationEnded(boot.operation(), new Outcome.Failed(Outcome.Code.DRIVER, "x")));
    play.event(new Event.OperationEnded("nonsense", new Outcome.Done(0, 0, 0, 0)));
    assertThat(play.state).isEqualTo(after);
  }

  @Test
  void operationWithoutAnswerIsSentAgainAndThenGivenUp() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    String id = play.take("boot").operation();
    for (int sends = 1; sends < Timing.MAX_SENDS; sends++) {
      play.tick(Timing.BOOT);
      assertThat(play.take("boot").operation()).isEqualTo(id);
    }
    play.tick(Timing.BOOT);
    assertThat(play.verbs()).as("what it may have left is removed first").containsExactly("stop");
    play.done("stop");
    assertThat(play.take("boot").operation()).isNotEqualTo(id);
  }

  @Test
  void drainMovesMachinesAwayAndFreesTheSourceBeforeTheStepIsDone() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    String from = play.hostOf("m.v");
    play.event(new Event.DrainAsked(new HostId(from)));
    var migrate = play.done("migrate");
    assertThat(migrate.host().value()).isEqualTo(from);
    assertThat(play.state.current()).as("until nothing is left on the source").isPresent();
    assertThat(play.done("stop").host().value()).isEqualTo(from);
    assertThat(play.state.current()).isEmpty();
    assertThat(play.hostOf("m.v")).isNotEqualTo(from);
    assertThat(play.state.history().getLast().actions().getFirst().downtimeMs()).isEqualTo(7);
  }

  @Test
  void controllerThatRestartsSendsTheSameAgain() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 2, 256));
    List<Command> again = play.engine.resume(play.state, play.now + 60_000);
    assertThat(again).containsAll(play.sent).hasSize(3);
    assertThat(again)
        .contains(new Command.Inspect(new HostId("a"), play.state.counters().version()));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void controllerThatRestartsAsksForThePendingPlanAgain() {
    Play play = Play.withHosts("a");
    Step step =
        play.engine.step(
            play.state, new Event.Submitted(Play.vjob("v", 0, 1, 256), "k", "p"), play.now);
    assertThat(step.commands()).hasSize(1);
    assertThat(play.engine.resume(step.state(), play.now)).contains(step.commands().getFirst());
  }

  @Test
  void sameProblemIsNotAskedTwice() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("big", 5, 2, 512));
    play.allGoesWell();
    play.submit(Play.vjob("late", 0, 1, 256));
    assertThat(play.vjob("late").reason()).isNotEmpty();
    long requests = play.state.counters().planning().requests();
    for (int i = 0; i < 100; i++) {
      play.tick(1000);
      play.answer("a", play.report("m1.big", Live.RUNNING), play.report("m2.big", Live.RUNNING));
    }
    assertThat(play.state.counters().planning().requests()).isEqualTo(requests);
    play.finishes("big", 0);
    play.allGoesWell();
    assertThat(play.stateOf("late")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void tickThatChangesNothingLeavesTheVeryState() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    GridState before = play.state;
    play.tick(1);
    assertThat(play.state).isSameAs(before);
  }

  @Test
  void previewChangesNothing() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    Engine.Preview preview =
        play.engine.preview(play.state, new Event.SuspendAsked(new VjobId("v")), play.now);
    assertThat(preview.refusal()).isEmpty();
    assertThat(preview.problem().wishes().getFirst().target())
        .isEqualTo(org.heddle.planner.Problem.Target.SLEEP);
    assertThat(play.at("m.v")).isInstanceOf(MachineState.Running.class);
  }
}
