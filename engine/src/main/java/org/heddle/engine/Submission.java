package org.heddle.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.engine.Step.Refusal;
import org.heddle.engine.Step.Why;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineId;
import org.heddle.model.MachineKind;
import org.heddle.model.MachineState;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.network.Addressing;
import org.heddle.planner.Alone;
import org.heddle.planner.Limits;
import org.heddle.planner.Problem;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;
import org.heddle.planner.Rule;

/** Takes a new vjob in, or says what is wrong with it. */
final class Submission {
  /** Ended vjobs beyond this number are forgotten, the oldest first. */
  static final int KEEP_ENDED = 500;

  private Submission() {}

  /** A refusal names the place of the vjob in the submission; then none is taken. */
  static Optional<Refusal> submit(Draft draft, Event.AllSubmitted event) {
    if (!event.vjobs().isEmpty()
        && event.vjobs().stream().allMatch(vjob -> cameWith(draft, vjob.spec(), event.key()))) {
      return Optional.empty();
    }
    for (int i = 0; i < event.vjobs().size(); i++) {
      Optional<Refusal> refusal = submit(draft, event.vjobs().get(i), Optional.of(event.key()));
      if (refusal.isPresent()) {
        Refusal why = refusal.get();
        String place = "vjobs[" + i + "]";
        String field = why.field().isEmpty() ? place : place + "." + why.field();
        return refuse(why.why(), field, why.message());
      }
    }
    return Optional.empty();
  }

  private static boolean cameWith(Draft draft, VjobSpec spec, String key) {
    return draft
        .vjobs
        .find(spec.name())
        .filter(known -> known.submission().equals(Optional.of(key)) && known.spec().equals(spec))
        .isPresent();
  }

  static Optional<Refusal> submit(Draft draft, Event.Submitted event, Optional<String> submission) {
    VjobSpec spec = event.spec();
    Optional<Refusal> refusal = check(draft, spec);
    if (refusal.isPresent()) {
      return refusal;
    }
    draft.vjobs.find(spec.name()).ifPresent(old -> forget(draft, old));
    forgetOldest(draft);
    int vni = Addressing.freeVni(usedNetworks(draft));
    draft.vjobs.put(
        spec.name(),
        new VjobRecord(
            spec,
            draft.nextSubmission(),
            draft.now,
            VjobState.WAITING,
            Wanted.RUN,
            "",
            false,
            0,
            0,
            vni,
            new TreeMap<>(),
            false,
            Optional.empty(),
            "",
            Optional.empty(),
            event.sshKey(),
            event.sshPublicKey(),
            Optional.empty(),
            submission));
    SortedMap<MachineId, NetworkAttachment> places = Addressing.attach(spec, vni);
    places.forEach((id, place) ->
        draft.machines.put(
            id,
            new MachineRecord(
                id,
                new MachineState.Waiting(),
                place,
                0,
                new TreeMap<>(),
                Optional.empty(),
                draft.version(),
                draft.now)));
    Optional<Refusal> circle = Circles.ofVjob(draft, spec.name());
    if (circle.isPresent()) {
      return circle;
    }
    Planning.askAnew(draft);
    draft.notice("vjob.submitted", spec.name(), places.size() + " machines for " + spec.owner());
    return Optional.empty();
  }

  private static Optional<Refusal> check(Draft draft, VjobSpec spec) {
    boolean alive =
        draft
            .vjobs
            .find(spec.name())
            .filter(known -> known.state() != VjobState.TERMINATED)
            .isPresent();
    if (alive) {
      return refuse(
          Why.INVALID,
          "name",
          "a vjob '" + spec.name() + "' is alive: choose another name or cancel it first");
    }
    if (spec.members().size() > Addressing.MAX_MACHINES) {
      return refuse(
          Why.INVALID, "machines", "use at most " + Addressing.MAX_MACHINES + " machines");
    }
    for (int i = 0; i < spec.machines().size(); i++) {
      MachineGroup group = spec.machines().get(i);
      String field = "machines[" + i + "]";
      if (group.kind() != MachineKind.VM) {
        return refuse(
            Why.INVALID,
            field + ".kind",
            "there is no driver for machines of kind "
                + group.kind().name().toLowerCase(java.util.Locale.ROOT)
                + ": use vm");
      }
      Optional<Refusal> tooBig = tooBig(draft, group.demand(), field);
      if (tooBig.isPresent()) {
        return tooBig;
      }
    }
    return constraints(draft, spec);
  }

  /** Whether the grid has what the constraints name, and whether they can be kept at all. */
  private static Optional<Refusal> constraints(Draft draft, VjobSpec spec) {
    Binding binding = Binding.of(draft);
    List<ConstraintTerm> terms = spec.constraints().terms();
    for (int i = 0; i < terms.size(); i++) {
      Optional<String> wrong = binding.problem(terms.get(i));
      if (wrong.isPresent()) {
        return refuse(
            Why.INVALID, "constraints[" + i + "]", "'" + terms.get(i) + "': " + wrong.get());
      }
    }
    List<String> conflicts =
        terms.isEmpty()
            ? List.of()
            : Alone.conflicts(emptyGrid(draft, demands(spec), binding.rules(spec)), Limits.DEFAULT);
    return conflicts.isEmpty()
        ? Optional.empty()
        : refuse(
            Why.INFEASIBLE,
            "constraints",
            "not even the empty grid could run the vjob: "
                + String.join("; ", conflicts)
                + "; change or leave out one of them");
  }

