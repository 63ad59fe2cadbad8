package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.MachineState;
import org.junit.jupiter.api.Test;

class HostChoiceTest {
  private static final int HOSTS = 5;
  private static final int MACHINES = 7;
  private static final int INSTANCES = 150;

  @Test
  void fewestHostsAreThoseThatNeedLeastToBeMoved() {
    int best = 0;
    for (long seed = 0; seed < INSTANCES; seed++) {
      Instance instance = instance(new SplittableRandom(seed));
      Outcome outcome =
          Search.solve(
              instance, List.of(Goal.HOSTS_USED, Goal.MOVED_MEMORY), SearchLimits.of(20_000, seed));
      assertThat(outcome).as("seed %d", seed).isInstanceOf(Outcome.Found.class);
      int[] at = ((Outcome.Found) outcome).arrangement().toHosts();
      long ours = value(instance, at);
      long least = least(instance, new int[MACHINES], 0);
      assertThat(ours).as("seed %d", seed).isGreaterThanOrEqualTo(least);
      best += ours == least ? 1 : 0;
    }
    assertThat(best).as("of %d", INSTANCES).isGreaterThan(INSTANCES * 9 / 10);
  }

  /** Hosts first, then moved memory. */
  private static long value(Instance instance, int[] at) {
    long moved = 0;
    boolean[] used = new boolean[HOSTS];
    long hosts = 0;
    for (int m = 0; m < MACHINES; m++) {
      moved += at[m] == instance.host(m) ? 0 : instance.memory(m);
      hosts += used[at[m]] ? 0 : 1;
      used[at[m]] = true;
    }
    return hosts * 1_000_000 + moved;
  }

  private static long least(Instance instance, int[] at, int machine) {
    if (machine == MACHINES) {
      return value(instance, at);
    }
    long least = Long.MAX_VALUE;
    for (int h = 0; h < HOSTS; h++) {
      long use = instance.next(machine, 0);
      for (int m = 0; m < machine; m++) {
        use += at[m] == h ? instance.next(m, 0) : 0;
      }
      if (use <= instance.usable(h, 0)) {
        at[machine] = h;
        least = Math.min(least, least(instance, at, machine + 1));
      }
    }
    return least;
  }

  private static Instance instance(SplittableRandom random) {
    InstanceBuilder builder = new InstanceBuilder();
    int memory = builder.resource("memory");
    for (int h = 0; h < HOSTS; h++) {
      builder.capacity(builder.host("h" + h), memory, 12);
    }
    for (int m = 0; m < MACHINES; m++) {
      builder.running(builder.machine("m" + m), random.nextInt(HOSTS));
      builder.demand(m, memory, random.nextInt(1, 7));
    }
    return builder.build();
  }

  @Test
  void whatComesTakesAUsedHostThatHasRoomAtOnce() {
    InstanceBuilder builder = new InstanceBuilder();
    int memory = builder.resource("memory");
    for (int h = 0; h < 3; h++) {
      builder.capacity(builder.host("h" + h), memory, 10);
    }
    int[] sizes = {8, 5, 5};
    int[] hosts = {0, 1, 2};
    for (int m = 0; m < 3; m++) {
      builder.running(builder.machine("m" + m), hosts[m]).demand(m, memory, sizes[m]);
    }
    builder.demand(builder.machine("new"), memory, 4);
    builder.constraint(new Constraint.InState(Indices.of(3), MachineState.RUNNING));
    builder.constraint(new Constraint.Preserve(Indices.of(0), memory, 3));
    Instance instance = builder.build();
    Dense dense =
        Preparation.of(
            instance,
            new Pricing(instance, List.of(Goal.MOVED_MEMORY), Search.byAttributes(instance)));
    int[] changed = Sooner.change(new State(dense), new int[] {0, 1, 2, 0}, () -> false);
    assertThat(changed).startsWith(0, 1, 2);
    assertThat(changed[3]).isIn(1, 2);
  }
}
