package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.heddle.engine.Step.Why;
import org.heddle.model.Action;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.Plan;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.planner.Limits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What administrators ask of every placement. Hosts have 2 cores, 1,024 MiB and 10,000 MiB. */
class AdministrationTest {
  private static VjobSpec vjob(String name, int machines, int memory, String... constraints) {
    return Play.vjob(name, 0, machines, memory, constraints);
  }

  private static Step add(Play play, String constraint) {
    return play.event(asked(constraint));
  }

  private static Event asked(String constraint) {
    return new Event.ConstraintAsked(ConstraintTerm.parse(constraint));
  }

  private static Engine.Standing standing(Play play) {
    return new Engine(new PriorityPolicy(), Limits.DEFAULT)
        .standings(play.state, play.now)
        .getFirst();
  }

  private static void running(Play play, VjobSpec... vjobs) {
    for (VjobSpec vjob : vjobs) {
      play.submit(vjob);
      play.allGoesWell();
      assertThat(play.stateOf(vjob.name().value())).isEqualTo(VjobState.RUNNING);
    }
  }

  private static String reason(Play play, String vjob) {
    return Objects.requireNonNull(play.state.vjobs().get(new VjobId(vjob))).reason();
  }

  private static Plan lastPlan(Play play) {
    return play.state.current().orElseGet(() -> play.state.history().getLast()).plan();
  }

  private static String refusal(Step step) {
    return step.refusal().map(Step.Refusal::message).orElse("");
  }

