package org.heddle.simulator;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.heddle.engine.Engine;
import org.heddle.engine.GridState;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.VjobState;
import org.heddle.planner.Rule;

/**
 * No running vjob breaks its constraints: some never, the others once nothing is under way. Looks
 * at the processes on the simulated hosts, and shares no code with planner or engine.
 */
final class RuleInvariants {
  private final GridState state;
  private final long now;
  private final SortedMap<MachineId, HostId> runs;

  RuleInvariants(GridState state, long now, SortedMap<MachineId, HostId> runs) {
    this.state = state;
    this.now = now;
    this.runs = runs;
  }

  /** What is broken, in words. */
  Optional<String> check() {
    for (VjobRecord vjob : state.vjobs().values()) {
      if (vjob.state() == VjobState.TERMINATED || vjob.spec().constraints().isEmpty()) {
        continue;
      }
      for (Rule rule : Engine.rules(state, vjob.spec())) {
        if (!kept(rule)) {
          return Optional.of(vjob.spec().name() + " breaks " + rule.words() + ": " + runs);
        }
      }
    }
    return Optional.empty();
  }

  private boolean kept(Rule rule) {
    return switch (rule.form()) {
      case SPREAD -> apart(rule.machines().getFirst().stream().map(List::of).toList());
      case SPLIT -> apart(rule.machines());
      case FENCE -> on(rule).allMatch(host -> rule.hosts().getFirst().contains(host));
      case BAN -> on(rule).noneMatch(host -> rule.hosts().getFirst().contains(host));
      case LONELY -> lonely(rule);
      case GATHER -> !(rule.always() || quiet()) || on(rule).distinct().count() <= 1;
      case AMONG, SPLIT_AMONG -> !(rule.always() || quiet()) || parted(rule);
      case ROOT, QUARANTINE, CAPACITY, HOSTS_USED, SEQUENCE, PRECEDENCE, SERIALIZE -> true;
    };
  }

  private boolean quiet() {
    return quiet(state, now);
  }

  /** Nothing is under way, so that the planner has had its say. */
  static boolean quiet(GridState state, long now) {
    return state.current().isEmpty()
        && state.operations().isEmpty()
        && state.counters().planning().pending().isEmpty()
        && state.counters().planning().notBeforeMs() <= now
        && state.vjobs().values().stream().allMatch(vjob -> vjob.transition().isEmpty());
  }

  private Stream<HostId> on(Rule rule) {
    return rule.machines().getFirst().stream().flatMap(machine -> host(machine).stream());
  }

  private Optional<HostId> host(MachineId machine) {
    return Optional.ofNullable(runs.get(machine));
  }

  private boolean apart(List<List<MachineId>> groups) {
    Map<HostId, Integer> owner = new HashMap<>();
    for (int g = 0; g < groups.size(); g++) {
      for (MachineId machine : groups.get(g)) {
        int mine = g;
        if (host(machine)
            .map(host -> owner.putIfAbsent(host, mine))
            .filter(o -> o != mine)
            .isPresent()) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean lonely(Rule rule) {
    Set<MachineId> members = new HashSet<>(rule.machines().getFirst());
    Set<HostId> theirs = new HashSet<>(on(rule).toList());
    return runs.entrySet().stream()
        .noneMatch(run -> !members.contains(run.getKey()) && theirs.contains(run.getValue()));
  }

  private boolean parted(Rule rule) {
    Map<Integer, Integer> ownerOfPart = new HashMap<>();
    for (int g = 0; g < rule.machines().size(); g++) {
      Set<Integer> parts = new HashSet<>();
      for (MachineId machine : rule.machines().get(g)) {
        host(machine).ifPresent(host -> parts.add(part(rule, host)));
      }
      if (parts.size() > 1 || parts.contains(-1)) {
        return false;
      }
      for (int part : parts) {
        if (ownerOfPart.putIfAbsent(part, g) != null) {
          return false;
        }
      }
    }
    return true;
  }

  private static int part(Rule rule, HostId host) {
    for (int p = 0; p < rule.hosts().size(); p++) {
      if (rule.hosts().get(p).contains(host)) {
        return p;
      }
    }
    return -1;
  }
}
