package org.heddle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.heddle.planner.Problem.Company;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;

/**
 * Says what is wrong with a plan, whoever made it. Shares no code with the search. It considers
 * every order in which the dependencies allow the actions to start and end, not only the estimated
 * times.
 */
public final class PlanChecker {
  private final Problem problem;
  private final Plan plan;
  private final List<String> violations = new ArrayList<>();
  private final Map<MachineId, List<Plan.Step>> stepsOf = new TreeMap<>();

  private PlanChecker(Problem problem, Plan plan) {
    this.problem = problem;
    this.plan = plan;
    for (Plan.Step step : plan.steps()) {
      stepsOf.computeIfAbsent(step.action().machine(), _ -> new ArrayList<>(1)).add(step);
    }
  }

  /**
   * All violations in words, empty when the plan is good.
   *
   * @param problem the configuration as it is now, and the wishes
   */
  public static List<String> check(Problem problem, Plan plan) {
    PlanChecker checker = new PlanChecker(problem, plan);
    checker.run();
    return List.copyOf(checker.violations);
  }

  /**
   * Machines that are where the problem's rules do not want them now.
   *
   * @param problem the configuration as it is now
   */
  public static Set<MachineId> misplaced(Problem problem) {
    return new RuleCheck(problem).misplacedNow().keySet();
  }

  /**
   * Hosts that have not room for all that run there.
   *
   * @param problem the configuration as it is now
   */
  public static Set<HostId> crowded(Problem problem) {
    RuleCheck rules = new RuleCheck(problem);
    return rules.crowded(rules.now()).keySet();
  }

  /**
   * Machines that break a rule where they run now, for each rule that is broken.
   *
   * @param problem the configuration as it is now
   */
  public static Map<Rule, Set<MachineId>> broken(Problem problem) {
    RuleCheck rules = new RuleCheck(problem);
    Map<Rule, Set<MachineId>> broken = new LinkedHashMap<>();
    rules.broken(rules.now()).forEach(each -> broken.put(each.rule(), each.machines()));
    return broken;
  }

  private static SortedMap<MachineId, HostId> running(Map<MachineId, Placement> placements) {
    SortedMap<MachineId, HostId> running = new TreeMap<>();
    placements.forEach((machine, placement) -> {
      if (placement instanceof Placement.Running(HostId host)) {
        running.put(machine, host);
      }
    });
    return running;
  }

  private void run() {
    checkGraph();
    plan.steps().forEach(this::checkNames);
    if (!violations.isEmpty()) {
      return;
    }
    List<BitSet> before = ancestors();
    plan.steps().forEach(this::checkPlace);
    Map<MachineId, Placement> end = checkMachines(before);
    violations.addAll(new RoomCheck(problem, plan, before).violations());
    RuleCheck rules = new RuleCheck(problem);
    violations.addAll(rules.onTheWay(plan, before));
    rules.broken(running(end)).forEach(broken -> violations.add("in the end " + broken.words()));
    Set<HostId> crowdedBefore = rules.crowded(rules.now()).keySet();
    rules
        .crowded(running(end))
        .forEach((host, machines) -> {
          if (crowdedBefore.contains(host)) {
            violations.add("in the end " + host + " still has not room for all of " + machines);
          }
        });
    for (Wish wish : problem.wishes()) {
      checkTogether(wish);
      checkEnd(wish, end);
    }
  }

  private void checkGraph() {
    for (int i = 0; i < plan.steps().size(); i++) {
      Plan.Step step = plan.steps().get(i);
      if (step.id() != i) {
        violations.add("the step at position " + i + " has id " + step.id());
      }
      for (int other : step.after()) {
        if (other < 0 || other >= plan.steps().size()) {
          violations.add(name(step) + " waits for step " + other + ", which does not exist");
        } else if (other >= i) {
          violations.add(
              name(step) + " waits for step " + other + ", which does not come before it");
        }
      }
    }
  }

  private void checkNames(Plan.Step step) {
    if (!problem.machines().containsKey(step.action().machine())) {
      violations.add(name(step) + ": there is no such machine");
    }
    for (HostId host : hosts(step.action())) {
      if (!problem.hosts().containsKey(host)) {
        violations.add(name(step) + ": host " + host + " is not on line");
      }
    }
  }

  private static List<HostId> hosts(Action action) {
    return switch (action) {
      case Action.Boot boot -> List.of(boot.on());
      case Action.Shutdown shutdown -> List.of(shutdown.on());
      case Action.Suspend suspend -> List.of(suspend.on());
      case Action.Resume resume -> List.of(resume.from(), resume.to());
      case Action.Migrate migrate -> List.of(migrate.from(), migrate.to());
    };
  }

  /** For each step all that has ended for certain when it starts. */
  private List<BitSet> ancestors() {
    List<BitSet> before = new ArrayList<>();
    for (Plan.Step step : plan.steps()) {
      BitSet all = new BitSet();
      for (int other : step.after()) {
        all.set(other);
        all.or(before.get(other));
      }
      before.add(all);
    }
    return before;
  }

