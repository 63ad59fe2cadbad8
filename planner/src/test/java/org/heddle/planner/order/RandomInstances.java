package org.heddle.planner.order;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.MachineState;

/** Small instances with a goal that keeps all placement constraints: by seed. */
final class RandomInstances {
  /** An instance and where it shall lead. */
  record Case(Instance instance, Arrangement goal) {}

  private final SplittableRandom random;
  private final int hosts;
  private final int machines;
  private final boolean rich;

  /**
   * @param rich whether there are states, vjobs, hosts that come and go, and constraints
   */
  RandomInstances(long seed, int hosts, int machines, boolean rich) {
    this.random = new SplittableRandom(seed);
    this.hosts = hosts;
    this.machines = machines;
    this.rich = rich;
  }

  Case next() {
    while (true) {
      try {
        Case drawn = draw();
        if (InstanceChecker.check(drawn.instance(), drawn.goal()).isEmpty()) {
          return rich ? constrained(drawn) : drawn;
        }
      } catch (InvalidInstance contradiction) {
        // Drawn again.
      }
    }
  }

  private Case draw() {
    InstanceBuilder builder = new InstanceBuilder();
    int memory = builder.resource("memory");
    int cores = builder.resource("cores");
    long[][] now = new long[hosts][];
    long[][] then = new long[hosts][];
    boolean[] online = new boolean[hosts];
    for (int h = 0; h < hosts; h++) {
      builder.host("h" + h);
      builder.capacity(h, memory, 12).capacity(h, cores, 12);
      now[h] = new long[] {12, 12};
      then[h] = new long[] {12, 12};
      hostChanges(builder, h, now, then);
      online[h] = then[h][0] > 0;
    }
    int[] goal = new int[machines];
    for (int m = 0; m < machines; m++) {
      builder.machine("m" + m);
      goal[m] = machine(builder, m, now, then);
    }
    if (rich && machines >= 4 && random.nextInt(3) == 0) {
      builder.vjob("v0", Indices.of(0, 1));
      builder.vjob("v1", Indices.of(2, 3));
    }
    return new Case(builder.build(), new Arrangement(goal, online));
  }

  private void hostChanges(InstanceBuilder builder, int h, long[][] now, long[][] then) {
    int kind = rich ? random.nextInt(12) : 2;
    if (kind == 0) {
      builder.online(h, false);
      now[h] = new long[] {0, 0};
      builder.constraint(new Constraint.Online(Indices.of(h)));
      builder.hostAttribute(h, Attribute.BOOT, 1 + random.nextInt(3));
    } else if (kind == 1) {
      then[h] = new long[] {0, 0};
      builder.constraint(new Constraint.Offline(Indices.of(h)));
    }
  }

  private int machine(InstanceBuilder builder, int m, long[][] now, long[][] then) {
    long[] present = {1L << random.nextInt(3), 1 + random.nextInt(3)};
    long[] next = present.clone();
    if (random.nextInt(4) == 0) {
      next[1] = Math.max(1, next[1] + random.nextInt(-1, 3));
    }
    MachineState is = state();
    MachineState wanted = is == MachineState.RUNNING || rich ? wanted() : is;
    int from = random.nextInt(hosts);
    int to = random.nextInt(3) == 0 ? from : random.nextInt(hosts);
    boolean runs = is == MachineState.RUNNING && fits(now[from], present);
    boolean sleeps = is == MachineState.SLEEPING && now[from][0] > 0;
    builder.demand(m, 0, present[0]).demand(m, 1, present[1]);
    builder.constraint(new Constraint.Preserve(Indices.of(m), 1, next[1]));
    builder.attribute(m, Attribute.MIGRATE, 1 + random.nextInt(3));
    builder.stateless(m, rich && random.nextInt(5) == 0);
    if (runs) {
      builder.running(m, from);
      take(now[from], present);
    } else if (sleeps) {
      builder.sleeping(m, from);
    }
    if (!runs && !sleeps) {
      wanted = wanted == MachineState.SLEEPING ? MachineState.READY : wanted;
    }
    if (sleeps && wanted == MachineState.READY) {
      wanted = MachineState.RUNNING;
    }
    return goal(builder, m, wanted, runs || sleeps ? from : -1, to, next, then);
  }

