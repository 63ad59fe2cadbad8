package org.heddle.dist.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Constraint.InState;
import org.heddle.planner.instance.Constraint.Preserve;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.order.AttributeDurations;
import org.heddle.planner.order.Costs;
import org.heddle.planner.order.Order;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.order.Ordering;
import org.heddle.planner.search.Goal;
import org.heddle.planner.search.Outcome;
import org.heddle.planner.search.Search;
import org.heddle.planner.search.SearchLimits;

/**
 * Random configurations as in Entropy's papers, solved by us and by first-fit decreasing: hosts
 * used and plan cost (Entropy's, in steps); of the two ways of first-fit decreasing the one that
 * uses fewer hosts counts. Machines have 256 to 2048 MB and want a whole CPU or none; the origin
 * keeps all capacities, then who wants a CPU is drawn anew.
 */
final class EntropySettings {
  private static final int HOSTS = 200;
  private static final int CPUS = 2;
  private static final long[] MEMORIES = {256, 512, 1024, 2048};
  private static final long ITERATIONS = 200_000;

  /**
   * One configuration solved both ways; costs are -1 where a way found no plan.
   *
   * @param leastCost no plan for as many hosts as ours costs less
   */
  record Pair(
      long ourHosts, long ourCost, long leastCost, long theirHosts, long theirCost, double ourMs) {}

  private EntropySettings() {}

  /** VEE 2009: consolidation on hosts of 2 CPUs and 3 GB. */
  static List<Pair> consolidation(int machines, int configurations) {
    List<Pair> pairs = new ArrayList<>();
    for (int seed = 0; seed < configurations; seed++) {
      Instance instance = consolidation(machines, new SplittableRandom(machines * 1000L + seed));
      pairs.add(pair(instance, List.of(Goal.HOSTS_USED, Goal.MOVED_MEMORY)));
    }
    return pairs;
  }

  /** 2010: vjobs of 9 or 18 machines start, sleep and wake on hosts of 2 CPUs and 4 GB. */
  static List<Pair> contextSwitch(int machines, int configurations) {
    List<Pair> pairs = new ArrayList<>();
    for (int seed = 0; seed < configurations; seed++) {
      Instance instance = contextSwitch(machines, new SplittableRandom(7_000_000L + seed));
      pairs.add(pair(instance, List.of(Goal.MOVED_MEMORY, Goal.MOVES)));
    }
    return pairs;
  }

  private static Pair pair(Instance instance, List<Goal> goals) {
    long begin = System.nanoTime();
    Outcome outcome = Search.solve(instance, goals, SearchLimits.of(ITERATIONS, 1));
    Reached ours =
        outcome instanceof Outcome.Found found
            ? reached(instance, found.arrangement())
            : Reached.NOTHING;
    double ms = (System.nanoTime() - begin) / 1e6;
    Reached theirs = byFirstFit(instance, 0);
    Reached otherWay = byFirstFit(instance, 1);
    if (theirs.cost < 0 || (otherWay.cost >= 0 && otherWay.hosts < theirs.hosts)) {
      theirs = otherWay;
    }
    long least =
        outcome instanceof Outcome.Found found && goals.getFirst() == Goal.MOVED_MEMORY
            ? found.bound()
            : leastMoved(instance, ours.hosts);
    return new Pair(ours.hosts, ours.cost, least, theirs.hosts, theirs.cost, ms);
  }

  /**
   * Whatever hosts are used: no more memory stays where it is than fits on those on which most fits
   * of what runs there now. The rest has to move, and costs its memory at least.
   */
  private static long leastMoved(Instance instance, long hosts) {
    long all =
        IntStream.range(0, instance.machines())
            .filter(m -> instance.state(m) == MachineState.RUNNING)
            .mapToLong(instance::memory)
            .sum();
    long most =
        IntStream.range(0, instance.hosts())
            .mapToLong(h -> mostThatStays(instance, h))
            .map(stays -> -stays)
            .sorted()
            .limit(Math.max(0, hosts))
            .sum();
    return all + most;
  }

