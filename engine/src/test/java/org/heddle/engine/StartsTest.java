package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.heddle.engine.GridState.Progress;
import org.heddle.model.HostId;
import org.heddle.model.VjobId;
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
}