  @Test
  void whatRunsAgainstABanIsMigratedAndTheReasonIsSaid() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("v", 1, 256));
    String first = play.hostOf("m.v");
    add(play, "ban(m.v, " + first + ")");
    assertThat(lastPlan(play).steps()).hasSize(1);
    assertThat(lastPlan(play).steps().getFirst().why())
        .isEqualTo(first + " is against ban(m.v, " + first + ") of the administrator");
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.hostOf("m.v")).isNotEqualTo(first);
  }

  @Test
  void aVjobsNameStandsForAllItsMachinesAndConstraintsOfSeveralVjobsAreKept() {
    Play play = Play.withHosts("a", "b", "c");
    add(play, "spread({web, *.db})");
    running(play, vjob("web", 2, 128), vjob("db", 1, 128));
    assertThat(List.of(play.hostOf("m1.web"), play.hostOf("m2.web"), play.hostOf("m.db")))
        .doesNotHaveDuplicates();
    play.event(new Event.DrainAsked(new HostId(play.hostOf("m.db"))));
    play.allGoesWell();
    assertThat(play.stateOf("db")).isEqualTo(VjobState.SLEEPING);
    assertThat(reason(play, "db")).contains("ruled out by spread({web,*.db}) of the administrator");
  }

  @Test
  void machinesOfTwoVjobsAreGathered() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("web", 1, 600), vjob("db", 1, 300), vjob("other", 1, 500));
    add(play, "ban(web, a)");
    play.allGoesWell();
    add(play, "gather({web, db})");
    play.allGoesWell();
    assertThat(play.hostOf("m.web")).isEqualTo("b").isEqualTo(play.hostOf("m.db"));
    assertThat(play.hostOf("m.other")).isEqualTo("a");
  }

  @Test
  void aCapacityOfRunningMachinesPutsTheLastToSleepUntilItIsTakenBack() {
    Play play = Play.withHosts("a");
    running(play, vjob("first", 1, 128), vjob("second", 1, 128));
    add(play, "runningCapacity(a, 1)");
    play.allGoesWell();
    assertThat(play.stateOf("first")).isEqualTo(VjobState.RUNNING);
    assertThat(play.stateOf("second")).isEqualTo(VjobState.SLEEPING);
    assertThat(reason(play, "second"))
        .isEqualTo(
            "needs 1 x 128 MiB: of 1 host 1 is ruled out by runningCapacity(a, 1) of the"
                + " administrator");
    play.event(new Event.ConstraintDropped(1));
    play.allGoesWell();
    assertThat(play.stateOf("second")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void aCapacityOfMemoryCountsAllHostsTogether() {
    Play play = Play.withHosts("a", "b");
    add(play, "resourceCapacity({a,b}, memory, 700)");
    running(play, vjob("first", 1, 500));
    play.submit(vjob("second", 1, 300));
    play.allGoesWell();
    assertThat(play.stateOf("second")).isEqualTo(VjobState.WAITING);
    assertThat(reason(play, "second")).contains("resourceCapacity({a,b}, memory, 700)");
  }

  @Test
  void hostsAreEmptiedUntilNoMoreAreInUseThanAllowed() {
    Play play = Play.withHosts("a", "b", "c");
    add(play, "spread({w, x})");
    running(play, vjob("w", 1, 128), vjob("x", 1, 700));
    play.event(new Event.ConstraintDropped(1));
    assertThat(play.hostOf("m.x")).isNotEqualTo(play.hostOf("m.w"));
    add(play, "maxOnline(*, 1)");
    play.allGoesWell();
    assertThat(play.hostOf("m.x")).isEqualTo(play.hostOf("m.w"));
    play.submit(vjob("y", 1, 700));
    play.allGoesWell();
    assertThat(reason(play, "y")).contains("ruled out by maxOnline(*, 1) of the administrator");
  }

  @Test
  void offlineHostsAreEmptiedAndStayEmpty() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("v", 1, 128));
    String first = play.hostOf("m.v");
    String other = first.equals("a") ? "b" : "a";
    add(play, "offline(" + first + ")");
    play.allGoesWell();
    assertThat(play.hostOf("m.v")).isEqualTo(other);
    running(play, vjob("w", 1, 128));
    assertThat(play.hostOf("m.w")).isEqualTo(other);
  }

  @Test
  void coresAreOverbookedAndMemoryIsHeldBack() {
    Play play = Play.withHosts("a", "b");
    play.event(new Event.DrainAsked(new HostId("b")));
    add(play, "overbook(a, cores, 1.5)");
    running(play, vjob("v", 3, 128));
    play.submit(vjob("w", 1, 128));
    play.allGoesWell();
    assertThat(play.stateOf("w")).isEqualTo(VjobState.WAITING);
    assertThat(reason(play, "w")).contains("1 lacks cores");
    add(play, "overbook(*, memory, 0.25)");
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.SLEEPING);
    assertThat(play.stateOf("w")).isEqualTo(VjobState.RUNNING);
    play.event(new Event.ConstraintDropped(2));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void aHostThatHasBecomeSmallerKeepsWhatRunsThere() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("v", 1, 512));
    HostId host = new HostId(play.hostOf("m.v"));
    Host smaller =
        new Host(
            host,
            new SiteId("lyon"),
            new Resources(2, 256, 10_000),
            new TreeSet<>(),
            "192.0.2.1",
            "http://" + host);
    MachineReport there = play.report("m.v", MachineReport.Live.RUNNING);
    play.event(new Event.HostReported(smaller, List.of(there), play.state.counters().version()));
    play.allGoesWell();
    assertThat(play.hostOf("m.v")).isEqualTo(host.value());
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void aQuarantinedHostTakesNothingAndLetsNothingMigrate() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("v", 1, 128));
    String first = play.hostOf("m.v");
    String other = first.equals("a") ? "b" : "a";
    add(play, "quarantine(" + first + ")");
    running(play, vjob("w", 1, 128));
    assertThat(play.hostOf("m.w")).isEqualTo(other);
    Step step = play.event(new Event.MigrateAsked(MachineId.parse("m.v"), new HostId(other)));
    assertThat(refusal(step)).contains("quarantine(" + first + ") of the administrator");
    play.event(new Event.DrainAsked(new HostId(first)));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(play.hostOf("m.v")).isEqualTo(other);
    assertThat(
            play.state.history().stream()
                .flatMap(ended -> ended.plan().steps().stream())
                .map(Plan.Step::action))
        .noneMatch(Action.Migrate.class::isInstance);
  }

  @Test
  void lonelyMachinesOfSeveralVjobsKeepOthersAway() {
    Play play = Play.withHosts("a", "b");
    add(play, "lonely({web, db})");
    running(play, vjob("web", 1, 128), vjob("db", 1, 128), vjob("other", 1, 128));
    assertThat(play.hostOf("m.other")).isNotIn(play.hostOf("m.web"), play.hostOf("m.db"));
    assertThat(play.hostOf("m.web")).isEqualTo(play.hostOf("m.db"));
  }

  @Test
  void nobodyMayAskForAMoveThatAConstraintForbids() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("v", 1, 128));
    String other = play.hostOf("m.v").equals("a") ? "b" : "a";
    add(play, "root(*)");
    Step step = play.event(new Event.MigrateAsked(MachineId.parse("m.v"), new HostId(other)));
    assertThat(refusal(step))
        .isEqualTo("root(*) of the administrator keeps 'm.v' from host '" + other + "'");
  }

  @Test
  void theSameAgainChangesNothingAndANumberIsNeverGivenTwice() {
    Play play = Play.withHosts("a");
    add(play, "runningCapacity(a, 5)");
    GridState once = play.state;
    assertThat(add(play, " runningCapacity( {a} , 5 )").refusal()).isEmpty();
    assertThat(play.state).isEqualTo(once);
    play.event(new Event.ConstraintDropped(1));
    GridState without = play.state;
    assertThat(play.event(new Event.ConstraintDropped(1)).refusal()).isEmpty();
    assertThat(play.state).isEqualTo(without);
    add(play, "runningCapacity(a, 5)");
    assertThat(play.state.rulebook().constraints().keySet()).containsExactly(2L);
    assertThat(play.event(new Event.ConstraintDropped(3)).refusal().map(Step.Refusal::why))
        .hasValue(Why.NOT_FOUND);
  }

  @Test
  void aConstraintOnAVjobThatEndsOrIsNotThereYetIsHarmless() {
    Play play = Play.withHosts("a", "b");
    assertThat(add(play, "fence(later, b)").refusal()).isEmpty();
    running(play, vjob("later", 1, 128));
    assertThat(play.hostOf("m.later")).isEqualTo("b");
    play.event(new Event.CancelAsked(new VjobId("later")));
    play.allGoesWell();
    assertThat(play.stateOf("later")).isEqualTo(VjobState.TERMINATED);
    running(play, vjob("later", 1, 128), vjob("other", 1, 128));
    assertThat(play.hostOf("m.later")).isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          ban(web, host9)          | the grid has no host or site 'host9'; it has hosts a,b
          ban(m3.web, a)           | vjob 'web' has no machine 'm3'; it has m[1-2]
          ban(Web, a)              | 'Web' names no machines; write node1.web
          ban(m1.*, a)             | 'm1.*' names no machines
          online(a)                | Heddle switches no host on or off
          noIdle(a)                | Heddle switches no host on or off
          preserve(web, cores, 2)  | a machine has just what its vjob's file asks for
          running(web)             | a vjob runs and sleeps as a whole
          killed(web)              | a vjob runs and sleeps as a whole
          synchronize(web)         | a live migration ends when its memory is copied
          deadline(web, 5s)        | how long an action will last is only estimated
          noDelay(web)             | when an action can start depends on the room
          always maxOnline(*, 1)   | while machines move from one host to another both are in use
          overbook(a, memory, 1.5) | memory cannot be given away twice
          overbook(a, gpu, 1.5)    | hosts have no resource 'gpu'
          resourceCapacity(a, x, 1)| hosts have no resource 'x'
          among(web, {a, {a,b}})   | host 'a' is in two parts
          """)
  void whatMakesNoSenseIsRefusedWithTheSentenceThatSaysWhy(String constraint, String why) {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("web", 2, 128));
    GridState before = play.state;
    Step step = add(play, constraint);
    assertThat(step.refusal().map(Step.Refusal::why)).hasValue(Why.INVALID);
    assertThat(step.refusal().map(Step.Refusal::field)).hasValue("constraint");
    assertThat(refusal(step)).contains("': " + why);
    assertThat(play.state).isEqualTo(before);
  }

  @Test
  void aConstraintWithWhichAVjobCouldNeverRunIsRefusedWithTheConflict() {
    Play play = Play.withHosts("a", "b");
    add(play, "fence(web, a)");
    running(play, vjob("web", 2, 128), vjob("other", 1, 128));
    Step step = add(play, "spread(web)");
    assertThat(step.refusal().map(Step.Refusal::why)).hasValue(Why.INFEASIBLE);
    assertThat(refusal(step))
        .startsWith("with 'spread(web)' vjob 'web' could never run: ")
        .contains("fence(m[1-2].web, a)", "spread(m[1-2].web)")
        .endsWith("; take one of them back, or cancel the vjob first");
    assertThat(play.state.rulebook().constraints()).hasSize(1);
    assertThat(refusal(add(play, "offline(*)"))).contains("could never run");
    assertThat(add(play, "quarantine(*)").refusal()).as("it passes").isEmpty();
  }

  @Test
  void sequencesInWhichMachinesWaitForEachOtherAreRefused() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("web", 2, 128, "sequence(m1, m2)"));
    Step step = add(play, "sequence(m2.web, m1.web)");
    assertThat(step.refusal().map(Step.Refusal::why)).hasValue(Why.INFEASIBLE);
    assertThat(refusal(step))
        .isEqualTo(
            "machines would wait for each other in sequence(m[1-2]) of vjob web and"
                + " sequence({m2.web,m1.web}) of the administrator: leave out or take back one of"
                + " them");
    assertThat(add(play, "sequence(m2.db, m1.db)").refusal()).isEmpty();
    Step file = play.submit(vjob("db", 2, 128, "sequence(m1, m2)"));
    assertThat(refusal(file)).contains("sequence(m[1-2]) of vjob db");
    assertThat(play.state.vjobs()).doesNotContainKey(new VjobId("db"));
    assertThat(play.submit(vjob("x", 2, 128, "sequence(m1, m2)", "sequence(m2, m1)")).refusal())
        .isPresent();
    play.event(new Event.CancelAsked(new VjobId("web")));
    play.allGoesWell();
    assertThat(play.stateOf("web")).isEqualTo(VjobState.TERMINATED);
  }

  @Test
  void aPlannerThatBreaksDownIsToldOfAndTheGridGoesOn() {
    Play play = Play.withHosts("a");
    GridState before = play.state;
    Event submitted = new Event.Submitted(vjob("v", 1, 128), "key", "public");
    play.state = play.engine.step(before, submitted, play.now).state();
    long request = play.state.counters().planning().pending().orElseThrow();
    play.event(new Event.PlanFailed(request, "a bug"));
    assertThat(reason(play, "v")).isEqualTo("no plan could be made: a bug");
    assertThat(play.notices.getLast().kind()).isEqualTo("plan.failed");
    play.tick(Timing.PLAN);
    assertThat(play.stateOf("v")).as("not asked again").isEqualTo(VjobState.WAITING);
    running(play, vjob("w", 1, 128));
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void whatAHostMayGiveAwayDecidesWhetherAVjobCouldEverRun() {
    Play play = Play.withHosts("a");
    add(play, "overbook(*, cores, 2)");
    running(play, vjob("many", 4, 100, "gather(*)"));
    Play small = Play.withHosts("a", "b");
    running(small, vjob("web", 1, 600));
    Step step = add(small, "overbook(*, memory, 0.5)");
    assertThat(step.refusal().map(Step.Refusal::why)).hasValue(Why.INFEASIBLE);
    assertThat(refusal(step)).startsWith("with 'overbook(*, memory, 0.5)' vjob 'web' could never");
    add(small, "overbook(*, memory, 0.75)");
    assertThat(refusal(small.submit(vjob("big", 1, 800)))).contains("has 768 MiB");
  }

  @Test
  void whatIsUnderWayWhenAConstraintComesIsMended() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("v", 2, 128, "gather(*)"));
    String first = play.hostOf("m1.v");
    String other = first.equals("a") ? "b" : "a";
    play.event(new Event.DrainAsked(new HostId(first)));
    assertThat(play.state.current()).isPresent();
    add(play, "ban(v, " + other + ")");
    play.event(new Event.UndrainAsked(new HostId(first)));
    play.allGoesWell();
    play.tick(Timing.SWITCH_PAUSE);
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    assertThat(List.of(play.hostOf("m1.v"), play.hostOf("m2.v"))).containsOnly(first);
  }

  @Test
  void stepsThatHaveNotBegunAreDroppedWhenAConstraintForbidsThem() {
    Play play = Play.withHosts("a", "b");
    running(play, vjob("v", 2, 128, "sequence(*)"));
    String first = play.hostOf("m1.v");
    assertThat(play.hostOf("m2.v")).isEqualTo(first);
    String other = first.equals("a") ? "b" : "a";
    play.event(new Event.DrainAsked(new HostId(first)));
    assertThat(lastPlan(play).steps()).hasSize(2);
    assertThat(lastPlan(play).steps().get(1).after()).containsExactly(0);
    add(play, "ban(m2.v, " + other + ")");
    play.done("migrate");
    play.allGoesWell();
    assertThat(play.state.history().stream().flatMap(ended -> ended.actions().stream()))
        .extracting(GridState.ActionRecord::message)
        .contains(other + " is ruled out by ban(m2.v, " + other + ") of the administrator");
  }

  @Test
  void machinesOfASequenceBootOneAfterTheOther() {
    Play play = Play.withHosts("a", "b");
    play.submit(vjob("v", 2, 128, "sequence({m2, m1})"));
    List<Plan.Step> steps = lastPlan(play).steps();
    assertThat(steps).hasSize(2);
    assertThat(steps.getFirst().action().machine()).isEqualTo(MachineId.parse("m2.v"));
    assertThat(steps.getLast().after()).containsExactly(0);
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
    play.event(new Event.SuspendAsked(new VjobId("v")));
    play.allGoesWell();
    play.event(new Event.ResumeAsked(new VjobId("v")));
    play.allGoesWell();
    assertThat(play.stateOf("v")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void whatStandsIsToldWithWhatBreaksIt() {
    Play play = Play.withHosts("a");
    running(play, vjob("v", 1, 128), vjob("w", 1, 128));
    add(play, "runningCapacity(a, 1)");
    assertThat(standing(play).machines()).hasSize(2);
    assertThat(play.sent).as("one is being suspended").isNotEmpty();
    assertThat(standing(play).broken()).as("both are still there").hasSize(2);
    play.allGoesWell();
    assertThat(standing(play).machines()).containsExactly(MachineId.parse("m.v"));
    assertThat(standing(play).broken()).isEmpty();
    play.event(new Event.ConstraintDropped(1));
    play.allGoesWell();
    play.now += Timing.CLEARING;
    GridState more =
        new Engine(new PriorityPolicy(), Limits.DEFAULT)
            .step(play.state, asked("runningCapacity(a, 1)"), play.now)
            .state();
    assertThat(
            new Engine(new PriorityPolicy(), Limits.DEFAULT)
                .standings(more, play.now)
                .getFirst()
                .broken())
        .containsExactly(MachineId.parse("m.v"), MachineId.parse("m.w"));
  }
}