  /** What each machine needs. */
  static SortedMap<MachineId, Resources> demands(VjobSpec spec) {
    SortedMap<MachineId, Resources> demands = new TreeMap<>();
    spec.members().forEach(member -> demands.put(member.id(), member.group().demand()));
    return demands;
  }

  /**
   * Machines of one vjob alone on all hosts that are known, whether they are on line or not.
   *
   * @param demands of its machines, at least one
   */
  static Problem emptyGrid(Draft draft, SortedMap<MachineId, Resources> demands, List<Rule> rules) {
    return emptyGrid(emptyHosts(draft), demands, rules);
  }

  /** All hosts that are known, with what may be used of them. */
  static SortedMap<HostId, HostSlot> emptyHosts(Draft draft) {
    TreeMap<HostId, HostSlot> hosts = new TreeMap<>();
    for (GridState.HostRecord record : draft.hosts.map().values()) {
      Host host = record.host();
      hosts.put(host.id(), new HostSlot(host.site(), Administration.usable(draft, host), false));
    }
    return hosts;
  }

  static Problem emptyGrid(
      SortedMap<HostId, HostSlot> hosts,
      SortedMap<MachineId, Resources> demands,
      List<Rule> rules) {
    TreeMap<MachineId, MachineSlot> machines = new TreeMap<>();
    demands.forEach((id, demand) ->
        machines.put(
            id,
            new MachineSlot(demand, new Placement.Waiting(), new TreeSet<>(), Optional.empty())));
    VjobId vjob = demands.firstKey().vjob();
    Wish wish = new Wish(vjob, List.copyOf(machines.keySet()), Target.RUN);
    return new Problem(hosts, machines, List.of(wish), rules);
  }

  /** One thing that hosts have, and how people read it. */
  private record Measure(String name, String unit, ToLongFunction<Resources> of) {}

  private record Offer(HostId id, Resources usable) {}

  private static final List<Measure> MEASURES =
      List.of(
          new Measure("memory", " MiB", Resources::memoryMiB),
          new Measure("cores", " cores", Resources::cores),
          new Measure("disk", " MiB", Resources::diskMiB));

  private static Optional<Refusal> tooBig(Draft draft, Resources demand, String field) {
    List<Offer> hosts =
        draft.hosts.map().values().stream()
            .map(GridState.HostRecord::host)
            .map(host -> new Offer(host.id(), Administration.usable(draft, host)))
            .toList();
    if (hosts.isEmpty()) {
      return Optional.empty();
    }
    for (Measure measure : MEASURES) {
      Offer largest =
          hosts.stream()
              .max(
                  Comparator.comparingLong((Offer host) -> measure.of().applyAsLong(host.usable()))
                      .thenComparing(Offer::id, Comparator.reverseOrder()))
              .orElseThrow();
      long has = measure.of().applyAsLong(largest.usable());
      long wants = measure.of().applyAsLong(demand);
      if (wants > has) {
        return refuse(
            Why.INFEASIBLE,
            field + "." + measure.name(),
            "a machine wants %d%s of %s, the largest host (%s) has %d%s: ask for less"
                .formatted(wants, measure.unit(), measure.name(), largest.id(), has, measure.unit())
                .replace(" cores of cores", " cores"));
      }
    }
    boolean fits = hosts.stream().anyMatch(host -> demand.fitsIn(host.usable()));
    return fits
        ? Optional.empty()
        : refuse(
            Why.INFEASIBLE,
            field,
            "no host has the machine's cores, memory and disk together: ask for less");
  }

  static Optional<Refusal> refuse(Why why, String field, String message) {
    return Optional.of(new Refusal(why, field, message));
  }

  private static SortedSet<Integer> usedNetworks(Draft draft) {
    TreeSet<Integer> used = new TreeSet<>();
    draft.vjobs.map().values().stream()
        .filter(vjob -> vjob.state() != VjobState.TERMINATED)
        .forEach(vjob -> used.add(vjob.vni()));
    return used;
  }

  private static void forget(Draft draft, VjobRecord vjob) {
    VjobId id = vjob.spec().name();
    vjob.spec().members().forEach(member -> draft.machines.remove(member.id()));
    draft.vjobs.remove(id);
  }

  private static void forgetOldest(Draft draft) {
    List<VjobRecord> ended =
        new ArrayList<>(
            draft.vjobs.map().values().stream()
                .filter(vjob -> vjob.state() == VjobState.TERMINATED)
                .sorted(Comparator.comparingLong(VjobRecord::sequence))
                .toList());
    while (ended.size() > KEEP_ENDED) {
      forget(draft, ended.removeFirst());
    }
  }
}
