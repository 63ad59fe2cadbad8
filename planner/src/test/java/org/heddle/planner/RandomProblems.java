package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.planner.Grids.M;
import org.heddle.planner.Problem.Target;

/** Valid problems out of a seed, tight enough that many wishes cannot be met. */
final class RandomProblems {
  private static final long[] HOST_MEMORY = {512, 1024, 1024, 2048};
  private static final long[] DEMAND = {64, 128, 256, 256, 384, 512, 700};

  private final Random random;
  private final List<String> names = new ArrayList<>();
  private final TreeMap<String, Resources> free = new TreeMap<>();
  private final boolean odd;

  private RandomProblems(long seed, boolean odd) {
    this.random = new Random(seed);
    this.odd = odd;
  }

  /**
   * @param odd also with bans, pins, lost states, mixed vjobs, hosts above their capacity, and
   *     hosts whose room others have taken twice over
   */
  static Problem problem(long seed, int mostHosts, int mostVjobs, int mostMachines, boolean odd) {
    return new RandomProblems(seed, odd).make(mostHosts, mostVjobs, mostMachines);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Problem make(int mostHosts, int mostVjobs, int mostMachines) {
    Grids grid = new Grids();
    int hosts = 1 + random.nextInt(mostHosts);
    for (int h = 1; h <= hosts; h++) {
      String name = "host" + h;
      boolean overfull = odd && chance(2);
      int cores = overfull ? -1 : chance(20) ? 2 : 16;
      long memory = overfull ? -100 : HOST_MEMORY[random.nextInt(HOST_MEMORY.length)];
      grid.host(name, cores, memory, chance(8));
      names.add(name);
      long seeming = odd && chance(3) ? memory * 2 : memory;
      free.put(name, new Resources(cores, seeming, 1000));
    }
    int vjobs = 1 + random.nextInt(mostVjobs);
    int machines = 0;
    for (int v = 1; v <= vjobs && machines < mostMachines; v++) {
      int size = 1 + random.nextInt(Math.min(4, mostMachines - machines));
      machines += size;
      grid.vjob("v" + v, target(), vjob(size));
    }
    return grid.problem();
  }

  private Target target() {
    if (chance(85)) {
      return Target.RUN;
    }
    return any(List.of(Target.SLEEP, Target.END, Target.RESET));
  }

  private List<M> vjob(int size) {
    List<M> members = new ArrayList<>();
    int shape = random.nextInt(odd ? 110 : 100);
    long memory = DEMAND[random.nextInt(DEMAND.length)];
    for (int i = 0; i < size; i++) {
      if (chance(20)) {
        memory = DEMAND[random.nextInt(DEMAND.length)];
      }
      Resources demand = new Resources(1 + random.nextInt(2), memory, chance(10) ? 300 : 0);
      members.add(new M(demand, placement(shape, demand), bans(), pin()));
    }
    boolean whole =
        shape < 55 && members.stream().allMatch(m -> m.now() instanceof Placement.Running);
    if (shape < 55 && !whole && !(odd && chance(30))) {
      return members.stream().map(this::backToWaiting).toList();
    }
    return members;
  }

  /** Gives the room back that was taken for a vjob that then did not fit as a whole. */
  private M backToWaiting(M member) {
    if (member.now() instanceof Placement.Running(HostId host)) {
      free.merge(host.value(), member.demand(), Resources::plus);
    }
    return new M(member.demand(), new Placement.Waiting(), member.banned(), member.pinned());
  }

  private Placement placement(int shape, Resources demand) {
    if (shape < 55) {
      return runningWhereThereIsRoom(demand);
    }
    if (shape < 75) {
      return new Placement.Waiting();
    }
    if (shape < 100) {
      String host = odd && chance(3) ? "host99" : any(names);
      return new Placement.Sleeping(new HostId(host));
    }
    return switch (random.nextInt(4)) {
      case 0 -> new Placement.Waiting();
      case 1 -> new Placement.Terminated();
      case 2 -> new Placement.Sleeping(new HostId(any(names)));
      default -> runningWhereThereIsRoom(demand);
    };
  }

  private Placement runningWhereThereIsRoom(Resources demand) {
    int start = random.nextInt(names.size());
    for (int i = 0; i < names.size(); i++) {
      String host = names.get((start + i) % names.size());
      Resources left = free.getOrDefault(host, Resources.NONE);
      if (demand.fitsIn(left)) {
        free.put(host, left.minus(demand));
        return new Placement.Running(new HostId(host));
      }
    }
    return new Placement.Waiting();
  }

  private SortedSet<HostId> bans() {
    SortedSet<HostId> banned = new TreeSet<>();
    while (odd && chance(8)) {
      banned.add(new HostId(any(names)));
    }
    return banned;
  }

  private Optional<HostId> pin() {
    return odd && chance(5) ? Optional.of(new HostId(any(names))) : Optional.empty();
  }
}
