package org.heddle.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.heddle.model.HostId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.heddle.planner.Decision.Fate;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.order.Durations;
import org.heddle.planner.order.Order;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.order.Ordering;

/** The way from what is to the decisions, if there is one in which no vjob is given up. */
final class Itinerary {
  private final Problem problem;
  private final Floor floor;
  private final Limits limits;
  private final List<Decision> decisions;
  private final SortedSet<VjobId> anew;
  private final Question question;
  private Indices inTheWay = Indices.NONE;

  /**
   * @param anew partly booted vjobs whose machines are shut down and booted instead of being moved
   */
  Itinerary(
      Problem problem,
      Floor floor,
      Limits limits,
      List<Decision> decisions,
      SortedSet<VjobId> anew) {
    this.problem = problem;
    this.floor = floor;
    this.limits = limits;
    this.decisions = decisions;
    this.anew = anew;
    List<Part> parts = new ArrayList<>();
    decisions.forEach(decision -> add(decision, parts));
    List<Rule> rules = problem.rules().stream().filter(Itinerary::ofPlan).toList();
    this.question = new Question(floor, parts, rules);
  }

  /** How many hosts are in use in the end is known when the places are. */
  private static boolean ofPlan(Rule rule) {
    return rule.form() != Rule.Form.HOSTS_USED;
  }

  // What becomes of whom

  private void add(Decision decision, List<Part> parts) {
    switch (decision.fate()) {
      case Fate.Leave() -> {}
      case Fate.Halt(_) -> halt(decision.vjob(), parts);
      case Fate.Run(List<HostId> hosts) -> run(decision.vjob(), hosts, parts);
    }
  }

  private static void halt(VjobView vjob, List<Part> parts) {
    Target target = vjob.wish().target();
    boolean sleeps =
        vjob.shape() == VjobView.Shape.RUNNING && (target == Target.RUN || target == Target.SLEEP);
    for (int i = 0; i < vjob.size(); i++) {
      if (vjob.slots().get(i).now() instanceof Placement.Running) {
        MachineState end = sleeps ? MachineState.SLEEPING : MachineState.READY;
        parts.add(new Part(vjob, i, end, -1, 0));
      }
    }
  }

  private void run(VjobView vjob, List<HostId> hosts, List<Part> parts) {
    for (int i = 0; i < vjob.size(); i++) {
      int to = floor.indexOf(hosts.get(i));
      Part part = new Part(vjob, i, MachineState.RUNNING, to, 0);
      boolean moves = part.state() == MachineState.RUNNING && part.host(floor) != to;
      if (moves && anew.contains(vjob.id())) {
        parts.add(new Part(vjob, i, MachineState.READY, -1, Part.STOPS));
        parts.add(new Part(vjob, i, MachineState.RUNNING, to, Part.BEGINS));
      } else {
        parts.add(part);
      }
    }
  }

  /** What is shut down to be booted anew has ended before. */
  private Instance ordered() {
    List<Constraint> sequences = new ArrayList<>();
    Instance instance = question.instance();
    for (int m = 0; m < instance.machines(); m++) {
      if (question.part(m).anew() == Part.BEGINS) {
        sequences.add(new Constraint.Sequence(Indices.of(m - 1, m)));
      }
    }
    return sequences.isEmpty() ? instance : instance.toBuilder().constraints(sequences).build();
  }

  // The order

  /** Empty when a vjob is {@link #stuck}. */
  Optional<Plan> plan() {
    Instance instance = ordered();
    int[] placement = new int[instance.machines()];
    for (int m = 0; m < placement.length; m++) {
      Part part = question.part(m);
      placement[m] = part.wanted() == MachineState.SLEEPING ? instance.host(m) : part.to();
    }
    OrderLimits orderLimits =
        OrderLimits.of(durations(instance)).iterations(0).interrupts(this::interrupt);
    return switch (Order.schedule(instance, placement, orderLimits)) {
      case Ordering.Done done ->
          Optional.of(new PlanMaker(problem, question, decisions).plan(done.schedule()));
      case Ordering.Refused refused -> {
        inTheWay = refused.inTheWay();
        yield Optional.empty();
      }
    };
  }

