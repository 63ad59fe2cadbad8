package org.heddle.engine;

import java.util.List;
import java.util.function.Predicate;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.planner.Rule;

/** A machine that is about to come to a host, as it is there now. */
record Newcomer(Draft draft, MachineId machine, HostId host) {

  /** Whether its coming would break a rule that no action may break. */
  boolean breaks(Rule rule) {
    boolean member = in(machine, rule.machines());
    return switch (rule.form()) {
      case FENCE, BAN -> member && rule.forbids(host);
      case QUARANTINE -> rule.forbids(host) || leaves(rule);
      case ROOT -> member && draft.stateOf(machine) instanceof MachineState.Running;
      case SPREAD -> member && meets(other -> in(other, rule.machines()));
      case SPLIT ->
          rule.machines().stream()
              .filter(group -> group.contains(machine))
              .anyMatch(
                  group -> meets(other -> !group.contains(other) && in(other, rule.machines())));
      case LONELY -> meets(other -> in(other, rule.machines()) != member);
      case CAPACITY -> beyond(rule);
      case GATHER, AMONG, SPLIT_AMONG, HOSTS_USED, SEQUENCE, PRECEDENCE, SERIALIZE -> false;
    };
  }

  private static boolean in(MachineId machine, List<List<MachineId>> groups) {
    return groups.stream().anyMatch(group -> group.contains(machine));
  }

  private boolean leaves(Rule rule) {
    return draft.stateOf(machine) instanceof MachineState.Running(HostId on) && rule.forbids(on);
  }

  private boolean meets(Predicate<MachineId> other) {
    return draft.machines.map().values().stream()
        .filter(each -> !each.id().equals(machine) && Room.at(each.state(), host))
        .anyMatch(each -> other.test(each.id()));
  }

  private boolean beyond(Rule rule) {
    if (!rule.hosts().getFirst().contains(host)) {
      return false;
    }
    long used = of(rule, machine);
    for (MachineRecord each : draft.machines.map().values()) {
      for (HostId counted : rule.hosts().getFirst()) {
        used += Room.at(each.state(), counted) ? of(rule, each.id()) : 0;
      }
    }
    return used > rule.bound().most();
  }

  private long of(Rule rule, MachineId counted) {
    return rule.bound().measure().of(draft.member(counted).group().demand());
  }
}
