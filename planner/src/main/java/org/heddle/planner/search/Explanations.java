package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.ConstraintText;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.order.OrderLimits;

/** Explains a placement, machine by machine; asks the same rules as the search. */
public final class Explanations {
  private static final int MOST_HOSTS = 6;
  private static final long NODES = 20_000;

  private final Instance instance;
  private final List<Goal> goals;
  private final Pricing pricing;
  private final Dense dense;
  private final State state;
  private final int[] unitOf;
  private final int[] placement;
  private final int[][] homes;
  private final ConstraintText text;

  private Explanations(Instance instance, Arrangement end, List<Goal> goals, OrderLimits order) {
    this.instance = instance;
    this.goals = List.copyOf(goals);
    List<Goal> sums = goals.stream().filter(Goal::isSum).toList();
    pricing =
        new Pricing(
            instance, sums.isEmpty() ? List.of(Goal.MOVED_MEMORY, Goal.MOVES) : sums, order);
    dense = Preparation.of(instance, pricing);
    state = new State(dense);
    unitOf = new int[instance.machines()];
    Arrays.fill(unitOf, -1);
    for (int u = 0; u < dense.units; u++) {
      for (int m : dense.members[u]) {
        unitOf[m] = u;
      }
    }
    placement = new int[dense.units];
    Arrays.setAll(placement, u -> end.host(dense.members[u][0]));
    homes = dense.atHomes();
    text = new ConstraintText(instance);
    state.restore(placement);
  }

  /**
   * Of every machine that does not run where it runs, or lies, now.
   *
   * @param end a placement that keeps all constraints, as the search answers it
   * @param goals that it was found for
   * @param order with which
   */
  public static List<Explanation> all(
      Instance instance, Arrangement end, List<Goal> goals, OrderLimits order) {
    Explanations explanations = new Explanations(instance, end, goals, order);
    return IntStream.range(0, instance.machines())
        .filter(m -> explanations.moves(m, end))
        .mapToObj(explanations::explain)
        .toList();
  }

  /**
   * Of one machine that runs in the end.
   *
   * @throws IllegalArgumentException when it does not run in the end
   */
  public static Explanation of(
      Instance instance, Arrangement end, List<Goal> goals, OrderLimits order, int machine) {
    if (instance.wanted(machine) != MachineState.RUNNING) {
      throw new IllegalArgumentException(
          "machine " + instance.machineName(machine) + " does not run in the end");
    }
    return new Explanations(instance, end, goals, order).explain(machine);
  }

  private boolean moves(int m, Arrangement end) {
    return unitOf[m] >= 0 && end.host(m) != instance.host(m);
  }

  private Explanation explain(int m) {
    int u = unitOf[m];
    int from = instance.host(m);
    state.remove(u);
    List<String> reasons = reasons(u, from);
    List<String> rejected = rejected(u);
    state.place(u, placement[u]);
    long pinned = from < 0 || from == placement[u] ? -1 : pin(u, from);
    return new Explanation(m, from, placement[u], reasons, pinned, rejected);
  }

  private List<String> reasons(int u, int from) {
    if (from < 0) {
      return List.of("it is ready and shall run");
    }
    if (from == placement[u]) {
      return List.of("it stays");
    }
    List<String> reasons = new ArrayList<>();
    String host = "host " + instance.hostName(from);
    if (instance.hostWish(from) == HostWish.OFFLINE) {
      reasons.add(host + " goes off line");
    }
    for (Constraint constraint : instance.constraints()) {
      if (excludes(constraint, u, from)) {
        reasons.add(text.brief(constraint));
      }
    }
    for (Rule rule : denying(u, from)) {
      reasons.add(text.brief(instance.constraints().get(rule.constraint())));
    }
    overload(from, host, reasons);
    if (reasons.isEmpty()) {
      crowdedOut(u, from, host, reasons);
    }
    if (reasons.isEmpty() && goals.contains(Goal.HOSTS_USED) && state.on(from).length == 0) {
      reasons.add(host + " is emptied: fewer hosts are used");
    }
    if (reasons.isEmpty()) {
      reasons.add(
          goals.contains(Goal.BALANCE)
              ? "the load is balanced"
              : "nothing keeps it from staying; another placement costs no less");
    }
    return reasons;
  }

  private boolean excludes(Constraint constraint, int u, int host) {
    return switch (constraint) {
      case Constraint.Fence c -> names(c.machines(), u) && !c.hosts().contains(host);
      case Constraint.Ban c -> names(c.machines(), u) && c.hosts().contains(host);
      case Constraint.Gather c -> names(c.machines(), u) && dense.members[u].length > 1;
      case Constraint.Among c ->
          names(c.machines(), u) && c.parts().stream().noneMatch(part -> part.contains(host));
      case Constraint.SplitAmong c ->
          c.groups().stream().anyMatch(group -> names(group, u))
              && c.parts().stream().noneMatch(part -> part.contains(host));
      case Constraint.Quarantine c ->
          c.hosts().contains(host) && instance.state(dense.members[u][0]) == MachineState.SLEEPING;
      case Constraint _ -> false;
    };
  }

