package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.heddle.engine.GridState.Progress;
import org.heddle.model.HostId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.junit.jupiter.api.Test;

/** Starts that are taken back, and starts that never go well. */
class StartsTest {
  private static final VjobId V = new VjobId("v");

  /** Of the vjob v one machine boots, the other waits for the room of one that is suspended. */
  private static Play halfStarted() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("low", 0, 1, 1000));
    play.allGoesWell();
    play.submit(Play.vjob("v", 1, 2, 1000));
    assertThat(play.verbs()).containsExactlyInAnyOrder("boot", "pause");
    return play;
  }

  /** It goes back without the word of a failure. */
  private static void isTakenBack(Play play) {
    assertThat(play.notices)
        .extracting(Step.Notice::kind)
        .contains("vjob.undone")
        .doesNotContain("vjob.broken", "action.failed");
    assertThat(play.vjob("v").failures()).isZero();
    assertThat(play.state.history().getLast().actions())
        .filteredOn(action -> action.action().machine().vjob().equals(V))
        .extracting(GridState.ActionRecord::progress)
        .containsOnly(Progress.DROPPED);
  }

  @Test
  void startWhoseHostIsDrainedIsTakenBackAndNothingHasFailed() {
    Play play = halfStarted();
    play.take("boot");
    play.event(new Event.DrainAsked(new HostId(play.hostOf("m.low"))));
    play.done("pause");
    play.done("save");
    isTakenBack(play);
  }

  @Test
  void startOfAVjobThatShallSleepIsTakenBackAndNothingHasFailed() {
    Play play = halfStarted();
    play.take("boot");
    play.event(new Event.SuspendAsked(V));
    play.done("pause");
    play.done("save");
    isTakenBack(play);
  }

  /** Every boot goes well and no command can be started, until the vjob asks for nothing more. */
  private static int bootsWithoutCommand(Play play) {
    int boots = 0;
    for (int round = 0; round < 1_000 && play.stateOf("v") != VjobState.TERMINATED; round++) {
      if (play.sent.isEmpty()) {
        play.tick(10_000);
      } else if (play.verbs().getFirst().equals("start-run")) {
        play.failed("start-run", Outcome.Code.DRIVER);
      } else {
        boots += play.done(play.verbs().getFirst()).what() instanceof Operation.Boot ? 1 : 0;
      }
    }
    return boots;
  }

  @Test
  void vjobWhoseCommandNeverStartsEndsAndSaysWhy() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    assertThat(bootsWithoutCommand(play)).isEqualTo(Timing.RUN_FAILURES);
    assertThat(play.stateOf("v")).isEqualTo(VjobState.TERMINATED);
    assertThat(play.vjob("v").reason())
        .contains("its command could not be started")
        .contains("no luck");
    assertThat(play.vjob("v").exitCode()).as("nothing ran that could have one").isEmpty();
    assertThat(play.notices).extracting(Step.Notice::kind).contains("vjob.failed");
    assertThat(play.state.operations()).isEmpty();
  }

  @Test
  void reasonOfACancelStaysWhateverHappensToTheVjobThen() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    play.event(new Event.CancelAsked(V));
    play.event(new Event.HostExpired(new HostId("a")));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.TERMINATED);
    assertThat(play.vjob("v").reason()).isEqualTo("cancelled");
  }

  @Test
  void resumeHasAVjobTriedAgainWhereItsImageWasMissing() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.failed("boot", Outcome.Code.NO_IMAGE);
    play.done("stop");
    play.tick(Timing.MAX_SWITCH_PAUSE);
    assertThat(play.sent).as("for an hour it would not be tried here").isEmpty();
    play.event(new Event.ResumeAsked(V));
    assertThat(play.verbs()).containsExactly("boot");
    play.allGoesWell();
    GridState running = play.state;
    play.event(new Event.ResumeAsked(V));
    assertThat(play.state).as("to ask a running one changes nothing").isSameAs(running);
  }

  @Test
  void resumeEndsABackOff() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    for (int i = 0; i <= Timing.QUICK_FAILURES; i++) {
      play.allGoesWell();
      play.answer("a", play.report("m.v", Live.DEAD));
      play.done("stop");
      play.tick(0);
    }
    assertThat(play.sent).isEmpty();
    play.event(new Event.ResumeAsked(V));
    assertThat(play.verbs()).containsExactly("boot");
  }
}
