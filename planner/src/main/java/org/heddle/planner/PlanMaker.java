package org.heddle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.heddle.planner.Decision.Fate;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * Makes the grid's plan of a schedule: suspends of a vjob are one, so are its resumes, and whoever
 * waits for one suspend waits for all of the vjob. Says for each step why.
 */
final class PlanMaker {
  private final Problem problem;
  private final Question question;
  private final Map<VjobId, Decision> decisions = new HashMap<>();

  /** For each host the first vjob that gets a new machine there. */
  private final Map<HostId, VjobId> comer = new TreeMap<>();

  private final SortedMap<MachineId, Rule> misplaced;
  private final Map<Integer, Integer> lastMigration = new HashMap<>();
  private final Set<VjobId> resumed = new HashSet<>();
  private final List<Plan.Step> steps = new ArrayList<>();
  private final List<BitSet> ancestors = new ArrayList<>();

  PlanMaker(Problem problem, Question question, List<Decision> decisions) {
    this.problem = problem;
    this.question = question;
    this.misplaced = new RuleCheck(problem).misplacedNow();
    for (Decision decision : decisions) {
      this.decisions.put(decision.vjob().id(), decision);
      noteComers(decision);
    }
  }

  private void noteComers(Decision decision) {
    if (decision.fate() instanceof Fate.Run(List<HostId> hosts)) {
      for (int i = 0; i < hosts.size(); i++) {
        Placement now = decision.vjob().slots().get(i).now();
        if (!now.equals(new Placement.Running(hosts.get(i)))) {
          comer.putIfAbsent(hosts.get(i), decision.vjob().id());
        }
      }
    }
  }

  Plan plan(Schedule schedule) {
    List<TimedAction> actions = schedule.actions();
    Map<String, List<Integer>> together = new LinkedHashMap<>();
    for (int i = 0; i < actions.size(); i++) {
      TimedAction action = actions.get(i);
      together.computeIfAbsent(key(action), _ -> new ArrayList<>(1)).add(i);
      if (action.kind() == Kind.MIGRATE) {
        lastMigration.put(action.machine(), i);
      } else if (action.kind() == Kind.RESUME) {
        resumed.add(question.part(action.machine()).vjob().id());
      }
    }
    long cost = 0;
    for (int i = 0; i < actions.size(); i++) {
      List<Integer> unit = together.getOrDefault(key(actions.get(i)), List.of(i));
      step(i, actions, unit, together);
      cost += cost(actions.get(i));
    }
    return new Plan(steps, cost);
  }

  /** Equal for actions that are one. */
  private String key(TimedAction action) {
    return action.kind() == Kind.SUSPEND || action.kind() == Kind.RESUME
        ? action.kind() + " " + question.part(action.machine()).vjob().id()
        : action.kind() + " " + action.machine() + " " + action.from() + " " + action.to();
  }

  private void step(
      int i, List<TimedAction> actions, List<Integer> unit, Map<String, List<Integer>> together) {
    TimedAction timed = actions.get(i);
    SortedSet<Integer> after = new TreeSet<>();
    for (int each : unit) {
      for (int waited : actions.get(each).waitsFor().toArray()) {
        boolean suspend = actions.get(waited).kind() == Kind.SUSPEND;
        after.addAll(
            suspend
                ? together.getOrDefault(key(actions.get(waited)), List.of(waited))
                : List.of(waited));
      }
    }
    after.removeAll(unit);
    SortedSet<Integer> direct = withoutImplied(after);
    long start = direct.stream().mapToLong(each -> steps.get(each).endMs()).max().orElse(0);
    long duration =
        timed.kind() == Kind.RESUME
            ? unit.stream().mapToLong(each -> actions.get(each).durationMs()).max().orElse(1)
            : timed.durationMs();
    steps.add(new Plan.Step(i, action(timed), direct, start, start + duration, why(i, timed)));
    BitSet all = new BitSet();
    for (int each : direct) {
      all.set(each);
      all.or(ancestors.get(each));
    }
    ancestors.add(all);
  }

  /** Leaves out steps that others of the set wait for anyway. */
  private SortedSet<Integer> withoutImplied(SortedSet<Integer> after) {
    BitSet implied = new BitSet();
    after.forEach(step -> implied.or(ancestors.get(step)));
    SortedSet<Integer> direct = new TreeSet<>(after);
    direct.removeIf(implied::get);
    return direct;
  }