  private boolean names(org.heddle.planner.instance.Indices machines, int unit) {
    return Arrays.stream(dense.members[unit]).anyMatch(machines::contains);
  }

  private List<Rule> denying(int unit, int host) {
    List<Rule> denying = new ArrayList<>();
    for (Rule[] rules : List.of(dense.unitRules[unit], dense.hostRules[host], dense.commonRules)) {
      for (Rule rule : rules) {
        if (!rule.allows(unit, host)) {
          denying.add(rule);
        }
      }
    }
    return denying;
  }

  /** What would be used if nothing moved away. */
  private void overload(int from, String host, List<String> reasons) {
    for (int r = 0; r < dense.resources; r++) {
      long use = 0;
      for (int u : homes[from]) {
        use += dense.demand[u * dense.resources + r];
      }
      long usable = dense.usable[from * dense.resources + r];
      if (use > usable) {
        reasons.add(
            host + " would need " + use + " " + instance.resourceName(r) + " and has " + usable);
      }
    }
  }

  private void crowdedOut(int unit, int from, String host, List<String> reasons) {
    if (state.fits(unit, from)) {
      return;
    }
    List<String> names = new ArrayList<>();
    for (int u : state.on(from)) {
      if (dense.home[u] != from) {
        names.add(dense.name(u));
      }
    }
    if (!names.isEmpty()) {
      reasons.add("it makes room on " + host + " for " + String.join(", ", names));
    }
  }

  /** Hosts that cannot take the unit, which is placed nowhere now, by the first cause. */
  private List<String> rejected(int unit) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int h = 0; h < dense.hosts; h++) {
      if (h != placement[unit]) {
        counts.merge(cause(unit, h), 1, Integer::sum);
      }
    }
    List<String> words = new ArrayList<>();
    counts.forEach(
        (cause, count) -> words.add(count + (count == 1 ? " host: " : " hosts: ") + cause));
    return words;
  }

  private String cause(int unit, int host) {
    if (dense.shut[host]) {
      return "off line in the end";
    }
    if (!dense.inDomain(unit, host)) {
      return "excluded by its constraints";
    }
    if (dense.sealed[host] && dense.home[unit] != host) {
      return "in quarantine";
    }
    for (int r = 0; r < dense.resources; r++) {
      if (dense.demand[unit * dense.resources + r] > state.room[host * dense.resources + r]) {
        return "too little " + instance.resourceName(r);
      }
    }
    List<Rule> denying = denying(unit, host);
    return denying.isEmpty()
        ? "would do as well, or cost more"
        : text.brief(instance.constraints().get(denying.getFirst().constraint()));
  }

  /** Re-solves the hosts around with the unit at its home; what that costs more. */
  private long pin(int unit, int host) {
    if (!dense.inDomain(unit, host)) {
      return -1;
    }
    int[] hosts = around(unit, host);
    int[] units = Arrays.stream(hosts).flatMap(h -> Arrays.stream(state.on(h))).toArray();
    long before = state.cost();
    for (int u : units) {
      state.remove(u);
    }
    long least = -1;
    if (state.allows(unit, host)) {
      state.place(unit, host);
      int[] rest = Arrays.stream(units).filter(u -> u != unit).toArray();
      Tree.End end = new Tree(state, () -> false).solve(rest, hosts, Long.MAX_VALUE, NODES);
      if (end == Tree.End.BEST || end == Tree.End.BETTER) {
        least = Math.max(0, state.cost() - before + pricing.scale - 1) / pricing.scale;
        for (int u : rest) {
          state.remove(u);
        }
      }
      state.remove(unit);
    }
    for (int u : units) {
      state.place(u, placement[u]);
    }
    return least;
  }

  /** Its host, its home, the homes of what came there, and hosts with room. */
  private int[] around(int unit, int host) {
    TreeSet<Integer> hosts = new TreeSet<>(List.of(host, placement[unit]));
    for (int u : state.on(host)) {
      if (dense.home[u] >= 0 && !dense.shut[dense.home[u]] && hosts.size() < MOST_HOSTS - 1) {
        hosts.add(dense.home[u]);
      }
    }
    for (int u : state.on(host)) {
      int other = state.index().tightest(state, u, h -> !hosts.contains(h));
      if (other >= 0 && hosts.size() < MOST_HOSTS) {
        hosts.add(other);
      }
    }
    return hosts.stream().mapToInt(h -> h).toArray();
  }
}