  /** Tries all sets of its machines: there are few. */
  private static long mostThatStays(Instance instance, int host) {
    int[] here =
        IntStream.range(0, instance.machines())
            .filter(m -> instance.state(m) == MachineState.RUNNING && instance.host(m) == host)
            .toArray();
    long most = 0;
    for (int set = 0; set < 1 << here.length; set++) {
      long[] use = new long[instance.resources()];
      long memory = 0;
      for (int i = 0; i < here.length; i++) {
        if ((set >> i & 1) != 0) {
          memory += instance.memory(here[i]);
          for (int r = 0; r < use.length; r++) {
            use[r] += instance.next(here[i], r);
          }
        }
      }
      boolean fits = true;
      for (int r = 0; r < use.length; r++) {
        fits &= use[r] <= instance.usable(host, r);
      }
      most = fits ? Math.max(most, memory) : most;
    }
    return most;
  }

  private static Reached byFirstFit(Instance instance, int leading) {
    int[] placement = new FirstFitDecreasing(instance, leading).place();
    return placement.length == 0
        ? Reached.NOTHING
        : reached(instance, Arrangement.of(instance, placement));
  }

  private record Reached(long hosts, long cost) {
    static final Reached NOTHING = new Reached(-1, -1);
  }

  private static Reached reached(Instance instance, Arrangement goal) {
    Ordering ordering =
        Order.schedule(
            instance, goal, OrderLimits.of(new AttributeDurations(instance)).iterations(0));
    if (!(ordering instanceof Ordering.Done done)) {
      return Reached.NOTHING;
    }
    Schedule schedule = done.schedule();
    if (!InstanceChecker.check(instance, schedule).isEmpty()) {
      throw new IllegalStateException(
          "a plan is wrong: " + InstanceChecker.check(instance, schedule).getFirst());
    }
    long hosts =
        IntStream.range(0, instance.machines())
            .filter(m -> instance.wanted(m) == MachineState.RUNNING)
            .map(goal::host)
            .distinct()
            .count();
    return new Reached(hosts, Costs.PAPERS.inSteps(instance, schedule));
  }

  private static Instance consolidation(int machines, SplittableRandom random) {
    Grid grid = new Grid(3 * 1024, random);
    for (int m = 0; m < machines; m++) {
      long memory = MEMORIES[random.nextInt(MEMORIES.length)];
      grid.machine(memory, random.nextInt(2));
      if (!grid.run(m)) {
        throw new IllegalStateException("machine " + m + " does not fit: too many for the hosts");
      }
      grid.wanted(m, MachineState.RUNNING, random.nextInt(2));
    }
    return grid.builder.build();
  }

  private static Instance contextSwitch(int machines, SplittableRandom random) {
    Grid grid = new Grid(4 * 1024, random);
    FirstComeFirstServed room = new FirstComeFirstServed(4 * 1024);
    for (int m = 0, vjob = 0; m < machines; vjob++) {
      int size = Math.min(machines - m, random.nextBoolean() ? 9 : 18);
      vjob(grid, room, vjob, m, size, random);
      m += size;
    }
    return grid.builder.build();
  }

  /** It runs where there is room for all of it, sleeps or has not begun; then it is its turn. */
  private static void vjob(
      Grid grid, FirstComeFirstServed room, int vjob, int from, int size, SplittableRandom random) {
    long memory = MEMORIES[random.nextInt(3)];
    int state = random.nextInt(4);
    int[] cpus = new int[size];
    boolean runs = state < 2;
    for (int i = 0; i < size; i++) {
      grid.machine(memory, active(random));
      cpus[i] = active(random);
    }
    grid.builder.vjob("vjob" + vjob, Indices.range(from, from + size));
    runs = runs && grid.runAll(from, size);
    boolean sleeps = !runs && state == 2;
    if (sleeps) {
      for (int i = 0; i < size; i++) {
        grid.builder.sleeping(from + i, random.nextInt(HOSTS));
      }
    }
    boolean turn = room.take(memory, cpus);
    for (int i = 0; i < size; i++) {
      MachineState wanted =
          turn ? MachineState.RUNNING : runs || sleeps ? MachineState.SLEEPING : MachineState.READY;
      grid.wanted(from + i, wanted, cpus[i]);
    }
  }