  private int goal(
      InstanceBuilder builder,
      int m,
      MachineState wanted,
      int from,
      int to,
      long[] next,
      long[][] then) {
    builder.constraint(new Constraint.InState(Indices.of(m), wanted));
    if (wanted == MachineState.RUNNING) {
      for (int i = 0; i < hosts; i++) {
        int host = (to + i) % hosts;
        if (fits(then[host], next)) {
          take(then[host], next);
          return host;
        }
      }
      throw InvalidInstance.contradiction("draw", "no room", "draw again");
    }
    return wanted == MachineState.SLEEPING ? from : -1;
  }

  private MachineState state() {
    int kind = rich ? random.nextInt(8) : 2;
    return kind == 0
        ? MachineState.READY
        : kind == 1 ? MachineState.SLEEPING : MachineState.RUNNING;
  }

  private MachineState wanted() {
    int kind = rich ? random.nextInt(12) : 3;
    return switch (kind) {
      case 0 -> MachineState.READY;
      case 1 -> MachineState.SLEEPING;
      case 2 -> MachineState.KILLED;
      default -> MachineState.RUNNING;
    };
  }

  private static boolean fits(long[] free, long[] need) {
    return free[0] >= need[0] && free[1] >= need[1];
  }

  private static void take(long[] free, long[] need) {
    free[0] -= need[0];
    free[1] -= need[1];
  }

  /** Adds random constraints that the goal keeps. */
  private Case constrained(Case drawn) {
    Case kept = drawn;
    int tries = random.nextInt(6);
    for (int i = 0; i < tries; i++) {
      try {
        Instance more = kept.instance().toBuilder().constraint(constraint()).build();
        if (InstanceChecker.check(more, drawn.goal()).isEmpty()) {
          kept = new Case(more, drawn.goal());
        }
      } catch (InvalidInstance contradiction) {
        // Left out.
      }
    }
    return kept;
  }

  private Constraint constraint() {
    Indices some = some(machines, 2 + random.nextInt(2));
    Indices few = some(hosts, Math.max(2, hosts / 2));
    boolean always = random.nextBoolean();
    return switch (random.nextInt(16)) {
      case 0, 1 -> new Constraint.Spread(some, always);
      case 2 ->
          new Constraint.Split(List.of(Indices.of(some.at(0)), Indices.of(some.at(1))), always);
      case 3 -> new Constraint.Lonely(Indices.of(some.at(0)), always);
      case 4 -> new Constraint.Among(some, parts(), always);
      case 5 -> new Constraint.RunningCapacity(few, 2 + random.nextInt(4), always);
      case 6 -> new Constraint.ResourceCapacity(few, 0, 8 + random.nextInt(8), always);
      case 7 -> new Constraint.MaxOnline(Indices.range(0, hosts), hosts, always);
      case 8 -> new Constraint.Fence(Indices.of(some.at(0)), few, always);
      case 9 -> new Constraint.Ban(Indices.of(some.at(0)), few, always);
      case 10 -> new Constraint.Sequence(some);
      case 11 -> new Constraint.Precedence(Indices.of(some.at(0)), Indices.of(some.at(1)));
      case 12 -> new Constraint.Serialize(some);
      case 13 -> new Constraint.Synchronize(some);
      case 14 -> new Constraint.Root(Indices.of(some.at(0)));
      default -> new Constraint.Gather(some, always);
    };
  }

  private List<Indices> parts() {
    return List.of(Indices.range(0, hosts / 2), Indices.range(hosts / 2, hosts));
  }

  private Indices some(int all, int count) {
    int[] mixed = IntStream.range(0, all).toArray();
    int drawn = Math.min(all, count);
    for (int i = 0; i < drawn; i++) {
      int other = i + random.nextInt(all - i);
      int here = mixed[i];
      mixed[i] = mixed[other];
      mixed[other] = here;
    }
    return Indices.of(Arrays.copyOf(mixed, drawn));
  }
}
