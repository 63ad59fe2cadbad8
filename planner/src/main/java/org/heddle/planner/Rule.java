package org.heddle.planner;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.heddle.model.ConstraintForm;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;

/**
 * A constraint of placement with its names resolved. Machines that do not run count for nothing.
 *
 * <p>In a grid actions fail, and then what was on the way is what is. So {@code spread}, {@code
 * split}, {@code lonely}, {@code fence} and {@code ban} hold at every instant of a plan, whether
 * {@code always} is written or not: no action breaks them. {@code gather}, {@code among} and {@code
 * splitAmong} hold in the end, and with {@code always} at every instant. {@code root} lets no
 * running machine move.
 *
 * @param always as it is written
 * @param machines one list, or one for each group
 * @param hosts one set, or one for each part; none where the form names no hosts. A host is of the
 *     first part that names it; hosts that are not in the problem count for nothing
 * @param words for people, as somebody wrote it
 */
public record Rule(
    Form form,
    boolean always,
    List<List<MachineId>> machines,
    List<SortedSet<HostId>> hosts,
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
    LONELY;

    /**
     * @throws IllegalArgumentException when the grid knows no such rule
     */
    public static Form of(ConstraintForm form) {
      return valueOf(form.name());
    }
  }

  public Rule {
    machines = machines.stream().map(List::copyOf).toList();
    SortedSet<HostId> seen = new TreeSet<>();
    hosts = hosts.stream().map(part -> fresh(part, seen)).toList();
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
}
