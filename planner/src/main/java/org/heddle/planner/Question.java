package org.heddle.planner;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
  private final List<KeptOut> keptOut = new ArrayList<>();
  private final Instance instance;

  /** Machines that may not come to hosts; one that runs there may stay. */
  private record KeptOut(Set<Integer> machines, Set<Integer> hosts, String words) {}

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

  /**
   * Why a machine may not come to a host, although it may stay if it runs there: empty words when
   * no rule is to blame.
   */
  Optional<String> keptOut(int machine, int host) {
    return keptOut.stream()
        .filter(each -> each.machines().contains(machine) && each.hosts().contains(host))
        .map(KeptOut::words)
        .findFirst();
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
    keepOut(all, closed, "");
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
  private void keepOut(List<Integer> machines, Collection<Integer> hosts, String because) {
    if (machines.isEmpty() || hosts.isEmpty()) {
      return;
    }
    Set<Integer> set = new TreeSet<>(hosts);
    keptOut.add(new KeptOut(new TreeSet<>(machines), set, because));
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
      keepOut(List.of(p), numbers(part.slot().banned()), "");
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
    List<Indices> hosts = rule.hosts().stream().map(set -> indices(numbers(set))).toList();
    boolean nobody = !machines.isEmpty() && machines.stream().allMatch(Indices::isEmpty);
    boolean nowhere = rule.machines().isEmpty() && hosts.getFirst().isEmpty();
    if (nobody || nowhere) {
      return;
    }
    words.put(constraints.size(), rule.words());
    constraints.add(
        switch (rule.form()) {
          case SPREAD -> new Constraint.Spread(machines.getFirst(), true);
          case GATHER -> gather(machines.getFirst(), rule.always());
          case AMONG -> new Constraint.Among(machines.getFirst(), hosts, rule.always());
          case SPLIT_AMONG -> new Constraint.SplitAmong(machines, hosts, rule.always());
          case SPLIT -> new Constraint.Split(machines, true);
          case FENCE -> new Constraint.Fence(machines.getFirst(), hosts.getFirst(), true);
          case BAN -> new Constraint.Ban(machines.getFirst(), hosts.getFirst(), true);
          case ROOT -> new Constraint.Root(machines.getFirst());
          case LONELY -> new Constraint.Lonely(machines.getFirst(), true);
          case QUARANTINE -> new Constraint.Quarantine(hosts.getFirst());
          case CAPACITY -> capacity(rule.bound(), hosts.getFirst());
          case HOSTS_USED -> hostsUsed(rule.bound().most(), hosts.getFirst());
          case SEQUENCE -> new Constraint.Sequence(changing(rule.machines().getFirst()));
          case PRECEDENCE ->
              new Constraint.Precedence(
                  going(rule.machines().getFirst()), going(rule.machines().getLast()));
          case SERIALIZE -> new Constraint.Serialize(going(rule.machines().getFirst()));
        });
    if (rule.form() == Rule.Form.LONELY) {
      aloneIn(machines.getFirst(), rule.words());
    }
    Surroundings around = new Surroundings(floor, rule);
    for (int g = 0; g < machines.size(); g++) {
      keepOut(staying(machines.get(g)), around.shut(g), rule.words());
    }
  }

  /** Machines of several vjobs are no unit: each vjob is admitted or refused by itself. */
  private Constraint gather(Indices machines, boolean always) {
    long vjobs = machines.stream().mapToObj(p -> parts.get(p).vjob().id()).distinct().count();
    if (vjobs <= 1) {
      return new Constraint.Gather(machines, always);
    }
    List<Indices> single = new ArrayList<>();
    for (int h = 0; h < floor.size(); h++) {
      single.add(Indices.of(h));
    }
    return new Constraint.Among(machines, single, always);
  }

  private Constraint capacity(Rule.Bound bound, Indices hosts) {
    long left = bound.most();
    for (Floor.Other other : floor.others()) {
      left -= hosts.contains(other.host()) ? bound.measure().of(other.demand()) : 0;
    }
    long most = Math.max(0, left);
    return switch (bound.measure()) {
      case MACHINES -> new Constraint.RunningCapacity(hosts, most, true);
      case MEMORY -> new Constraint.ResourceCapacity(hosts, Floor.MEMORY, most, true);
      case CORES -> new Constraint.ResourceCapacity(hosts, Floor.CORES, most, true);
      case DISK -> new Constraint.ResourceCapacity(hosts, Floor.DISK, most, true);
    };
  }

  /** Where others are, a host is in use anyway. */
  private Constraint hostsUsed(long most, Indices hosts) {
    Set<Integer> used = new TreeSet<>();
    floor.others().stream().map(Floor.Other::host).filter(hosts::contains).forEach(used::add);
    List<Integer> free = hosts.stream().boxed().filter(h -> !used.contains(h)).toList();
    return new Constraint.MaxOnline(indices(free), Math.max(0, most - used.size()), false);
  }

  /** Lonely machines come to no host where others are that the instance does not know. */
  private void aloneIn(Indices machines, String because) {
    List<Integer> crowded = new ArrayList<>();
    for (int h = 0; h < floor.size(); h++) {
      if (floor.company(h)) {
        crowded.add(h);
      }
    }
    keepOut(staying(machines), crowded, because);
  }

  private List<Integer> staying(Indices machines) {
    return machines.stream().boxed().filter(p -> parts.get(p).shallRun()).toList();
  }

  private Indices known(List<MachineId> machines) {
    return indices(inOrder(machines, _ -> true).stream().sorted().toList());
  }

  /** Whose start, end or migration the plan may have: suspends and resumes are of whole vjobs. */
  private Indices changing(List<MachineId> machines) {
    return indices(
        inOrder(
            machines,
            part ->
                part.state() != MachineState.SLEEPING && part.wanted() != MachineState.SLEEPING));
  }

  private Indices going(List<MachineId> machines) {
    return indices(
        inOrder(machines, part -> part.state() == MachineState.RUNNING && part.shallRun()));
  }

  private List<Integer> inOrder(List<MachineId> machines, Choice choice) {
    return machines.stream()
        .flatMap(id -> numbers.getOrDefault(id, List.of()).stream())
        .filter(p -> choice.of(parts.get(p)))
        .toList();
  }
}
