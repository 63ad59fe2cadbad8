package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.MachineState;

/** Seeded instances. */
final class RandomInstances {
  private RandomInstances() {}

  /** A few hosts and machines and any constraints of placement; null when it contradicts itself. */
  static Instance tiny(SplittableRandom random) {
    while (true) {
      try {
        return tinyOrInvalid(random);
      } catch (InvalidInstance contradiction) {
        // the next one
      }
    }
  }

  private static Instance tinyOrInvalid(SplittableRandom random) {
    int hosts = 2 + random.nextInt(3);
    int machines = 2 + random.nextInt(5);
    InstanceBuilder builder = new InstanceBuilder();
    builder.memoryResource(builder.resource("memory"));
    builder.resource("cpu");
    for (int h = 0; h < hosts; h++) {
      builder.host("host" + h);
      for (int r = 0; r < 2; r++) {
        builder.capacity(h, r, 3L + random.nextInt(6));
      }
      builder.online(h, random.nextInt(6) > 0);
    }
    for (int m = 0; m < machines; m++) {
      builder.machine("machine" + m);
      machine(builder, m, hosts, random);
    }
    List<Constraint> constraints = new ArrayList<>();
    for (int c = random.nextInt(4); c > 0; c--) {
      constraints.add(constraint(random, hosts, machines));
    }
    for (int m = 0; m < machines; m++) {
      if (random.nextInt(3) == 0) {
        constraints.add(
            new Constraint.Preserve(Indices.of(m), random.nextInt(2), random.nextInt(6)));
      }
    }
    return builder.constraints(constraints).build();
  }

  /** As {@link #tiny}, and every machine shall run and is kept from some hosts. */
  static Instance confined(SplittableRandom random) {
    while (true) {
      Instance plain = tiny(random);
      InstanceBuilder builder = plain.toBuilder();
      Indices all = Indices.range(0, plain.machines());
      builder.constraint(new Constraint.InState(all, MachineState.RUNNING));
      if (random.nextBoolean()) {
        builder.constraint(new Constraint.Ban(all, Indices.of(0), false));
      }
      for (int m = 0; m < plain.machines(); m++) {
        Indices hosts = some(random, plain.hosts());
        builder.constraint(
            random.nextBoolean()
                ? new Constraint.Fence(Indices.of(m), hosts, false)
                : new Constraint.Ban(Indices.of(m), hosts, false));
      }
      try {
        return builder.build();
      } catch (InvalidInstance contradiction) {
        // the next one
      }
    }
  }

  /** With so many hosts more, without room, that stay off line. */
  static Instance padded(Instance instance, int more) {
    InstanceBuilder builder = instance.toBuilder();
    builder.constraint(
        new Constraint.Offline(Indices.range(instance.hosts(), instance.hosts() + more)));
    for (int i = 0; i < more; i++) {
      int host = builder.host("more" + i);
      builder.online(host, false).capacity(host, 0, 0).capacity(host, 1, 0);
    }
    return builder.build();
  }

  private static void machine(InstanceBuilder builder, int m, int hosts, SplittableRandom random) {
    int h = random.nextInt(hosts);
    switch (random.nextInt(6)) {
      case 0 -> builder.ready(m);
      case 1 -> builder.online(h, true).sleeping(m, h);
      default -> builder.online(h, true).running(m, h);
    }
    builder.demand(m, 0, 1L + random.nextInt(4)).demand(m, 1, random.nextInt(4));
  }

  private static Constraint constraint(SplittableRandom random, int hosts, int machines) {
    Indices some = some(random, machines);
    Indices there = some(random, hosts);
    boolean always = random.nextInt(4) == 0;
    return switch (random.nextInt(16)) {
      case 0 -> new Constraint.Spread(some, always);
      case 1 -> new Constraint.Gather(some, always);
      case 2 -> new Constraint.Among(some, halves(hosts), always);
      case 3 -> new Constraint.SplitAmong(halves(machines), halves(hosts), always);
      case 4 -> new Constraint.Split(halves(machines), always);
      case 5 -> new Constraint.Fence(some, there, always);
      case 6 -> new Constraint.Ban(some, Indices.of(random.nextInt(hosts)), always);
      case 7 -> new Constraint.Root(Indices.of(random.nextInt(machines)));
      case 8 -> new Constraint.Lonely(some, always);
      case 9 -> new Constraint.Quarantine(Indices.of(random.nextInt(hosts)));
      case 10 -> new Constraint.RunningCapacity(there, 1L + random.nextInt(4), always);
      case 11 ->
          new Constraint.ResourceCapacity(there, random.nextInt(2), 2L + random.nextInt(8), always);
      case 12 -> new Constraint.MaxOnline(there, 1L + random.nextInt(hosts), always);
      case 13 -> new Constraint.NoIdle(there);
      case 14 ->
          random.nextBoolean() ? new Constraint.Online(there) : new Constraint.Offline(there);
      default ->
          new Constraint.InState(
              some, random.nextInt(3) == 0 ? MachineState.SLEEPING : MachineState.RUNNING);
    };
  }

