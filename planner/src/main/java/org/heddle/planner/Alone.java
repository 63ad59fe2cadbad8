package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;
import org.heddle.planner.search.Outcome;
import org.heddle.planner.search.Search;

/** Asks whether a vjob's constraints can be kept at all. */
public final class Alone {
  private Alone() {}

  /**
   * Why the vjob could not run if all hosts that are not drained stood empty for it.
   *
   * @return demands and constraints that cannot be kept together, in words; empty when it could
   *     run, has no constraints, or when it is not certain
   */
  static List<String> conflicts(Problem problem, Wish wish, Limits limits) {
    List<MachineId> members = wish.machines();
    List<Rule> rules =
        problem.rules().stream().filter(rule -> members.stream().anyMatch(rule::concerns)).toList();
    return rules.isEmpty() ? List.of() : conflicts(problem, wish, rules, limits);
  }

  private static List<String> conflicts(
      Problem problem, Wish wish, List<Rule> rules, Limits limits) {
    TreeMap<HostId, HostSlot> hosts = new TreeMap<>();
    problem
        .hosts()
        .forEach((id, host) -> {
          if (!host.drained()) {
            hosts.put(id, new HostSlot(host.site(), host.capacity(), false));
          }
        });
    TreeMap<MachineId, MachineSlot> machines = new TreeMap<>();
    for (MachineId id : wish.machines()) {
      MachineSlot slot = problem.machines().get(id);
      if (slot != null) {
        machines.put(
            id,
            new MachineSlot(
                slot.demand(), new Placement.Waiting(), new TreeSet<>(), Optional.empty()));
      }
    }
    Wish run = new Wish(wish.vjob(), List.copyOf(machines.keySet()), Target.RUN);
    return search(new Problem(hosts, machines, List.of(run), rules), limits);
  }

  /**
   * Whether the problem's machines, all of which wait, plainly find room on its hosts, which are
   * empty: cheap, and where it says no there may be room all the same. See {@link #conflicts}.
   */
  public static boolean fits(Problem problem) {
    return FirstFit.finds(problem);
  }

  /** The same for the problem's only vjob, also when it has no constraints. */
  public static List<String> conflicts(Problem problem, Limits limits) {
    return conflicts(problem, problem.wishes().getFirst(), problem.rules(), limits);
  }

  private static List<String> search(Problem problem, Limits limits) {
    VjobView vjob = VjobView.of(0, problem.wishes().getFirst(), problem);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < vjob.size(); i++) {
      parts.add(Part.somewhere(vjob, i));
    }
    Floor floor = new Floor(problem, problem.machines().keySet());
    Question question = new Question(floor, parts, problem.rules());
    return Search.solve(question.instance(), limits.search())
                instanceof Outcome.Refused(boolean certain, List<String> reasons)
            && certain
        ? reasons
        : List.of();
  }
}