  private void checkPlace(Plan.Step step) {
    Optional<HostId> target =
        switch (step.action()) {
          case Action.Boot boot -> Optional.of(boot.on());
          case Action.Resume resume -> Optional.of(resume.to());
          case Action.Migrate migrate -> Optional.of(migrate.to());
          case Action.Suspend _, Action.Shutdown _ -> Optional.empty();
        };
    if (target.isEmpty()) {
      return;
    }
    HostId to = target.get();
    MachineSlot machine = machine(step.action().machine());
    HostSlot host = problem.hosts().get(to);
    if (host != null && host.drained()) {
      violations.add(name(step) + ": " + to + " is drained");
    }
    if (host != null && host.company() == Company.LONELY) {
      violations.add(name(step) + ": what is on " + to + " stays alone");
    }
    if (machine.banned().contains(to)) {
      violations.add(name(step) + ": the machine failed on " + to + " lately");
    }
    if (machine.pinned().isPresent() && !machine.pinned().get().equals(to)) {
      violations.add(name(step) + ": the machine may run on " + machine.pinned().get() + " only");
    }
  }

  private MachineSlot machine(MachineId id) {
    MachineSlot slot = problem.machines().get(id);
    if (slot == null) {
      throw new IllegalArgumentException("machine " + id + " is wished but not described");
    }
    return slot;
  }

  /** Each machine's actions in their order; gives where each machine is in the end. */
  private Map<MachineId, Placement> checkMachines(List<BitSet> before) {
    Map<MachineId, Placement> now = new TreeMap<>();
    Map<MachineId, Integer> last = new TreeMap<>();
    problem.machines().forEach((id, slot) -> now.put(id, slot.now()));
    for (Plan.Step step : plan.steps()) {
      MachineId machine = step.action().machine();
      Integer earlier = last.put(machine, step.id());
      if (earlier != null && !before.get(step.id()).get(earlier)) {
        violations.add(name(step) + " does not wait for " + name(plan.steps().get(earlier)));
      }
      Placement was = now.getOrDefault(machine, new Placement.Terminated());
      Optional<Placement> becomes = after(step.action(), was);
      if (becomes.isEmpty()) {
        violations.add(name(step) + ": the machine is then " + words(was));
      } else {
        now.put(machine, becomes.get());
      }
    }
    return now;
  }

  /** Empty when the action cannot be done with a machine in that state. */
  private static Optional<Placement> after(Action action, Placement was) {
    boolean right =
        switch (action) {
          case Action.Boot _ -> was.equals(new Placement.Waiting());
          case Action.Shutdown a -> was.equals(new Placement.Running(a.on()));
          case Action.Suspend a -> was.equals(new Placement.Running(a.on()));
          case Action.Resume a -> was.equals(new Placement.Sleeping(a.from()));
          case Action.Migrate a ->
              was.equals(new Placement.Running(a.from())) && !a.from().equals(a.to());
        };
    if (!right) {
      return Optional.empty();
    }
    return Optional.of(
        switch (action) {
          case Action.Boot a -> new Placement.Running(a.on());
          case Action.Shutdown a ->
              a.restart() ? new Placement.Waiting() : new Placement.Terminated();
          case Action.Suspend a -> new Placement.Sleeping(a.on());
          case Action.Resume a -> new Placement.Running(a.to());
          case Action.Migrate a -> new Placement.Running(a.to());
        });
  }

  private static String words(Placement placement) {
    return switch (placement) {
      case Placement.Waiting() -> "waiting";
      case Placement.Running(HostId host) -> "running on " + host;
      case Placement.Sleeping(HostId host) -> "sleeping on " + host;
      case Placement.Terminated() -> "terminated";
    };
  }

  private void checkTogether(Wish wish) {
    List<Plan.Step> suspends = new ArrayList<>();
    List<Plan.Step> resumes = new ArrayList<>();
    for (MachineId machine : wish.machines()) {
      for (Plan.Step step : stepsOf.getOrDefault(machine, List.of())) {
        switch (step.action()) {
          case Action.Suspend _ -> suspends.add(step);
          case Action.Resume _ -> resumes.add(step);
          case Action.Boot _, Action.Shutdown _, Action.Migrate _ -> {}
        }
      }
    }
    checkTogether(wish, suspends, "suspend");
    checkTogether(wish, resumes, "resume");
  }

  private void checkTogether(Wish wish, List<Plan.Step> steps, String verb) {
    if (steps.isEmpty()) {
      return;
    }
    VjobId vjob = wish.vjob();
    if (steps.size() != wish.machines().size()) {
      violations.add(
          "the plan has %d of %s for %s, which has %d machines"
              .formatted(steps.size(), verb, vjob, wish.machines().size()));
    }
    Plan.Step first = steps.getFirst();
    for (Plan.Step step : steps) {
      if (!step.after().equals(first.after()) || step.startMs() != first.startMs()) {
        violations.add(
            name(step) + " does not start together with " + name(first) + " of the same vjob");
      }
    }
  }

  private void checkEnd(Wish wish, Map<MachineId, Placement> end) {
    int running = 0;
    for (MachineId machine : wish.machines()) {
      if (end.get(machine) instanceof Placement.Running) {
        running++;
      }
    }
    int all = wish.machines().size();
    if (running > 0 && running < all) {
      violations.add(
          "%s ends half running: %d of %d machines".formatted(wish.vjob(), running, all));
    } else if (running > 0 && wish.target() != Target.RUN) {
      violations.add(wish.vjob() + " ends running, which is not wished");
    }
  }

  private static String name(Plan.Step step) {
    return RoomCheck.name(step);
  }
}
