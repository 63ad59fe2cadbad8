package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.heddle.engine.Step.Why;
import org.heddle.model.HostId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.junit.jupiter.api.Test;

/** Hosts that are lost: what is kept for them, until they return or are forgotten. */
class ForgettingTest {
  private static final HostId A = new HostId("a");

  private static Play lostHost() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 2, 256));
    play.allGoesWell();
    play.event(new Event.HostExpired(A));
    assertThat(play.state.operations()).as("to be stopped when it returns").hasSize(2);
    return play;
  }

  @Test
  void whatIsKeptForALostHostIsSettledWhenItReturns() {
    Play play = lostHost();
    play.event(new Event.HostReported(Play.host("a"), List.of(), 0));
    play.done("stop");
    play.done("stop");
    play.answer("a");
    assertThat(play.state.operations().values())
        .extracting(operation -> operation.what().verb())
        .containsExactly("boot", "boot");
  }

  @Test
  void whatIsKeptForALostHostGoesWhenTheHostIsForgotten() {
    Play play = lostHost();
    assertThat(play.event(new Event.ForgetAsked(A)).refusal()).isEmpty();
    assertThat(play.state.operations()).isEmpty();
    assertThat(play.state.hosts()).isEmpty();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.WAITING);
    play.tick(Timing.PLAN);
    assertThat(play.vjob("v").reason()).isNotEmpty();
  }

  @Test
  void forgottenHostThatReturnsJoinsAndWhatItHasIsStopped() {
    Play play = lostHost();
    MachineReport left = play.report("m1.v", Live.RUNNING);
    play.event(new Event.ForgetAsked(A));
    play.joins("a", left);
    assertThat(play.verbs()).containsExactly("stop");
    play.done("stop");
    play.answer("a");
    assertThat(play.verbs()).containsExactly("boot", "boot");
  }

  @Test
  void hostThatIsOnLineOrKeepsTheStateOfASleeperIsNotForgotten() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    assertThat(play.event(new Event.ForgetAsked(A)).refusal())
        .hasValueSatisfying(refusal -> assertThat(refusal.why()).isEqualTo(Why.CONFLICT));
    play.event(new Event.SuspendAsked(new VjobId("v")));
    play.allGoesWell();
    play.event(new Event.HostExpired(A));
    assertThat(play.event(new Event.ForgetAsked(A)).refusal())
        .hasValueSatisfying(refusal -> assertThat(refusal.message()).contains("v: cancel"));
    play.event(new Event.CancelAsked(new VjobId("v")));
    assertThat(play.event(new Event.ForgetAsked(A)).refusal()).isEmpty();
    assertThat(play.event(new Event.ForgetAsked(A)).refusal())
        .hasValueSatisfying(refusal -> assertThat(refusal.why()).isEqualTo(Why.NOT_FOUND));
  }
}
