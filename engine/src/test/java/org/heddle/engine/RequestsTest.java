package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.heddle.engine.Step.Refusal;
import org.heddle.engine.Step.Why;
import org.heddle.model.HostId;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineId;
import org.heddle.model.MachineKind;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.planner.Planner;
import org.junit.jupiter.api.Test;

class RequestsTest {
  private static Refusal refused(Play play, Event event) {
    GridState before = play.state;
    Step step = play.event(event);
    assertThat(step.refusal()).isPresent();
    assertThat(play.state).isSameAs(before);
    return step.refusal().orElseThrow();
  }

  private static VjobSpec of(MachineKind kind, Resources demand) {
    return new VjobSpec(
        new VjobId("v"),
        0,
        "me",
        List.of(
            new MachineGroup(
                "ok", 1, "tiny", new Resources(1, 1, 1), MachineKind.VM, Optional.empty()),
            new MachineGroup("m", 1, "tiny", demand, kind, Optional.empty())),
        Optional.empty());
  }

  private static Event.AllSubmitted all(String key, String... names) {
    return new Event.AllSubmitted(
        key,
        java.util.Arrays.stream(names)
            .map(name -> new Event.Submitted(Play.vjob(name, 0, 1, 256), "k", "p"))
            .toList());
  }

  @Test
  void severalAreTakenTogetherAndTheSameAgainChangesNothing() {
    Play play = Play.withHosts("a");
    assertThat(play.event(all("one", "x", "y")).refusal()).isEmpty();
    assertThat(play.state.vjobs()).hasSize(2);
    GridState taken = play.state;
    assertThat(play.event(all("one", "x", "y")).refusal()).isEmpty();
    assertThat(play.state).isSameAs(taken);
    Refusal refusal = refused(play, all("two", "x", "y"));
    assertThat(refusal.field()).isEqualTo("vjobs[0].name");
  }

  @Test
  void noneOfSeveralIsTakenWhenOneIsRefused() {
    Play play = Play.withHosts("a");
    GridState before = play.state;
    assertThat(refused(play, all("one", "x", "y", "x")).field()).isEqualTo("vjobs[2].name");
    assertThat(play.state).isSameAs(before);
  }