  private static List<Indices> halves(int count) {
    return List.of(Indices.range(0, count / 2), Indices.range(count / 2, count));
  }

  private static Indices some(SplittableRandom random, int count) {
    int bits = 1 + random.nextInt((1 << count) - 1);
    return Indices.of(
        java.util.stream.IntStream.range(0, count).filter(i -> (bits >> i & 1) != 0).toArray());
  }

  /**
   * Many hosts of one size with about six machines each, a fifth of them overloaded: the shape of
   * the dense repair instances.
   *
   * @param memory capacity of a host in GB; the machines have 2 to 16
   * @param cpu capacity of a host; the machines have 1 to 6, more where load has grown
   */
  static Instance dense(int hosts, int memory, int cpu, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    InstanceBuilder builder = new InstanceBuilder();
    builder.memoryResource(builder.resource("memory"));
    builder.resource("cpu");
    List<Constraint> constraints = new ArrayList<>();
    for (int h = 0; h < hosts; h++) {
      builder.host("host" + h);
      builder.capacity(h, 0, memory).capacity(h, 1, cpu).online(h, true);
    }
    for (int h = 0; h < hosts; h++) {
      boolean grows = random.nextInt(5) == 0;
      int freeMemory = memory;
      int freeCpu = cpu;
      for (int i = 0; i < 6; i++) {
        int size = 1 << (1 + random.nextInt(4));
        int load = 1 + random.nextInt(6);
        if (size > freeMemory - 2 * (5 - i) || load > freeCpu - (5 - i)) {
          size = 2;
          load = 1;
        }
        freeMemory -= size;
        freeCpu -= load;
        int m = builder.machine("machine" + (6 * h + i));
        builder.running(m, h).demand(m, 0, size).demand(m, 1, load);
        if (grows && random.nextInt(2) == 0) {
          constraints.add(new Constraint.Preserve(Indices.of(m), 1, load + 2L + random.nextInt(4)));
        }
      }
    }
    return builder.constraints(constraints).build();
  }

  /** Two hosts, one of them with more machines than subsets are listed for. */
  static Instance crowded(SplittableRandom random) {
    InstanceBuilder builder = new InstanceBuilder();
    builder.memoryResource(builder.resource("memory"));
    builder.resource("cpu");
    for (int h = 0; h < 2; h++) {
      builder.host("host" + h);
      builder.online(h, true).capacity(h, 0, 25L + random.nextInt(8)).capacity(h, 1, 22);
    }
    for (int m = 0; m < 13; m++) {
      builder.machine("machine" + m);
      builder.running(m, m < 11 ? 0 : 1);
      builder.demand(m, 0, 1L + random.nextInt(5)).demand(m, 1, 1L + random.nextInt(4));
    }
    return builder.build();
  }

  /** Dozens of hosts and many machines in groups that are spread, fenced, gathered or banned. */
  static Instance mixed(SplittableRandom random) {
    int hosts = 25 + random.nextInt(30);
    Instance plain = dense(hosts, 56, 32, random.nextLong());
    InstanceBuilder builder = plain.toBuilder();
    int machines = plain.machines();
    for (int c = 0; c < 12; c++) {
      int first = random.nextInt(machines - 8);
      Indices group = Indices.range(first, first + 2 + random.nextInt(5));
      builder.constraint(
          switch (random.nextInt(8)) {
            case 0 -> new Constraint.Among(group, halves(hosts), random.nextBoolean());
            case 1 -> new Constraint.Fence(group, Indices.range(0, hosts / 2), false);
            case 2 -> new Constraint.Ban(group, Indices.of(random.nextInt(hosts)), true);
            case 3 -> new Constraint.Gather(Indices.range(first, first + 2), false);
            case 4 -> new Constraint.RunningCapacity(Indices.of(random.nextInt(hosts)), 5, false);
            case 5 -> new Constraint.Offline(Indices.of(c));
            default -> new Constraint.Spread(group, random.nextBoolean());
          });
    }
    return builder.build();
  }

  /** Sites of equal size whose machines may not leave them. */
  static Instance sites(int sites, int hosts, long seed) {
    Instance plain = dense(sites * hosts, 56, 32, seed);
    InstanceBuilder builder = plain.toBuilder();
    for (int s = 0; s < sites; s++) {
      Indices here = Indices.range(s * hosts, (s + 1) * hosts);
      Indices machines = Indices.range(s * hosts * 6, (s + 1) * hosts * 6);
      builder.constraint(new Constraint.Fence(machines, here, true));
    }
    return builder.build();
  }
}
