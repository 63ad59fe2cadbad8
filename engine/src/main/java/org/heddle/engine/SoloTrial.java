package org.heddle.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.planner.Alone;
import org.heddle.planner.Limits;
import org.heddle.planner.Problem;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Rule;

/**
 * Whether vjobs could run, each alone on the empty grid, under the constraints that there are.
 * Vjobs that differ in names only are tried once: what they ask and what is asked of them is the
 * same. It goes on with the draft's hosts and constraints as they were when it was made.
 */
final class SoloTrial {
  /** Stands for the vjob in what vjobs have in common. */
  private static final VjobId ANY = new VjobId("any");

  private final Binding binding;
  private final SortedMap<HostId, HostSlot> hosts;
  private final List<Rule> rules;

  /** By rule: what it asks of each vjob, machines of {@link #ANY}; none where it names none. */
  private final List<Map<VjobId, Rule>> shares;

  private final Map<Shape, Boolean> known = new HashMap<>();
  private int searched;

  /** All that decides whether a vjob could run, but for its name. */
  private record Shape(SortedMap<MachineId, Resources> demands, List<Rule> rules) {}

  SoloTrial(Draft draft) {
    binding = Binding.of(draft);
    hosts = Submission.emptyHosts(draft);
    // quarantine passes: it is no reason why a vjob could never run
    rules =
        Administration.rules(draft).stream()
            .filter(rule -> rule.form() != Rule.Form.QUARANTINE)
            .toList();
    shares = rules.stream().map(SoloTrial::shares).toList();
  }

  private static Map<VjobId, Rule> shares(Rule rule) {
    Map<VjobId, List<List<MachineId>>> machines = new HashMap<>();
    for (int g = 0; g < rule.machines().size(); g++) {
      for (MachineId machine : rule.machines().get(g)) {
        machines
            .computeIfAbsent(machine.vjob(), _ -> empty(rule.machines().size()))
            .get(g)
            .add(any(machine));
      }
    }
    Map<VjobId, Rule> shares = new HashMap<>();
    machines.forEach((vjob, groups) -> shares.put(vjob, rule.withMachines(groups)));
    return shares;
  }

  private static List<List<MachineId>> empty(int groups) {
    List<List<MachineId>> lists = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }

  private static MachineId any(MachineId machine) {
    return new MachineId(ANY, machine.name());
  }

  private static Rule any(Rule rule) {
    return rule.withMachines(
        rule.machines().stream()
            .map(group -> group.stream().map(machine -> any(machine)).toList())
            .toList());
  }

  boolean impossible(VjobSpec spec) {
    return known.computeIfAbsent(shape(spec), this::impossible);
  }

  private boolean impossible(Shape shape) {
    Problem alone = Submission.emptyGrid(hosts, shape.demands(), shape.rules());
    if (Alone.fits(alone)) {
      return false;
    }
    searched++;
    return !Alone.conflicts(alone, Limits.DEFAULT).isEmpty();
  }

  /** How many vjobs had to be tried so far. */
  int tried() {
    return known.size();
  }

  /** For how many of these a search was needed. */
  int searched() {
    return searched;
  }

  /** Why it could not: demands and constraints that cannot be kept together, in words. */
  List<String> conflicts(VjobSpec spec) {
    List<Rule> all = new ArrayList<>(binding.rules(spec));
    all.addAll(rules);
    return Alone.conflicts(
        Submission.emptyGrid(hosts, Submission.demands(spec), all), Limits.DEFAULT);
  }

  private Shape shape(VjobSpec spec) {
    TreeMap<MachineId, Resources> demands = new TreeMap<>();
    spec.members().forEach(member -> demands.put(any(member.id()), member.group().demand()));
    List<Rule> all = new ArrayList<>();
    binding.rules(spec).forEach(rule -> all.add(any(rule)));
    for (int r = 0; r < shares.size(); r++) {
      Rule share =
          rules.get(r).machines().isEmpty() ? rules.get(r) : shares.get(r).get(spec.name());
      if (share != null) {
        all.add(share);
      }
    }
    return new Shape(demands, List.copyOf(all));
  }
}