  @Test
  void nameThatIsAliveIsRefusedAndThatOfAnEndedVjobMayBeUsedAgain() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    Refusal refusal = refused(play, new Event.Submitted(Play.vjob("v", 0, 3, 64), "k", "p"));
    assertThat(refusal.why()).isEqualTo(Why.INVALID);
    assertThat(refusal.field()).isEqualTo("name");
    play.allGoesWell();
    play.event(new Event.CancelAsked(new VjobId("v")));
    play.allGoesWell();
    assertThat(play.submit(Play.vjob("v", 0, 2, 64)).refusal()).isEmpty();
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.state.machines()).hasSize(2);
  }

  @Test
  void machineBiggerThanAnyHostIsRefusedWithTheLargestHost() {
    Play play = Play.withHosts("a");
    Refusal refusal =
        refused(play, new Event.Submitted(of(MachineKind.VM, new Resources(1, 2000, 1)), "k", "p"));
    assertThat(refusal.why()).isEqualTo(Why.INFEASIBLE);
    assertThat(refusal.field()).isEqualTo("machines[1].memory");
    assertThat(refusal.message()).contains("2000 MiB").contains("(a) has 1024 MiB");
    assertThat(
            refused(play, new Event.Submitted(of(MachineKind.VM, new Resources(3, 1, 1)), "k", "p"))
                .field())
        .isEqualTo("machines[1].cores");
  }

  @Test
  void withoutAnyHostAVjobIsAcceptedAndWaitsWithAReason() {
    Play play = new Play();
    assertThat(play.submit(Play.vjob("v", 0, 1, 256)).refusal()).isEmpty();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.WAITING);
    assertThat(play.vjob("v").reason()).isNotEmpty();
    play.joins("a");
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void containersHaveNoDriver() {
    Refusal refusal =
        refused(
            Play.withHosts("a"),
            new Event.Submitted(of(MachineKind.CONTAINER, new Resources(1, 1, 1)), "k", "p"));
    assertThat(refusal.why()).isEqualTo(Why.INVALID);
    assertThat(refusal.field()).isEqualTo("machines[1].kind");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    Play play = Play.withHosts("a");
    VjobId vjob = new VjobId("none");
    HostId host = new HostId("none");
    for (Event event :
        List.of(
            new Event.CancelAsked(vjob),
            new Event.SuspendAsked(vjob),
            new Event.ResumeAsked(vjob),
            new Event.DrainAsked(host),
            new Event.UndrainAsked(host),
            new Event.MigrateAsked(MachineId.parse("m.none"), new HostId("a")))) {
      assertThat(refused(play, event).why()).isEqualTo(Why.NOT_FOUND);
    }
  }

  @Test
  void endedVjobCannotBeSuspendedAndMayBeCancelledAgain() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("v", 0, 1, 256));
    play.allGoesWell();
    VjobId v = new VjobId("v");
    play.event(new Event.CancelAsked(v));
    assertThat(refused(play, new Event.SuspendAsked(v)).why()).isEqualTo(Why.CONFLICT);
    play.allGoesWell();
    assertThat(refused(play, new Event.ResumeAsked(v)).why()).isEqualTo(Why.CONFLICT);
    GridState before = play.state;
    assertThat(play.event(new Event.CancelAsked(v)).refusal()).isEmpty();
    assertThat(play.state).isSameAs(before);
  }

  @Test
  void onlyARunningMachineCanMoveToAHostWithRoom() {
    Play play = Play.withHosts("a", "b");
    play.submit(Play.vjob("v", 0, 2, 1000));
    Event asked = new Event.MigrateAsked(MachineId.parse("m1.v"), new HostId("b"));
    assertThat(refused(play, asked).why()).isEqualTo(Why.CONFLICT);
    play.allGoesWell();
    String other = play.hostOf("m2.v");
    Refusal refusal =
        refused(play, new Event.MigrateAsked(MachineId.parse("m1.v"), new HostId(other)));
    assertThat(refusal.why()).isEqualTo(Why.INFEASIBLE);
    assertThat(refusal.message()).contains("24 MiB memory");
    String here = play.hostOf("m1.v");
    assertThat(
            play.event(new Event.MigrateAsked(MachineId.parse("m1.v"), new HostId(here))).refusal())
        .isEmpty();
    assertThat(play.sent).isEmpty();
  }

  @Test
  void vjobThatIsAskedToSleepBeforeItStartedWaits() {
    Play play = new Play();
    play.submit(Play.vjob("v", 0, 1, 256));
    play.event(new Event.SuspendAsked(new VjobId("v")));
    play.joins("a");
    assertThat(play.sent).isEmpty();
    assertThat(play.vjob("v").reason()).isEqualTo("suspend asked");
    play.event(new Event.ResumeAsked(new VjobId("v")));
    assertThat(play.verbs()).containsExactly("boot");
  }

  /** The plan for the first one comes when that is gone; the second asks for the same. */
  @Test
  void aVjobThatIsCancelledBeforeItsPlanComesCanBeSubmittedAgain() {
    Play play = Play.withHosts("a");
    VjobSpec spec = Play.vjob("v", 0, 1, 256);
    Step asked = play.engine.step(play.state, new Event.Submitted(spec, "key", "public"), play.now);
    play.state = asked.state();
    Command.FindPlan find =
        asked.commands().stream()
            .filter(Command.FindPlan.class::isInstance)
            .map(Command.FindPlan.class::cast)
            .findFirst()
            .orElseThrow();
    play.event(new Event.CancelAsked(new VjobId("v")));
    play.event(new Event.PlanFound(find.request(), Planner.plan(find.problem(), find.limits())));
    assertThat(play.sent).isEmpty();

    play.submit(spec);

    assertThat(play.verbs()).containsExactly("boot");
  }

  @Test
  void aVjobWithoutRoomIsToldSoEachTimeItIsSubmitted() {
    Play play = Play.withHosts("a");
    play.submit(Play.vjob("first", 0, 1, 900));
    play.allGoesWell();
    VjobSpec spec = Play.vjob("v", 0, 1, 900);
    play.submit(spec);
    String reason = play.vjob("v").reason();
    assertThat(reason).isNotEmpty();
    play.event(new Event.CancelAsked(new VjobId("v")));
    play.submit(spec);
    assertThat(play.vjob("v").reason()).isEqualTo(reason);
  }
}
