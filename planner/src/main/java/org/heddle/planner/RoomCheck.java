package org.heddle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.Resources;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;

/**
 * Checks for each action that comes to a host that there is room, whatever the order of the others.
 * An action takes its room when it starts and gives it back when it ends.
 *
 * <p>When an action starts, all that it waits for has ended. Of those that are neither before nor
 * after it, the worst set may have started: it is the one that takes most, less what those gave
 * back that must have ended for it. That is a selection problem (a maximum-weight closure of a
 * two-sided graph), solved exactly by a maximum flow (Picard 1976). Capacities that several hosts
 * have together are checked in the same way.
 */
final class RoomCheck {
  private final Problem problem;
  private final Plan plan;
  private final List<BitSet> before;
  private final SortedMap<HostId, Resources> usedNow = new TreeMap<>();
  private final SortedMap<HostId, BitSet> takersOf = new TreeMap<>();
  private final SortedMap<HostId, BitSet> giversOf = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();

  /** A resource, its unit in words and how much there is of it. */
  private enum Resource {
    CORES("cores"),
    MEMORY("MiB of memory"),
    DISK("MiB of disk");

    private final String unit;

    Resource(String unit) {
      this.unit = unit;
    }

    long of(Resources resources) {
      return switch (this) {
        case CORES -> resources.cores();
        case MEMORY -> resources.memoryMiB();
        case DISK -> resources.diskMiB();
      };
    }
  }

  /**
   * @param before for each step all steps that have ended when it starts
   */
  RoomCheck(Problem problem, Plan plan, List<BitSet> before) {
    this.problem = problem;
    this.plan = plan;
    this.before = before;
  }

  /** Where there may be too little room. */
  List<String> violations() {
    collect();
    takersOf.forEach((id, takers) -> {
      HostSlot host = problem.hosts().get(id);
      if (host != null) {
        check(id, host, takers, giversOf.getOrDefault(id, new BitSet()));
      }
    });
    return violations;
  }

  /** Where more may be used of a rule's hosts together than its capacity allows. */
  List<String> beyond(Rule rule) {
    collect();
    ToLongFunction<Resources> of = rule.bound().measure()::of;
    long used = 0;
    for (Map.Entry<MachineId, MachineSlot> machine : problem.machines().entrySet()) {
      boolean counts =
          machine.getValue().now() instanceof Placement.Running(HostId on)
              && rule.hosts().getFirst().contains(on);
      used += counts ? of.applyAsLong(machine.getValue().demand()) : 0;
    }
    for (Problem.Bystander each : problem.bystanders()) {
      boolean counts = rule.hosts().getFirst().contains(each.on());
      used += counts ? of.applyAsLong(each.demand()) : 0;
    }
    BitSet takers = new BitSet();
    BitSet givers = new BitSet();
    for (HostId host : rule.hosts().getFirst()) {
      takers.or(takersOf.getOrDefault(host, new BitSet()));
      givers.or(giversOf.getOrDefault(host, new BitSet()));
    }
    for (int step = takers.nextSetBit(0); step >= 0; step = takers.nextSetBit(step + 1)) {
      long worst = amount(step, of) > 0 ? worst(step, used, takers, givers, of) : 0;
      if (worst > rule.bound().most()) {
        violations.add(
            name(plan.steps().get(step)) + ": then " + worst + " may count, of " + rule.words());
      }
    }
    return violations;
  }

  private void collect() {
    for (MachineSlot machine : problem.machines().values()) {
      if (machine.now() instanceof Placement.Running(HostId on)) {
        usedNow.merge(on, machine.demand(), Resources::plus);
      }
    }
    for (Plan.Step step : plan.steps()) {
      takenBy(step.action()).ifPresent(host -> set(takersOf, host, step.id()));
      givenBy(step.action()).ifPresent(host -> set(giversOf, host, step.id()));
    }
  }

  private static void set(SortedMap<HostId, BitSet> of, HostId host, int step) {
    of.computeIfAbsent(host, _ -> new BitSet()).set(step);
  }

  private void check(HostId id, HostSlot host, BitSet takers, BitSet givers) {
    for (Resource resource : Resource.values()) {
      long capacity = resource.of(host.capacity());
      long used = resource.of(usedNow.getOrDefault(id, Resources.NONE));
      takers.stream()
          .filter(step -> amount(step, resource::of) > 0)
          .forEach(step -> {
            long worst = worst(step, used, takers, givers, resource::of);
            if (worst > capacity) {
              violations.add(
                  "%s: %s may then need %d of %d %s"
                      .formatted(name(plan.steps().get(step)), id, worst, capacity, resource.unit));
            }
          });
    }
  }

