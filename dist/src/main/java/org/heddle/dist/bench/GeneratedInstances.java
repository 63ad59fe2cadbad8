package org.heddle.dist.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.InState;
import org.heddle.planner.instance.Constraint.Preserve;
import org.heddle.planner.instance.Constraint.Spread;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.MachineState;

/**
 * Instances of the shape of BtrPlace's TDSC'13 set, of any size, by seed: applications of 10 to 20
 * machines on hosts of 200 CPU shares and 16 GB; one in ten applications asks for half as much CPU
 * again; a third of the applications keep tiers of machines apart and within an edge of the
 * network.
 */
final class GeneratedInstances {
  private static final int CPU = 200;
  private static final int MEMORY = 1600;
  private static final int EDGE = 250;
  private static final int TIER = 3;

  private final SplittableRandom random;
  private final InstanceBuilder builder = new InstanceBuilder();
  private final int hosts;
  private final int memory;
  private final int cpu;
  private final int[] freeCpu;
  private final int[] freeMemory;

  private GeneratedInstances(int hosts, long seed) {
    this.hosts = hosts;
    this.random = new SplittableRandom(seed);
    this.memory = builder.resource("memory");
    this.cpu = builder.resource("uCpu");
    this.freeCpu = new int[hosts];
    this.freeMemory = new int[hosts];
    for (int h = 0; h < hosts; h++) {
      builder.host("N" + h);
      builder.capacity(h, memory, MEMORY).capacity(h, cpu, CPU);
      freeCpu[h] = CPU;
      freeMemory[h] = MEMORY;
    }
  }

  static Instance loadIncrease(int hosts, int machines, long seed) {
    GeneratedInstances generated = new GeneratedInstances(hosts, seed);
    List<Indices> edges = new ArrayList<>();
    for (int from = 0; from < hosts; from += EDGE) {
      edges.add(Indices.range(from, Math.min(hosts, from + EDGE)));
    }
    for (int m = 0; m < machines; ) {
      int size = Math.min(machines - m, generated.random.nextInt(10, 21));
      generated.application(m, size, edges);
      m += size;
    }
    return generated.builder.build();
  }

  private void application(int from, int size, List<Indices> edges) {
    boolean grows = random.nextInt(10) == 0;
    boolean bound = random.nextInt(3) == 0;
    int edge = random.nextInt(edges.size());
    for (int i = 0; i < size; i++) {
      int m = builder.machine("VM" + (from + i));
      int use = random.nextInt(9, 40);
      int size1 = 100 * random.nextInt(1, 4);
      int host = bound ? edges.get(edge).at(i % edges.get(edge).size()) : random.nextInt(hosts);
      if (bound) {
        int first = random.nextInt(edges.get(edge).size());
        host = edges.get(edge).at((first + i) % edges.get(edge).size());
      }
      host = room(host, use, size1, bound ? edges.get(edge) : null);
      builder.demand(m, memory, size1).demand(m, cpu, use);
      builder.running(m, host);
      builder.constraint(new InState(Indices.of(m), MachineState.RUNNING));
      freeCpu[host] -= use;
      freeMemory[host] -= size1;
      if (grows) {
        builder.constraint(new Preserve(Indices.of(m), cpu, use + use / 2));
      }
    }
    if (bound && size >= TIER) {
      builder.constraint(new Among(Indices.range(from, from + TIER), edges, false));
      builder.constraint(new Spread(Indices.range(from, from + TIER), false));
    }
  }

  private int room(int wanted, int use, int size, @org.jspecify.annotations.Nullable Indices edge) {
    int count = edge == null ? hosts : edge.size();
    int first = edge == null ? wanted : wanted - edge.at(0);
    for (int i = 0; i < count; i++) {
      int at = (first + i) % count;
      int host = edge == null ? at : edge.at(at);
      if (freeCpu[host] >= use && freeMemory[host] >= size) {
        return host;
      }
    }
    if (edge != null) {
      return room(wanted, use, size, null);
    }
    throw new IllegalArgumentException("so many machines do not fit on so few hosts");
  }
}
