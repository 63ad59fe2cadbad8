package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.heddle.engine.Step.Why;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.junit.jupiter.api.Test;

/** What vjob files say of where machines may run, from the submission to drains and failures. */
class ConstraintsTest {
  private static VjobSpec vjob(String name, int machines, int memory, String... constraints) {
    return Play.vjob(name, 0, machines, memory, constraints);
  }

  /** Hosts {@code a} and {@code b} in lyon, {@code c} and {@code d} in rennes. */
  private static Play sites() {
    Play play = Play.withHosts("a", "b");
    for (String name : List.of("c", "d")) {
      Host host =
          new Host(
              new HostId(name),
              new SiteId("rennes"),
              new Resources(2, 1024, 10_000),
              new TreeSet<>(),
              "192.0.2.1",
              "http://" + name);
      play.event(new Event.HostReported(host, List.of(), 0));
      play.event(new Event.HostReported(host, List.of(), play.state.counters().version()));
    }
    return play;
  }

  private static String reason(Play play, String vjob) {
    return Objects.requireNonNull(play.state.vjobs().get(new VjobId(vjob))).reason();
  }

  @Test
  void spreadAndFenceDecideWhereAVjobStarts() {
    Play play = sites();
    play.submit(vjob("v", 2, 128, "spread(*)", "fence(m1, rennes)", "ban(m2, {a,c,d})"));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.hostOf("m1.v")).isIn("c", "d");
    assertThat(play.hostOf("m2.v")).isEqualTo("b");
  }

  @Test
  void aDrainKeepsThem() {
    Play play = sites();
    play.submit(vjob("v", 2, 128, "spread(*)", "fence(*, rennes)"));
    play.allGoesWell();
    assertThat(List.of(play.hostOf("m1.v"), play.hostOf("m2.v")))
        .containsExactlyInAnyOrder("c", "d");
    play.event(new Event.DrainAsked(new HostId("c")));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.SUSPENDING);
    assertThat(reason(play, "v")).startsWith("needs 2 x 128 MiB").contains("spread(*)");
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.SLEEPING);
    assertThat(reason(play, "v"))
        .startsWith("needs 2 x 128 MiB, room for 1: of 4 hosts 1 is drained, 3 are ruled out by ")
        .contains("fence(*, rennes)", "spread(*)");
    play.event(new Event.UndrainAsked(new HostId("c")));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void aDrainMovesWhatMayMove() {
    Play play = sites();
    play.submit(vjob("v", 1, 128, "fence(m, rennes)"));
    play.allGoesWell();
    String first = play.hostOf("m.v");
    play.event(new Event.DrainAsked(new HostId(first)));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.hostOf("m.v")).isEqualTo(first.equals("c") ? "d" : "c");
  }

  @Test
  void nobodyMayAskForAMoveThatAConstraintForbids() {
    Play play = sites();
    play.submit(vjob("v", 1, 128, "fence(m, rennes)"));
    play.allGoesWell();
    String before = play.hostOf("m.v");
    Step step = play.event(new Event.MigrateAsked(MachineId.parse("m.v"), new HostId("a")));
    assertThat(step.refusal().map(Step.Refusal::message))
        .hasValueSatisfying(words -> assertThat(words).contains("fence(m, rennes)", "host 'a'"));
    play.allGoesWell();
    assertThat(play.hostOf("m.v")).isEqualTo(before);
  }

  @Test
  void whatIsGatheredMovesTogetherOrIsMendedAfterAFailure() {
    Play play = Play.withHosts("a", "b");
    play.submit(vjob("v", 2, 256, "gather(*)"));
    play.allGoesWell();
    String first = play.hostOf("m1.v");
    assertThat(play.hostOf("m2.v")).isEqualTo(first);
    play.event(new Event.DrainAsked(new HostId(first)));
    play.done("migrate");
    String stayed = play.failed("migrate", Outcome.Code.UNREACHABLE).what().machine().toString();
    play.event(new Event.UndrainAsked(new HostId(first)));
    play.answer(first, play.report(stayed, Live.RUNNING));
    play.allGoesWell();
    assertThat(play.hostOf("m1.v")).isNotEqualTo(play.hostOf("m2.v"));
    play.tick(Timing.SWITCH_PAUSE);
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.hostOf("m1.v")).isEqualTo(play.hostOf("m2.v"));
  }

  @Test
  void lonelyMachinesKeepOthersAway() {
    Play play = Play.withHosts("a", "b");
    play.submit(vjob("shy", 1, 128, "lonely(m)"));
    play.allGoesWell();
    play.submit(vjob("other", 1, 128));
    play.allGoesWell();
    assertThat(play.hostOf("m.other")).isNotEqualTo(play.hostOf("m.shy"));
    play.submit(vjob("shy2", 1, 128, "lonely(m)"));
    play.allGoesWell();
    assertThat(play.stateOf("shy2")).isEqualTo(VjobState.WAITING);
    assertThat(reason(play, "shy2")).contains("2 are ruled out by");
  }

  @Test
  void unknownHostsAreRefusedBeforeAnythingChanges() {
    Play play = sites();
    GridState before = play.state;
    Step step = play.submit(vjob("v", 1, 128, "spread(*)", "fence(m, paris)"));
    assertThat(step.refusal())
        .hasValue(
            new Step.Refusal(
                Why.INVALID,
                "constraints[1]",
                "'fence(m, paris)': the grid has no host or site 'paris'; it has hosts a,b,c,d and"
                    + " sites lyon,rennes"));
    assertThat(play.state).isEqualTo(before);
  }

  @Test
  void partsThatShareAHostAreRefused() {
    Step step = sites().submit(vjob("v", 1, 128, "among(m, {rennes, {b,c}})"));
    assertThat(step.refusal().map(Step.Refusal::message))
        .hasValueSatisfying(words -> assertThat(words).contains("host 'c' is in two parts"));
  }

  @Test
  void constraintsThatNothingCanKeepAreRefusedWithTheConflict() {
    Step step = sites().submit(vjob("v", 3, 128, "spread(*)", "fence(*, rennes)", "ban(m1, a)"));
    assertThat(step.refusal().map(Step.Refusal::why)).hasValue(Why.INFEASIBLE);
    assertThat(step.refusal().map(Step.Refusal::field)).hasValue("constraints");
    assertThat(step.refusal().map(Step.Refusal::message))
        .hasValueSatisfying(words ->
            assertThat(words)
                .startsWith("not even the empty grid could run the vjob: ")
                .contains("spread(m[1-3].v)", "fence(m[1-3].v, {c,d})")
                .doesNotContain("ban("));
  }

  @Test
  void gatherAndSpreadOfTheSameMachinesContradictEachOther() {
    Step step = sites().submit(vjob("v", 2, 128, "spread(*)", "gather(*)"));
    assertThat(step.refusal().map(Step.Refusal::message))
        .hasValueSatisfying(
            words -> assertThat(words).contains("shall be both together and apart"));
  }
}