  private Durations durations(Instance instance) {
    Limits.Durations given = limits.durations();
    return (kind, machine, from, to, _) -> {
      long memory = machine < 0 ? 0 : instance.memory(machine);
      return switch (kind) {
        case BOOT -> Math.max(1, given.bootMs());
        case SHUTDOWN, KILL -> Math.max(1, given.shutdownMs());
        case SUSPEND -> millis(memory, given.writeMiBPerS());
        case RESUME ->
            millis(memory, given.writeMiBPerS())
                + (from == to ? 0 : millis(memory, given.linkMiBPerS()));
        case MIGRATE -> millis(memory, given.linkMiBPerS());
        case RELAUNCH, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> 1;
      };
    };
  }

  /** At least one, so that the order in time is an order of dependencies. */
  private static long millis(long memoryMiB, long rateMiBPerS) {
    return Math.max(1, memoryMiB * 1000 / Math.max(1, rateMiBPerS));
  }

  /** The vjob in the way that comes last and may come back where it shall be. */
  private int interrupt(Instance instance, Indices machines) {
    Optional<VjobView> last = last(machines, this::mayComeBack);
    if (last.isEmpty() || last.get().shape() != VjobView.Shape.RUNNING) {
      return OrderLimits.Interrupts.NONE;
    }
    return machines.stream()
        .filter(m -> question.part(m).vjob().equals(last.get()))
        .map(instance::vjob)
        .findFirst()
        .orElse(OrderLimits.Interrupts.NONE);
  }

  private interface Choice {
    boolean of(VjobView vjob);
  }

  private Optional<VjobView> last(Indices machines, Choice choice) {
    return machines.stream()
        .mapToObj(m -> question.part(m).vjob())
        .distinct()
        .filter(choice::of)
        .max(Comparator.comparingInt(VjobView::rank));
  }

  /**
   * Whether each machine may be resumed where it shall be: one that stays may be banned there. What
   * has its place in a sequence is not suspended and resumed in the same plan.
   */
  private boolean mayComeBack(VjobView vjob) {
    if (vjob.shape() == VjobView.Shape.PARTLY_BOOTED) {
      return !anew.contains(vjob.id());
    }
    boolean inOrder =
        problem.rules().stream()
            .filter(rule -> rule.form() == Rule.Form.SEQUENCE)
            .anyMatch(rule -> vjob.wish().machines().stream().anyMatch(rule::concerns));
    if (inOrder) {
      return false;
    }
    for (int m = 0; m < question.instance().machines(); m++) {
      Part part = question.part(m);
      if (part.vjob().equals(vjob) && part.to() >= 0) {
        HostId to = floor.id(part.to());
        boolean shut =
            problem.rules().stream()
                .anyMatch(rule -> rule.form() == Rule.Form.QUARANTINE && rule.forbids(to));
        if (shut || floor.closed(part.to()) || question.keptOut(m, part.to()).isPresent()) {
          return false;
        }
      }
    }
    return true;
  }

  /** The vjob that has to go another way: the last one that may, else the last one in the way. */
  VjobView stuck() {
    return stuck(inTheWay)
        .or(() -> stuck(moving()))
        .orElseThrow(() -> new IllegalStateException("no order found, and nothing moves"));
  }

  private Optional<VjobView> stuck(Indices machines) {
    return last(machines, this::partlyBooted)
        .filter(vjob -> last(machines, this::mayComeBack).filter(vjob::equals).isPresent())
        .or(() -> last(machines, this::shallRun));
  }

  /** Whether it can be given up: what ends or sleeps anyway cannot. */
  private boolean shallRun(VjobView vjob) {
    return decisions.get(vjob.rank()).fate() instanceof Fate.Run;
  }

  private boolean partlyBooted(VjobView vjob) {
    return vjob.shape() == VjobView.Shape.PARTLY_BOOTED && !anew.contains(vjob.id());
  }

  /** All that shall run and is not where it shall be. */
  private Indices moving() {
    Instance instance = question.instance();
    int[] all =
        IntStream.range(0, instance.machines())
            .filter(m -> question.part(m).to() >= 0)
            .filter(m -> instance.host(m) != question.part(m).to())
            .toArray();
    return Indices.of(all);
  }
}
