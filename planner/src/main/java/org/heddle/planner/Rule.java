package org.heddle.planner;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.heddle.model.ConstraintForm;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Resources;

/**
 * A constraint of placement or of order with its names resolved. Machines that do not run count for
 * nothing.
 *
 * <p>In a grid actions fail, and then what was on the way is what is. So {@code spread}, {@code
 * split}, {@code lonely}, {@code fence}, {@code ban}, quarantine and capacities hold at every
 * instant of a plan, whether {@code always} is written or not: no action breaks them. {@code
 * gather}, {@code among} and {@code splitAmong} hold in the end, and with {@code always} at every
 * instant; the number of hosts in use holds in the end. {@code root} lets no running machine move.
 *
 * @param always as it is written
 * @param machines one list, or one for each group; none where the form speaks of all there are
 * @param hosts one set, or one for each part; none where the form names no hosts. A host is of the
 *     first part that names it; hosts that are not in the problem count for nothing
 * @param bound what a capacity allows, or how many hosts may be in use; {@link Bound#NONE} where
 *     the form has none
 * @param words for people, as somebody wrote it
 */
public record Rule(
    Form form,
    boolean always,
    List<List<MachineId>> machines,
    List<SortedSet<HostId>> hosts,
    Bound bound,
    String words) {

  /** Constraints that the grid knows. */
  public enum Form {
    SPREAD,
    GATHER,
    AMONG,
    SPLIT_AMONG,
    SPLIT,
    FENCE,
    BAN,
    ROOT,
    LONELY,
    /** Nothing comes to the hosts, and what runs there does not migrate. */
    QUARANTINE,
    /** At most so much of a measure on the hosts together. */
    CAPACITY,
    /** At most so many of the hosts run something when the plan has ended. */
    HOSTS_USED,
    /** Boots, shutdowns and migrations of each machine end before those of the next start. */
    SEQUENCE,
    /** Migrations of the first group end before those of the second start. */
    PRECEDENCE,
    /** No two of their migrations overlap. */
    SERIALIZE;

    /**
     * @throws IllegalArgumentException when the grid knows no such rule
     */
    public static Form of(ConstraintForm form) {
      return switch (form) {
        case SPREAD -> SPREAD;
        case GATHER -> GATHER;
        case AMONG -> AMONG;
        case SPLIT_AMONG -> SPLIT_AMONG;
        case SPLIT -> SPLIT;
        case FENCE -> FENCE;
        case BAN, OFFLINE -> BAN;
        case ROOT -> ROOT;
        case LONELY -> LONELY;
        case QUARANTINE -> QUARANTINE;
        case RUNNING_CAPACITY, RESOURCE_CAPACITY -> CAPACITY;
        case MAX_ONLINE -> HOSTS_USED;
        case SEQUENCE -> SEQUENCE;
        case PRECEDENCE -> PRECEDENCE;
        case SERIALIZE -> SERIALIZE;
        case OVERBOOK,
            ONLINE,
            NO_IDLE,
            PRESERVE,
            RUNNING,
            SLEEPING,
            READY,
            KILLED,
            SYNCHRONIZE,
            DEADLINE,
            NO_DELAY ->
            throw new IllegalArgumentException(form.word() + " is no rule of a grid");
      };
    }
  }

  /** What a capacity counts. */
  public enum Measure {
    MACHINES,
    MEMORY,
    CORES,
    DISK;

    /** What a running machine of that demand counts. */
    public long of(Resources demand) {
      return switch (this) {
        case MACHINES -> 1;
        case MEMORY -> demand.memoryMiB();
        case CORES -> demand.cores();
        case DISK -> demand.diskMiB();
      };
    }
  }

  /**
   * @param most of the measure; memory and disk in MiB
   */
  public record Bound(Measure measure, long most) {
    public static final Bound NONE = new Bound(Measure.MACHINES, 0);
  }

  public Rule {
    machines = machines.stream().map(List::copyOf).toList();
    SortedSet<HostId> seen = new TreeSet<>();
    hosts = hosts.stream().map(part -> fresh(part, seen)).toList();
  }

  /** Without a bound. */
  public Rule(
      Form form,
      boolean always,
      List<List<MachineId>> machines,
      List<SortedSet<HostId>> hosts,
      String words) {
    this(form, always, machines, hosts, Bound.NONE, words);
  }

  /** The same for other machines. */
  public Rule withMachines(List<List<MachineId>> others) {
    return new Rule(form, always, others, hosts, bound, words);
  }

  /** The same in other words. */
  public Rule withWords(String others) {
    return new Rule(form, always, machines, hosts, bound, others);
  }

  private static SortedSet<HostId> fresh(SortedSet<HostId> part, SortedSet<HostId> seen) {
    SortedSet<HostId> own = new TreeSet<>(part);
    own.removeAll(seen);
    seen.addAll(own);
    return Collections.unmodifiableSortedSet(own);
  }

  Stream<MachineId> everyMachine() {
    return machines.stream().flatMap(List::stream);
  }

  /** Whether it speaks of the machine. */
  boolean concerns(MachineId machine) {
    return machines.isEmpty() || machines.stream().anyMatch(group -> group.contains(machine));
  }

  /**
   * Whether it forbids the machine that it speaks of a host, wherever the others are. What runs
   * there already may be allowed to stay.
   */
  public boolean forbids(HostId host) {
    boolean named = hosts.stream().anyMatch(part -> part.contains(host));
    return switch (form) {
      case FENCE, AMONG, SPLIT_AMONG -> !named;
      case BAN, QUARANTINE -> named;
      case CAPACITY, HOSTS_USED -> named && bound.most() == 0;
      case ROOT, SPREAD, GATHER, SPLIT, LONELY, SEQUENCE, PRECEDENCE, SERIALIZE -> false;
    };
  }
}
