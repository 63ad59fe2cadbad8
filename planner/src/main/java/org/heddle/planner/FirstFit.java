package org.heddle.planner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.planner.Problem.MachineSlot;

/**
 * Places machines that wait on an empty grid, each on the first host that takes it, and has the
 * outcome checked: some hundred times cheaper than a search. Where it finds nothing there may be a
 * placement all the same.
 */
final class FirstFit {
  private final Problem empty;
  private final List<HostId> hosts;
  private final SortedMap<MachineId, HostId> found = new TreeMap<>();
  private final Map<HostId, Resources> used = new HashMap<>();

  private FirstFit(Problem empty) {
    this.empty = empty;
    hosts =
        empty.hosts().entrySet().stream()
            .filter(host -> !host.getValue().drained())
            .map(Map.Entry::getKey)
            .toList();
  }

  /** Whether it found a placement that keeps all rules: together, or one beside the other. */
  static boolean finds(Problem empty) {
    return new FirstFit(empty).placed(0) || new FirstFit(empty).placed(1);
  }

  /**
   * @param step from a machine's host to the first one that is tried for the next machine
   */
  private boolean placed(int step) {
    int next = 0;
    for (Map.Entry<MachineId, MachineSlot> machine : empty.machines().entrySet()) {
      List<Rule> rules =
          empty.rules().stream().filter(rule -> rule.concerns(machine.getKey())).toList();
      int tried = 0;
      while (tried < hosts.size()
          && !takes(host(next + tried), machine.getValue().demand(), rules)) {
        tried++;
      }
      if (tried == hosts.size()) {
        return false;
      }
      HostId host = host(next + tried);
      found.put(machine.getKey(), host);
      used.merge(host, machine.getValue().demand(), Resources::plus);
      next += tried + step;
    }
    return isRight();
  }

  private HostId host(int number) {
    return hosts.get(number % hosts.size());
  }

  private boolean takes(HostId host, Resources demand, List<Rule> rules) {
    Resources together = used.getOrDefault(host, Resources.NONE).plus(demand);
    Problem.HostSlot slot = empty.hosts().get(host);
    return slot != null
        && together.fitsIn(slot.capacity())
        && rules.stream().noneMatch(rule -> rule.forbids(host));
  }

  private boolean isRight() {
    SortedMap<MachineId, MachineSlot> running = new TreeMap<>();
    empty
        .machines()
        .forEach((id, slot) ->
            running.put(
                id,
                new MachineSlot(
                    slot.demand(),
                    new Placement.Running(found.getOrDefault(id, hosts.getFirst())),
                    new TreeSet<>(),
                    Optional.empty())));
    RuleCheck check =
        new RuleCheck(
            new Problem(empty.hosts(), running, new ArrayList<>(empty.wishes()), empty.rules()));
    return check.crowded(found).isEmpty() && check.broken(found).isEmpty();
  }
}
