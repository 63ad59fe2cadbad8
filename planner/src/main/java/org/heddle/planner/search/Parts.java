package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.heddle.planner.instance.Instance;
import org.jspecify.annotations.Nullable;

/** Solves an instance as a whole, or its independent territories one beside the other. */
final class Parts {
  private static final int LEAST_HOSTS = 64;

  private final Dense dense;
  private final Pricing pricing;
  private final SearchLimits limits;
  private final boolean maySplit;
  private int @Nullable [] known;

  /** Host of each unit; null when nothing was found. */
  int @Nullable [] placement;

  private long cost = Long.MAX_VALUE;
  private long bound;
  private boolean exhausted;
  private @Nullable State state;

  Parts(Dense dense, Pricing pricing, SearchLimits limits, boolean maySplit) {
    this.dense = dense;
    this.pricing = pricing;
    this.limits = limits;
    this.maySplit = maySplit;
  }

  /** Takes a placement that is known. */
  void startFrom(int[] start) {
    known = start;
  }

  long cost() {
    return cost;
  }

  long bound() {
    return bound;
  }

  /** A state of the whole instance that nobody needs any more. */
  State state() {
    State used = state;
    return used == null ? new State(dense) : used;
  }

  boolean exhausted() {
    return exhausted;
  }

  void run() {
    Territory territory = new Territory(dense);
    int[] ofHosts =
        maySplit && dense.hosts >= LEAST_HOSTS ? territory.ofHosts() : new int[dense.hosts];
    int count = Arrays.stream(ofHosts).max().orElse(0) + 1;
    if (count == 1) {
      whole();
    } else {
      split(Section.of(dense.instance, ofHosts, territory.ofMachines(ofHosts), count));
    }
  }

  private void whole() {
    Solver solver = new Solver(dense, pricing.scale, limits);
    int[] start = known;
    if (start != null) {
      solver.startFrom(start);
    }
    solver.run();
    placement = solver.placement;
    cost = solver.cost();
    bound = solver.bound();
    exhausted = solver.exhausted();
    state = solver.state();
  }

  private void split(List<Section> sections) {
    Together together = new Together(limits.progress(), sections.size());
    List<Solver> solvers = new ArrayList<>();
    List<Dense> parts = new ArrayList<>();
    List<Runnable> tasks = new ArrayList<>();
    for (Section section : sections) {
      Instance part = section.part();
      Dense partDense = Preparation.of(part, pricing.of(section));
      long share = (long) (limits.iterations() * ((double) part.hosts() / dense.hosts));
      int number = solvers.size();
      SearchLimits own =
          limits
              .withIterations(share)
              .with((SearchLimits.Progress) (value, least) -> together.heard(number, value, least));
      Solver solver = new Solver(partDense, pricing.scale, own);
      parts.add(partDense);
      solvers.add(solver);
      tasks.add(solver::run);
    }
    limits.parallel().run(tasks);
    join(sections, parts, solvers);
  }

  private void join(List<Section> sections, List<Dense> parts, List<Solver> solvers) {
    int[] hostOf = new int[dense.instance.machines()];
    long sum = 0;
    long least = 0;
    for (int i = 0; i < solvers.size(); i++) {
      int[] found = solvers.get(i).placement;
      if (found == null) {
        exhausted |= solvers.get(i).exhausted();
        sum = -1;
        break;
      }
      Section section = sections.get(i);
      for (int u = 0; u < found.length; u++) {
        for (int m : parts.get(i).members[u]) {
          hostOf[section.machine(m)] = section.host(found[u]);
        }
      }
      sum += solvers.get(i).cost();
      least += solvers.get(i).bound();
    }
    if (sum >= 0) {
      int[] all = new int[dense.units];
      Arrays.setAll(all, u -> hostOf[dense.members[u][0]]);
      placement = all;
      cost = sum;
      bound = least;
    }
  }

  /** Adds up what the parts report. */
  private static final class Together {
    private final SearchLimits.Progress progress;
    private final long[] values;
    private final long[] bounds;

    Together(SearchLimits.Progress progress, int parts) {
      this.progress = progress;
      values = new long[parts];
      bounds = new long[parts];
      Arrays.fill(values, Long.MAX_VALUE);
    }

    synchronized void heard(int part, long value, long bound) {
      values[part] = value;
      bounds[part] = bound;
      boolean all = Arrays.stream(values).allMatch(each -> each < Long.MAX_VALUE);
      if (all) {
        progress.report(Arrays.stream(values).sum(), Arrays.stream(bounds).sum());
      }
    }
  }
}
