package org.heddle.simulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.engine.Engine;
import org.heddle.engine.GridState;
import org.heddle.engine.GridState.ConstraintRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Resources;
import org.heddle.model.VjobSpec;
import org.heddle.planner.Rule;

/**
 * What administrators ask for is kept: what runs against a constraint when it is added may do so
 * until it is mended, but nothing comes to run against it anew once what was under way has ended.
 * Looks at the processes on the simulated hosts, and shares no code with planner or engine.
 */
final class AdministratorInvariants {
  /** For each constraint, what was against it after the last step. */
  private final Map<Long, SortedSet<String>> against = new HashMap<>();

  /** The planner has had its say with it. */
  private final SortedSet<Long> settled = new TreeSet<>();

  Optional<String> check(GridState state, long now, SortedMap<MachineId, HostId> runs) {
    against.keySet().retainAll(state.rulebook().constraints().keySet());
    settled.retainAll(state.rulebook().constraints().keySet());
    boolean quiet = RuleInvariants.quiet(state, now);
    Map<String, Rule> rules = new HashMap<>();
    Engine.rules(state).forEach(rule -> rules.put(rule.words(), rule));
    for (ConstraintRecord each : state.rulebook().constraints().values()) {
      Rule rule = rules.get(each.term() + " of the administrator");
      if (rule == null) {
        continue;
      }
      SortedSet<String> broken = broken(rule, state, runs);
      SortedSet<String> fresh = new TreeSet<>(broken);
      fresh.removeAll(against.getOrDefault(each.number(), new TreeSet<>()));
      boolean unmended = quiet && !(broken.isEmpty() && keptInTheEnd(rule, runs));
      if (unmended || (settled.contains(each.number()) && !fresh.isEmpty())) {
        return Optional.of(fresh + " against " + rule.words() + ": " + runs);
      }
      against.put(each.number(), broken);
      if (quiet) {
        settled.add(each.number());
      }
    }
    return Optional.empty();
  }

  /** Each pair, machine or sum that is against a rule which no action may break. */
  private static SortedSet<String> broken(
      Rule rule, GridState state, SortedMap<MachineId, HostId> runs) {
    SortedSet<String> found = new TreeSet<>();
    switch (rule.form()) {
      case SPREAD -> pairs(singles(rule), runs, found);
      case SPLIT -> pairs(rule.machines(), runs, found);
      case LONELY -> {
        List<MachineId> others =
            runs.keySet().stream()
                .filter(each -> !rule.machines().getFirst().contains(each))
                .toList();
        pairs(List.of(rule.machines().getFirst(), others), runs, found);
      }
      case FENCE, BAN -> {
        for (MachineId machine : rule.machines().getFirst()) {
          HostId host = runs.get(machine);
          boolean named = host != null && rule.hosts().getFirst().contains(host);
          if (host != null && named == (rule.form() == Rule.Form.BAN)) {
            found.add(machine + " on " + host);
          }
        }
      }
      case CAPACITY -> {
        long sum = used(rule, state, runs);
        if (sum > rule.bound().most()) {
          found.add("too much");
        }
      }
      case QUARANTINE,
          ROOT,
          GATHER,
          AMONG,
          SPLIT_AMONG,
          HOSTS_USED,
          SEQUENCE,
          PRECEDENCE,
          SERIALIZE -> {
        // of the way or of the end, which the planner's tests hold
      }
    }
    return found;
  }

  /** Rules that hold when nothing is under way. */
  private static boolean keptInTheEnd(Rule rule, SortedMap<MachineId, HostId> runs) {
    SortedSet<HostId> hosts = new TreeSet<>();
    if (rule.form() == Rule.Form.HOSTS_USED) {
      hosts.addAll(runs.values());
      hosts.retainAll(rule.hosts().getFirst());
      return hosts.size() <= rule.bound().most();
    }
    rule.machines().stream().findFirst().orElse(List.of()).stream()
        .filter(machine -> runs.containsKey(machine))
        .forEach(machine -> hosts.add(runs.get(machine)));
    return switch (rule.form()) {
      case GATHER -> hosts.size() <= 1;
      case AMONG ->
          hosts.isEmpty() || rule.hosts().stream().anyMatch(part -> part.containsAll(hosts));
      case SPREAD,
          SPLIT,
          SPLIT_AMONG,
          FENCE,
          BAN,
          ROOT,
          LONELY,
          QUARANTINE,
          CAPACITY,
          HOSTS_USED,
          SEQUENCE,
          PRECEDENCE,
          SERIALIZE ->
          true;
    };
  }

  private static List<List<MachineId>> singles(Rule rule) {
    return rule.machines().getFirst().stream().map(List::of).toList();
  }

  private static void pairs(
      List<List<MachineId>> groups, SortedMap<MachineId, HostId> runs, SortedSet<String> found) {
    for (int g = 0; g < groups.size(); g++) {
      for (int other = g + 1; other < groups.size(); other++) {
        for (MachineId one : groups.get(g)) {
          for (MachineId two : groups.get(other)) {
            HostId host = runs.get(one);
            if (!one.equals(two) && host != null && host.equals(runs.get(two))) {
              found.add(one + " and " + two + " on " + host);
            }
          }
        }
      }
    }
  }

  private static long used(Rule rule, GridState state, SortedMap<MachineId, HostId> runs) {
    Map<MachineId, Resources> demands = new TreeMap<>();
    for (VjobRecord vjob : state.vjobs().values()) {
      for (VjobSpec.Member member : vjob.spec().members()) {
        demands.put(member.id(), member.group().demand());
      }
    }
    long sum = 0;
    for (Map.Entry<MachineId, HostId> run : runs.entrySet()) {
      boolean counts = rule.hosts().getFirst().contains(run.getValue());
      Resources demand = demands.getOrDefault(run.getKey(), Resources.NONE);
      sum += counts && demands.containsKey(run.getKey()) ? rule.bound().measure().of(demand) : 0;
    }
    return sum;
  }
}