  private HostId host(int number) {
    return new HostId(question.instance().hostName(number));
  }

  private Action action(TimedAction timed) {
    Part part = question.part(timed.machine());
    MachineId machine = part.vjob().machine(part.index());
    return switch (timed.kind()) {
      case BOOT -> new Action.Boot(machine, host(timed.to()));
      case SHUTDOWN ->
          new Action.Shutdown(
              machine, host(timed.from()), part.vjob().wish().target() != Target.END);
      case SUSPEND -> new Action.Suspend(machine, host(timed.from()));
      case RESUME -> new Action.Resume(machine, host(timed.from()), host(timed.to()));
      case MIGRATE -> new Action.Migrate(machine, host(timed.from()), host(timed.to()));
      case RELAUNCH, KILL, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST ->
          throw new IllegalStateException("no action of the grid: " + timed);
    };
  }

  private long cost(TimedAction timed) {
    long memory = question.part(timed.machine()).slot().demand().memoryMiB();
    return switch (timed.kind()) {
      case SUSPEND, MIGRATE -> memory;
      case RESUME -> timed.from() == timed.to() ? memory : 2 * memory;
      case BOOT, SHUTDOWN, RELAUNCH, KILL, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> 0;
    };
  }

  // Why

  private String why(int i, TimedAction timed) {
    Part part = question.part(timed.machine());
    VjobView vjob = part.vjob();
    return switch (timed.kind()) {
      case BOOT ->
          vjob.shape() == VjobView.Shape.PARTLY_BOOTED
              ? "completes " + vjob.id()
              : "there is room for " + vjob.id();
      case RESUME ->
          vjob.shape() == VjobView.Shape.SLEEPING
              ? "there is room for " + vjob.id() + " again"
              : vjob.id() + " goes on";
      case SUSPEND -> whySuspend(vjob);
      case SHUTDOWN -> whyShutdown(part);
      case MIGRATE -> whyMigrate(i, timed, part);
      case RELAUNCH, KILL, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> "";
    };
  }

  private String halted(VjobView vjob) {
    Decision decision = decisions.get(vjob.id());
    return decision != null && decision.fate() instanceof Fate.Halt(String why) ? why : "";
  }

  private String whySuspend(VjobView vjob) {
    if (resumed.contains(vjob.id())) {
      return vjob.id() + " cannot be moved while it runs: no host has room in between";
    }
    return vjob.wish().target() == Target.SLEEP
        ? vjob.id() + " shall sleep"
        : "no room for " + vjob.id() + " now: " + halted(vjob);
  }

  private String whyShutdown(Part part) {
    VjobView vjob = part.vjob();
    if (part.anew() == Part.STOPS) {
      return "no host has room to move " + vjob.machine(part.index()) + "; it has only just begun";
    }
    return switch (vjob.wish().target()) {
      case END -> vjob.id() + " ends";
      case RESET -> vjob.id() + " starts again as a whole";
      case SLEEP -> vjob.id() + " runs only in part and shall not run";
      case RUN -> vjob.id() + " runs only in part: " + halted(vjob);
    };
  }

  private String whyMigrate(int i, TimedAction timed, Part part) {
    MachineId machine = part.vjob().machine(part.index());
    if (timed.from() != question.instance().host(timed.machine())) {
      return machine + " goes on to its place";
    }
    String why = reasonToLeave(part, machine, host(timed.from()));
    return lastMigration.getOrDefault(timed.machine(), i) == i
        ? why
        : why
            + "; goes through "
            + host(timed.to())
            + ", because "
            + host(part.to())
            + " is still full";
  }

  private String reasonToLeave(Part part, MachineId machine, HostId from) {
    if (part.slot().pinned().isPresent()) {
      return "asked to run on " + part.slot().pinned().get();
    }
    Problem.HostSlot host = problem.hosts().get(from);
    if (host != null && host.drained()) {
      return from + " is drained";
    }
    Rule against = misplaced.get(machine);
    if (against != null) {
      return from + " is against " + against.words();
    }
    VjobId next = comer.get(from);
    return next == null
        ? from + " has too little room for all that shall run"
        : "makes room on " + from + " for " + next;
  }
}
