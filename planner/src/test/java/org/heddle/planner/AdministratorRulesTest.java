package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.planner.Problem.Bystander;
import org.heddle.planner.Problem.Company;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Wish;
import org.junit.jupiter.api.Test;

/** Rules that speak of machines of several vjobs and of hosts; each problem out of its seed. */
final class AdministratorRulesTest {
  private static final int PROBLEMS = Integer.getInteger("heddle.problems", 300);
  private static final int TINY_PROBLEMS = PROBLEMS;

  private static Problem problem(long seed, boolean always) {
    Problem own = RandomRules.with(seed, RandomProblems.problem(seed, 9, 10, 30, true), always);
    return RandomRules.ofAdministrators(seed + 77, own, always);
  }

  @Test
  void everyPlanKeepsThemInTheEndAndPassesTheChecker() {
    RuleTrials.everyPlanKeepsTheRules(PROBLEMS, seed -> problem(seed, true));
  }

  @Test
  void onTinyProblemsExactlyThoseAreAdmittedThatCanBeBesideThoseBeforeThem() {
    RuleTrials.exactlyThoseAreAdmittedThatCanBe(
        TINY_PROBLEMS,
        seed -> RandomProblems.problem(seed, 4, 5, 8, true),
        (seed, free) -> RandomRules.ofAdministrators(seed, free, false),
        TINY_PROBLEMS / 10);
  }

  /**
   * Some of the vjobs are being changed: nobody decides about them, but their machines are there.
   */
  private static Problem withBystanders(long seed, Problem problem) {
    Random random = new Random(seed);
    Set<MachineId> frozen = new HashSet<>();
    List<Wish> wishes = new ArrayList<>();
    for (Wish wish : problem.wishes()) {
      if (random.nextInt(3) == 0) {
        frozen.addAll(wish.machines());
      } else {
        wishes.add(wish);
      }
    }
    Set<MachineId> shy = new HashSet<>();
    problem.rules().stream()
        .filter(rule -> rule.form() == Rule.Form.LONELY)
        .forEach(rule -> shy.addAll(rule.machines().getFirst()));
    TreeMap<MachineId, MachineSlot> machines = new TreeMap<>();
    TreeMap<HostId, HostSlot> hosts = new TreeMap<>(problem.hosts());
    List<Bystander> bystanders = new ArrayList<>();
    problem
        .machines()
        .forEach((id, slot) -> {
          if (!frozen.contains(id)) {
            machines.put(id, slot);
          } else if (slot.now() instanceof Placement.Running(HostId on)) {
            bystanders.add(new Bystander(id, slot.demand(), on));
            hosts.computeIfPresent(
                on,
                (_, host) ->
                    new HostSlot(
                        host.site(),
                        host.capacity().minus(slot.demand()),
                        host.drained(),
                        shy.contains(id) || host.company() == Company.LONELY
                            ? Company.LONELY
                            : Company.SOME));
          }
        });
    return new Problem(hosts, machines, wishes, problem.rules(), bystanders);
  }

  @Test
  void whatOthersAreDoingIsReckonedWith() {
    int kept = 0;
    for (long seed = 0; seed < PROBLEMS; seed++) {
      Problem whole = problem(seed, true);
      Problem problem = withBystanders(seed, whole);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      assertThat(PlanChecker.check(problem, plan)).as("seed %d", seed).isEmpty();
      Map<MachineId, HostId> before = Replay.running(problem);
      Map<MachineId, HostId> after = Replay.running(Replay.after(problem, plan));
      for (Bystander each : problem.bystanders()) {
        before.put(each.machine(), each.on());
        after.put(each.machine(), each.on());
      }
      for (Rule rule : problem.rules()) {
        boolean judged = rule.form() != Rule.Form.ROOT && rule.form() != Rule.Form.QUARANTINE;
        if (judged && RulesByHand.kept(rule, before, whole)) {
          kept++;
          assertThat(RulesByHand.kept(rule, after, whole))
              .as("seed %d: %s, %s", seed, rule, plan)
              .isTrue();
        }
      }
    }
    assertThat(kept).isGreaterThan(PROBLEMS / 2);
  }

  @Test
  void theCheckerObjectsWhenAMachineIsSentWhereARuleForbidsIt() {
    RuleTrials.theCheckerObjects(300, seed -> problem(seed, false), 200);
  }

  @Test
  void theCheckerObjectsWhenWhatHasAnOrderDoesNotWait() {
    int tries = 0;
    for (long seed = 0; seed < PROBLEMS; seed++) {
      Problem plain = RandomProblems.problem(seed, 9, 10, 30, true);
      List<MachineId> all = plain.wishes().stream().flatMap(w -> w.machines().stream()).toList();
      Rule serial = new Rule(Rule.Form.SERIALIZE, false, List.of(all), List.of(), "one by one");
      Problem problem =
          new Problem(plain.hosts(), plain.machines(), plain.wishes(), List.of(serial));
      Plan free = Planner.plan(plain, Limits.DEFAULT).plan();
      boolean overlaps = RulesByHand.overlappingMigrations(free);
      assertThat(PlanChecker.check(problem, free).isEmpty())
          .as("seed %d", seed)
          .isEqualTo(!overlaps);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      assertThat(RulesByHand.overlappingMigrations(plan)).as("seed %d", seed).isFalse();
      tries += overlaps ? 1 : 0;
    }
    assertThat(tries).isGreaterThan(PROBLEMS / 60);
  }
}