  /** Three machines of four want a CPU, so that not all vjobs can run. */
  private static int active(SplittableRandom random) {
    return random.nextInt(4) > 0 ? 1 : 0;
  }

  /** Admits vjobs in their order as long as first fit finds room: Entropy's sample policy. */
  private static final class FirstComeFirstServed {
    private final long[] memory = new long[HOSTS];
    private final int[] cpu = new int[HOSTS];

    FirstComeFirstServed(long memoryOfHost) {
      java.util.Arrays.fill(memory, memoryOfHost);
      java.util.Arrays.fill(cpu, CPUS);
    }

    boolean take(long size, int[] cpus) {
      int[] at = new int[cpus.length];
      for (int i = 0; i < cpus.length; i++) {
        at[i] = first(size, cpus[i]);
        if (at[i] < 0) {
          for (int j = 0; j < i; j++) {
            memory[at[j]] += size;
            cpu[at[j]] += cpus[j];
          }
          return false;
        }
        memory[at[i]] -= size;
        cpu[at[i]] -= cpus[i];
      }
      return true;
    }

    private int first(long size, int cpus) {
      for (int h = 0; h < HOSTS; h++) {
        if (memory[h] >= size && cpu[h] >= cpus) {
          return h;
        }
      }
      return -1;
    }
  }

  /** A grid being filled at random. */
  private static final class Grid {
    private final InstanceBuilder builder = new InstanceBuilder();
    private final SplittableRandom random;
    private final int memory = builder.resource("memory");
    private final int cpu = builder.resource("cpu");
    private final long[][] free = new long[HOSTS][];
    private final List<long[]> demands = new ArrayList<>();

    Grid(long memoryOfHost, SplittableRandom random) {
      this.random = random;
      for (int h = 0; h < HOSTS; h++) {
        builder.host("host" + h);
        builder.capacity(h, memory, memoryOfHost).capacity(h, cpu, CPUS);
        free[h] = new long[] {memoryOfHost, CPUS};
      }
    }

    void machine(long size, int cpus) {
      int m = builder.machine("vm" + demands.size());
      builder.demand(m, memory, size).demand(m, cpu, cpus);
      demands.add(new long[] {size, cpus});
    }

    boolean run(int m) {
      int host = fitting(m);
      if (host >= 0) {
        builder.running(m, host);
        change(m, host, -1);
      }
      return host >= 0;
    }

    boolean runAll(int from, int size) {
      int[] at = new int[size];
      for (int i = 0; i < size; i++) {
        at[i] = fitting(from + i);
        if (at[i] < 0) {
          for (int j = 0; j < i; j++) {
            change(from + j, at[j], 1);
          }
          return false;
        }
        change(from + i, at[i], -1);
      }
      for (int i = 0; i < size; i++) {
        builder.running(from + i, at[i]);
      }
      return true;
    }

    private int fitting(int m) {
      int first = random.nextInt(HOSTS);
      for (int i = 0; i < HOSTS; i++) {
        int host = (first + i) % HOSTS;
        long[] demand = demands.get(m);
        if (free[host][0] >= demand[0] && free[host][1] >= demand[1]) {
          return host;
        }
      }
      return -1;
    }

    private void change(int m, int host, int sign) {
      free[host][0] += sign * demands.get(m)[0];
      free[host][1] += sign * demands.get(m)[1];
    }

    void wanted(int m, MachineState state, int cpus) {
      builder.constraint(new InState(Indices.of(m), state));
      builder.constraint(new Preserve(Indices.of(m), cpu, cpus));
    }
  }
}
