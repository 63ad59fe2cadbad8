package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.heddle.planner.Decision.Fate;
import org.heddle.planner.Problem.Target;

/**
 * Finds the configuration that the grid should have and the ordered plan that leads there.
 *
 * <p>Wishes are met in their order: each vjob that shall run gets room for all its machines or
 * none, if need be by moving machines that run and by suspending vjobs that come later. Pure and
 * deterministic: the same problem and limits give the same answer. docs/planner.md tells how.
 */
public final class Planner {
  private final Problem problem;
  private final Limits limits;
  private final List<VjobView> vjobs = new ArrayList<>();
  private final SortedMap<VjobId, String> refused = new TreeMap<>();

  private Planner(Problem problem, Limits limits) {
    this.problem = problem;
    this.limits = limits;
    for (int rank = 0; rank < problem.wishes().size(); rank++) {
      vjobs.add(VjobView.of(rank, problem.wishes().get(rank), problem));
    }
  }

  /**
   * The best plan found. It passes {@link PlanChecker}; what it cannot give is in {@link
   * Answer#refused}.
   */
  public static Answer plan(Problem problem, Limits limits) {
    return new Planner(problem, limits).answer();
  }

  private Answer answer() {
    SortedSet<MachineId> movable = new TreeSet<>();
    List<VjobView> candidates = new ArrayList<>();
    for (VjobView vjob : vjobs) {
      if (vjob.shape() != VjobView.Shape.OUT_OF_REACH) {
        movable.addAll(vjob.wish().machines());
      }
      if (vjob.wantsToRun()) {
        obstacle(vjob)
            .ifPresentOrElse(why -> refused.put(vjob.id(), why), () -> candidates.add(vjob));
      }
    }
    Floor floor = new Floor(problem, movable);
    Admission admission = new Admission(problem, floor, limits);
    SortedMap<MachineId, HostId> places = admission.admit(candidates);
    refused.putAll(admission.refused());
    return new Answer(order(floor, places), refused);
  }

  /** Why the vjob cannot run, however much room there is. */
  private Optional<String> obstacle(VjobView vjob) {
    return switch (vjob.shape()) {
      case WAITING, RUNNING, PARTLY_BOOTED -> Optional.empty();
      case SLEEPING -> {
        SortedSet<HostId> missing = vjob.missingStates(problem);
        yield missing.isEmpty() ? Optional.empty() : Optional.of(statesLost(missing));
      }
      case TERMINATED -> Optional.of("it has ended");
      case MIXED -> Optional.of("its machines are of different moments; it has to be reset");
      case OUT_OF_REACH -> Optional.of("a machine of it is on a host that is not on line");
    };
  }

  private static String statesLost(SortedSet<HostId> missing) {
    List<String> names = missing.stream().map(HostId::value).toList();
    return names.size() == 1
        ? "its saved state lies on " + names.getFirst() + ", which is not on line"
        : "its saved state lies on " + String.join(", ", names) + ", which are not on line";
  }

  /**
   * Orders the actions. A vjob that cannot be moved while it runs, because nobody has room in
   * between, is suspended and resumed instead; one that has only partly booted is booted anew; and
   * where neither can be, it is suspended.
   */
  private Plan order(Floor floor, Map<MachineId, HostId> places) {
    SortedSet<VjobId> anew = new TreeSet<>();
    while (true) {
      List<Decision> decisions = vjobs.stream().map(vjob -> decide(vjob, places)).toList();
      Itinerary itinerary = new Itinerary(problem, floor, limits, decisions, anew);
      Optional<Plan> plan = itinerary.plan();
      if (plan.isPresent()) {
        return plan.get();
      }
      VjobView stuck = itinerary.stuck();
      if (stuck.shape() != VjobView.Shape.PARTLY_BOOTED || !anew.add(stuck.id())) {
        giveUp(stuck);
      }
    }
  }

  private void giveUp(VjobView vjob) {
    boolean runs =
        vjob.shape() == VjobView.Shape.RUNNING || vjob.shape() == VjobView.Shape.PARTLY_BOOTED;
    List<String> orders =
        problem.rules().stream()
            .filter(
                rule -> rule.form() == Rule.Form.SEQUENCE || rule.form() == Rule.Form.PRECEDENCE)
            .filter(rule -> vjob.wish().machines().stream().anyMatch(rule::concerns))
            .map(Rule::words)
            .toList();
    String lacking = runs ? "no host has room to move it while it runs" : "no order lets it start";
    String and = orders.isEmpty() ? "" : " and keeps " + String.join(" and ", orders);
    refused.put(vjob.id(), lacking + and + (runs ? "; it is resumed next" : "; it starts next"));
  }

  private Decision decide(VjobView vjob, Map<MachineId, HostId> places) {
    return new Decision(vjob, fate(vjob, places));
  }

  private Fate fate(VjobView vjob, Map<MachineId, HostId> places) {
    if (vjob.shape() == VjobView.Shape.OUT_OF_REACH) {
      return new Fate.Leave();
    }
    if (vjob.wish().target() != Target.RUN) {
      return new Fate.Halt("");
    }
    String reason = refused.get(vjob.id());
    if (reason != null) {
      return new Fate.Halt(reason);
    }
    List<HostId> hosts = new ArrayList<>();
    for (MachineId machine : vjob.wish().machines()) {
      HostId place = places.get(machine);
      if (place != null) {
        hosts.add(place);
      }
    }
    return new Fate.Run(hosts);
  }
}
