package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;

/**
 * Takes groups of machines in, one after the other: each as a whole or not at all, if a placement
 * is found for it and all taken before it, wherever they are now. Then a cheap placement of all
 * that were taken is looked for. A group that is refused does not keep later ones out. Pure and
 * deterministic for a seed and a number of iterations.
 */
public final class Intake {
  /** All searches together may take so many times what one may. */
  private static final long SEARCHES = 6;

  private final Instance instance;
  private final List<Indices> groups;
  private final SearchLimits limits;
  private final Listener listener;
  private final Pricing pricing;
  private final boolean[] admitted;
  private final Dense dense;
  private final State state;
  private final Greedy greedy;
  private final int[] unitOf;

  /** Steps that all searches together may still make. */
  private long left;

  /** What units of groups without rules were refused: the same again is, too. */
  private final Set<List<String>> hopeless = new HashSet<>();

  /** Hears of every group that is not taken. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param lack holds during the call only
     */
    void refused(int group, Lack lack);
  }

  /** Why a group was not taken: some of it is placed as far as that goes. */
  public interface Lack {
    /** A machine that found no place. */
    int stray();

    /** How many machines of the group found one. */
    int placed();

    /** What is left of a resource on a host. */
    long free(int host, int resource);

    /** Whether there is room, of which no rule is asked. */
    boolean fits(int host);

    /** The constraint that keeps the stray from the host beside those placed, -1 for none. */
    int hinderedBy(int host);
  }

  private Intake(Instance instance, List<Indices> groups, SearchLimits limits, Listener listener) {
    this.instance = instance;
    this.groups = List.copyOf(groups);
    this.limits = limits;
    this.left = SEARCHES * limits.iterations();
    this.listener = listener;
    this.pricing =
        new Pricing(
            instance, List.of(Goal.MOVED_MEMORY, Goal.MOVES), Search.byAttributes(instance));
    this.admitted = new boolean[groups.size()];
    this.dense = Preparation.of(instance, pricing);
    this.state = new State(dense);
    this.greedy = new Greedy(dense, state, () -> false);
    this.unitOf = new int[instance.machines()];
    Arrays.fill(unitOf, -1);
    for (int u = 0; u < dense.units; u++) {
      for (int m : dense.members[u]) {
        unitOf[m] = u;
      }
    }
  }

  /**
   * @param instance in which all machines of all groups run in the end, and no others; constraints
   *     that gather machines stay within a group
   * @param limits its iterations are for one search; all together take a few times as many
   * @return by machine: where it shall run, -1 where its group was not taken
   */
  public static Indices take(
      Instance instance, List<Indices> groups, SearchLimits limits, Listener listener) {
    return new Intake(instance, groups, limits, listener).run();
  }

  private Indices run() {
    int[] all = IntStream.range(0, dense.units).toArray();
    if (dense.contradictions.isEmpty() && room(all) && beside(all)) {
      Arrays.fill(admitted, true);
    } else {
      clear(all);
      for (int g = 0; g < groups.size(); g++) {
        admitted[g] = admit(g);
      }
    }
    return Indices.of(cheapest());
  }

  /** Of one search: there is always something left for the next. */
  private long share() {
    return Math.min(limits.iterations(), left / 2);
  }

  // One group

  private boolean admit(int g) {
    int[] units = units(g);
    if (!contradictory(g) && beside(units)) {
      return true;
    }
    int[] partial = state.at.clone();
    clear(units);
    List<String> forms = forms(units);
    boolean known = !forms.isEmpty() && hopeless.contains(forms);
    if (!known && !contradictory(g) && room(units) && anew(g)) {
      return true;
    }
    if (!forms.isEmpty()) {
      hopeless.add(forms);
    }
    state.restore(partial);
    listener.refused(g, new Shortfall(units));
    clear(units);
    return false;
  }

  private int[] units(int g) {
    return groups.get(g).stream().map(m -> unitOf[m]).distinct().toArray();
  }

  private void clear(int[] units) {
    for (int u : units) {
      if (state.at[u] >= 0) {
        state.remove(u);
      }
    }
  }

  /** Whether all found a place beside those that are placed. */
  private boolean beside(int[] units) {
    int left = units.length;
    for (int u : units) {
      left -= home(u, true) ? 1 : 0;
    }
    for (int u : units) {
      left -= home(u, false) ? 1 : 0;
    }
    for (int u : hardestFirst(units)) {
      if (state.at[u] < 0) {
        int host = greedy.bestHost(u);
        if (host >= 0) {
          state.place(u, host);
          left--;
        }
      }
    }
    return left == 0;
  }

  /** Those that run go first to where they are, since leaving costs most. */
  private boolean home(int u, boolean running) {
    boolean runs = dense.atHome[u] == 0;
    if (state.at[u] < 0 && runs == running && dense.mayStay(u) && mayCome(u, dense.home[u])) {
      state.place(u, dense.home[u]);
      return true;
    }
    return false;
  }

  private boolean mayCome(int u, int host) {
    return state.allows(u, host);
  }

  private int[] hardestFirst(int[] units) {
    return Arrays.stream(units)
        .boxed()
        .sorted(Comparator.comparingInt(this::width).thenComparingDouble(u -> -dense.size[u]))
        .mapToInt(u -> u)
        .toArray();
  }

  private int width(int u) {
    long[] bits = dense.domain[u];
    return bits == null ? dense.hosts : Arrays.stream(bits).mapToInt(Long::bitCount).sum();
  }

  /** Whether the hosts together have what all want: else there is nothing to look for. */
  private boolean room(int[] units) {
    for (int r = 0; r < dense.resources; r++) {
      long left = 0;
      for (int h = 0; h < dense.hosts; h++) {
        left += state.room[h * dense.resources + r];
      }
      for (int u : units) {
        left -= dense.demand[u * dense.resources + r];
      }
      if (left < 0) {
        return false;
      }
    }
    return true;
  }

  /** Looks for another placement of all that are taken and the group. */
  private boolean anew(int g) {
    admitted[g] = true;
    Dense some = prepared();
    admitted[g] = false;
    Solver solver = new Solver(some, pricing.scale, limits.withIterations(share()));
    solver.boundRepairs();
    solver.feasible();
    left -= solver.spent();
    int[] found = solver.placement;
    if (found == null) {
      return false;
    }
    int[] at = new int[dense.units];
    Arrays.fill(at, -1);
    for (int u = 0; u < found.length; u++) {
      at[unitOf[some.members[u][0]]] = found[u];
    }
    state.restore(at);
    return true;
  }

  /** The machines of the groups taken so far, alone. */
  private Dense prepared() {
    boolean[] absent = new boolean[instance.machines()];
    Arrays.fill(absent, true);
    for (int g = 0; g < admitted.length; g++) {
      if (admitted[g]) {
        groups.get(g).stream().forEach(m -> absent[m] = false);
      }
    }
    boolean[] ignored = new boolean[instance.constraints().size()];
    return new Preparation(instance, pricing, ignored, absent).prepare();
  }

  /** Whether the group's own constraints can be kept by nothing. */
  private boolean contradictory(int g) {
    if (dense.contradictions.isEmpty()) {
      return false;
    }
    boolean[] before = admitted.clone();
    Arrays.fill(admitted, false);
    admitted[g] = true;
    boolean none = !prepared().contradictions.isEmpty();
    System.arraycopy(before, 0, admitted, 0, before.length);
    return none;
  }

  /** What tells the units from others; empty when rules bind them. */
  private List<String> forms(int[] units) {
    List<String> forms = new ArrayList<>();
    for (int u : units) {
      if (dense.unitRules[u].length > 0 || dense.commonRules.length > 0) {
        return List.of();
      }
      int from = u * dense.resources;
      long[] demand = Arrays.copyOfRange(dense.demand, from, from + dense.resources);
      forms.add(
          Arrays.toString(demand)
              + dense.home[u]
              + (dense.atHome[u] == 0)
              + Arrays.toString(dense.domain[u]));
    }
    forms.sort(Comparator.naturalOrder());
    return forms;
  }

  // All that were taken

  private int[] cheapest() {
    Dense some = prepared();
    int[] known = new int[some.units];
    for (int u = 0; u < known.length; u++) {
      known[u] = state.at[unitOf[some.members[u][0]]];
    }
    Solver solver = new Solver(some, pricing.scale, limits.withIterations(share()));
    solver.boundRepairs();
    solver.startFrom(known);
    solver.run();
    int[] best = solver.placement == null ? known : solver.placement;
    int[] hosts = new int[instance.machines()];
    Arrays.fill(hosts, -1);
    for (int u = 0; u < best.length; u++) {
      for (int m : some.members[u]) {
        hosts[m] = best[u];
      }
    }
    return hosts;
  }

  /** The state as it is when a group was refused. */
  private final class Shortfall implements Lack {
    private final int unit;
    private final int placed;

    Shortfall(int[] units) {
      int stray = units[0];
      int found = 0;
      for (int i = units.length - 1; i >= 0; i--) {
        if (state.at[units[i]] < 0) {
          stray = units[i];
        } else {
          found += dense.members[units[i]].length;
        }
      }
      unit = stray;
      placed = found;
    }

    @Override
    public int stray() {
      return dense.members[unit][0];
    }

    @Override
    public int placed() {
      return placed;
    }

    @Override
    public long free(int host, int resource) {
      return state.room[host * dense.resources + resource];
    }

    @Override
    public boolean fits(int host) {
      return state.fits(unit, host);
    }

    @Override
    public int hinderedBy(int host) {
      for (Rule[] rules :
          List.of(dense.unitRules[unit], dense.hostRules[host], dense.commonRules)) {
        for (Rule rule : rules) {
          if (!rule.allows(unit, host)) {
            return rule.constraint();
          }
        }
      }
      return -1;
    }
  }
}
