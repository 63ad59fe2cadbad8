package org.heddle.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.MachineState;

/**
 * The grid's problem, or a part of it, as an instance: drained, failed and asked-for hosts become
 * bans and fences. Hosts have the floor's numbers, machines those of their parts.
 */
final class Question {
  private final Floor floor;
  private final List<Part> parts;
  private final InstanceBuilder builder = new InstanceBuilder();
  private final List<Constraint> constraints = new ArrayList<>();
  private final Map<Integer, String> words = new HashMap<>();
  private final Map<MachineId, List<Integer>> numbers = new HashMap<>();
  private final Instance instance;

  /**
   * @param rules of the problem; those that name none of the parts are passed over
   */
  Question(Floor floor, List<Part> parts, List<Rule> rules) {
    this.floor = floor;
    this.parts = List.copyOf(parts);
    builder.resource("memory");
    builder.resource("cores");
    builder.resource("disk");
    for (int h = 0; h < floor.size(); h++) {
      builder.host(floor.id(h).value());
      for (int d = 0; d < Floor.DIMENSIONS; d++) {
        builder.capacity(h, d, floor.room(h, d));
      }
    }
    parts.forEach(this::machine);
    vjobs();
    states();
    hosts();
    for (int p = 0; p < parts.size(); p++) {
      single(p);
    }
    rules.forEach(this::rule);
    this.instance = builder.constraints(constraints).build();
  }

  Instance instance() {
    return instance;
  }

  Part part(int machine) {
    return parts.get(machine);
  }

  /** The rule that a constraint stands for, as somebody wrote it. */
  Optional<String> rule(int constraint) {
    return Optional.ofNullable(words.get(constraint));
  }

  private void machine(Part part) {
    int number = builder.machine(part.name());
    numbers.computeIfAbsent(part.vjob().machine(part.index()), _ -> new ArrayList<>(1)).add(number);
    long[] demand = Floor.amounts(part.slot().demand());
    for (int d = 0; d < Floor.DIMENSIONS; d++) {
      builder.demand(number, d, demand[d]);
    }
    switch (part.state()) {
      case RUNNING -> builder.running(number, part.host(floor));
      case SLEEPING -> builder.sleeping(number, part.host(floor));
      case READY, KILLED -> builder.ready(number);
    }
  }

  private void vjobs() {
    Map<String, List<Integer>> whole = new LinkedHashMap<>();
    for (int p = 0; p < parts.size(); p++) {
      String name = parts.get(p).vjob().id().value();
      whole.computeIfAbsent(name, _ -> new ArrayList<>()).add(p);
    }
    whole.forEach((name, members) -> builder.vjob(name, indices(members)));
  }

  private void states() {
    Map<MachineState, List<Integer>> wanted = new TreeMap<>();
    for (int p = 0; p < parts.size(); p++) {
      wanted.computeIfAbsent(parts.get(p).wanted(), _ -> new ArrayList<>()).add(p);
    }
    wanted.forEach(
        (state, members) -> constraints.add(new Constraint.InState(indices(members), state)));
  }

  /** Nothing shall be on drained hosts; nothing more may come to closed ones. */
  private void hosts() {
    List<Integer> all = running(_ -> true);
    List<Integer> drained = floor.drained();
    if (!drained.isEmpty()) {
      ban(all, drained);
    }
    List<Integer> closed = new ArrayList<>();
    for (int h = 0; h < floor.size(); h++) {
      if (floor.closed(h)) {
        closed.add(h);
      }
    }
    keepOut(all, closed);
  }

  private interface Choice {
    boolean of(Part part);
  }

  private List<Integer> running(Choice choice) {
    List<Integer> chosen = new ArrayList<>();
    for (int p = 0; p < parts.size(); p++) {
      if (parts.get(p).shallRun() && choice.of(parts.get(p))) {
        chosen.add(p);
      }
    }
    return chosen;
  }

  /** None of the machines comes to these hosts; one that runs there may stay. */
  private void keepOut(List<Integer> machines, List<Integer> hosts) {
    Set<Integer> set = new HashSet<>(hosts);
    Map<Integer, List<Integer>> byHost = new TreeMap<>();
    for (int p : machines) {
      boolean there =
          parts.get(p).state() == MachineState.RUNNING && set.contains(parts.get(p).host(floor));
      byHost.computeIfAbsent(there ? parts.get(p).host(floor) : -1, _ -> new ArrayList<>()).add(p);
    }
    byHost.forEach(
        (here, members) -> ban(members, hosts.stream().filter(h -> !h.equals(here)).toList()));
  }

  private void ban(List<Integer> machines, List<Integer> hosts) {
    if (!machines.isEmpty() && !hosts.isEmpty()) {
      constraints.add(new Constraint.Ban(indices(machines), indices(hosts), true));
    }
  }

  /** Hosts on which a machine failed lately, and the one that somebody asked for. */
  private void single(int p) {
    Part part = parts.get(p);
    if (!part.shallRun()) {
      return;
    }
    if (!part.slot().banned().isEmpty()) {
      keepOut(List.of(p), numbers(part.slot().banned()));
    }
    part.slot()
        .pinned()
        .ifPresent(host ->
            constraints.add(
                new Constraint.Fence(
                    Indices.of(p), indices(numbers(new TreeSet<>(List.of(host)))), true)));
  }

  private List<Integer> numbers(SortedSet<HostId> hosts) {
    return hosts.stream().map(floor::indexOf).filter(h -> h >= 0).toList();
  }

  private static Indices indices(List<Integer> numbers) {
    return Indices.of(numbers.stream().mapToInt(Integer::intValue).toArray());
  }

  // Rules

  private void rule(Rule rule) {
    List<Indices> machines = rule.machines().stream().map(this::known).toList();
    if (machines.stream().allMatch(Indices::isEmpty)) {
      return;
    }
    List<Indices> hosts = rule.hosts().stream().map(set -> indices(numbers(set))).toList();
    words.put(constraints.size(), rule.words());
    constraints.add(
        switch (rule.form()) {
          case SPREAD -> new Constraint.Spread(machines.getFirst(), true);
          case GATHER -> new Constraint.Gather(machines.getFirst(), rule.always());
          case AMONG -> new Constraint.Among(machines.getFirst(), hosts, rule.always());
          case SPLIT_AMONG -> new Constraint.SplitAmong(machines, hosts, rule.always());
          case SPLIT -> new Constraint.Split(machines, true);
          case FENCE -> new Constraint.Fence(machines.getFirst(), hosts.getFirst(), true);
          case BAN -> new Constraint.Ban(machines.getFirst(), hosts.getFirst(), true);
          case ROOT -> new Constraint.Root(machines.getFirst());
          case LONELY -> new Constraint.Lonely(machines.getFirst(), true);
        });
    if (rule.form() == Rule.Form.LONELY) {
      aloneIn(machines.getFirst());
    }
  }

  /** Lonely machines come to no host where others are that the instance does not know. */
  private void aloneIn(Indices machines) {
    List<Integer> crowded = new ArrayList<>();
    for (int h = 0; h < floor.size(); h++) {
      if (floor.company(h)) {
        crowded.add(h);
      }
    }
    keepOut(machines.stream().boxed().filter(p -> parts.get(p).shallRun()).toList(), crowded);
  }

  private Indices known(List<MachineId> machines) {
    return indices(
        machines.stream()
            .flatMap(id -> numbers.getOrDefault(id, List.of()).stream())
            .sorted(Comparator.naturalOrder())
            .toList());
  }
}