  private static Optional<HostId> takenBy(Action action) {
    return switch (action) {
      case Action.Boot boot -> Optional.of(boot.on());
      case Action.Resume resume -> Optional.of(resume.to());
      case Action.Migrate migrate -> Optional.of(migrate.to());
      case Action.Suspend _, Action.Shutdown _ -> Optional.empty();
    };
  }

  private static Optional<HostId> givenBy(Action action) {
    return switch (action) {
      case Action.Suspend suspend -> Optional.of(suspend.on());
      case Action.Shutdown shutdown -> Optional.of(shutdown.on());
      case Action.Migrate migrate -> Optional.of(migrate.from());
      case Action.Boot _, Action.Resume _ -> Optional.empty();
    };
  }

  private long amount(int step, ToLongFunction<Resources> of) {
    MachineSlot machine = problem.machines().get(plan.steps().get(step).action().machine());
    return machine == null ? 0 : of.applyAsLong(machine.demand());
  }

  /** The most that may be used on the host just after the step has started. */
  private long worst(
      int step, long usedNow, BitSet takers, BitSet givers, ToLongFunction<Resources> of) {
    long used = usedNow + amount(step, of);
    List<Integer> freeTakers = new ArrayList<>();
    List<Integer> freeGivers = new ArrayList<>();
    long mostTaken = 0;
    BitSet here = (BitSet) takers.clone();
    here.or(givers);
    for (int other = here.nextSetBit(0); other >= 0; other = here.nextSetBit(other + 1)) {
      if (other == step || before.get(other).get(step)) {
        continue;
      }
      boolean ended = before.get(step).get(other);
      long amount = amount(other, of);
      if (takers.get(other)) {
        if (ended) {
          used += amount;
        } else {
          freeTakers.add(other);
          mostTaken += amount;
        }
      }
      if (givers.get(other)) {
        if (ended) {
          used -= amount;
        } else {
          freeGivers.add(other);
        }
      }
    }
    return used + mostTaken - new Flow(freeTakers, freeGivers, of).maximum();
  }

  static String name(Plan.Step step) {
    return "step " + step.id() + " (" + step.action().verb() + " " + step.action().machine() + ")";
  }

  /** Maximum flow from the takers to the givers that each of them waits for. */
  private final class Flow {
    private final List<Integer> takers;
    private final List<Integer> givers;
    private final long[] taken;
    private final long[] given;
    private final long[][] sent;

    Flow(List<Integer> takers, List<Integer> givers, ToLongFunction<Resources> of) {
      this.takers = takers;
      this.givers = givers;
      this.taken = takers.stream().mapToLong(step -> amount(step, of)).toArray();
      this.given = givers.stream().mapToLong(step -> amount(step, of)).toArray();
      this.sent = new long[taken.length][given.length];
    }

    long maximum() {
      long total = 0;
      for (int t = 0; t < taken.length; t++) {
        long pushed = 1;
        while (taken[t] > 0 && pushed > 0) {
          pushed = push(t, taken[t], new BitSet());
          taken[t] -= pushed;
          total += pushed;
        }
      }
      return total;
    }

    /** One augmenting path, depth first; gives how much went through. */
    private long push(int taker, long amount, BitSet seenGivers) {
      for (int g = 0; g < given.length; g++) {
        if (seenGivers.get(g) || !before.get(takers.get(taker)).get(givers.get(g))) {
          continue;
        }
        seenGivers.set(g);
        long pushed = given[g] > 0 ? Math.min(amount, given[g]) : reroute(g, amount, seenGivers);
        if (pushed > 0) {
          given[g] -= Math.min(given[g], pushed);
          sent[taker][g] += pushed;
          return pushed;
        }
      }
      return 0;
    }

    /** Finds another giver for something that was sent to this one, which is then free again. */
    private long reroute(int giver, long amount, BitSet seenGivers) {
      for (int t = 0; t < taken.length; t++) {
        if (sent[t][giver] > 0) {
          long pushed = push(t, Math.min(amount, sent[t][giver]), seenGivers);
          if (pushed > 0) {
            sent[t][giver] -= pushed;
            return pushed;
          }
        }
      }
      return 0;
    }
  }
}
