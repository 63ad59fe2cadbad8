package org.heddle.engine;

import static org.heddle.engine.Submission.refuse;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.engine.Engine.Standing;
import org.heddle.engine.GridState.ConstraintRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.engine.Step.Refusal;
import org.heddle.engine.Step.Why;
import org.heddle.model.ConstraintForm;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.ConstraintTerm.Argument;
import org.heddle.model.GridConstraints;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.NodeSet;
import org.heddle.model.Placement;
import org.heddle.model.Placement.Waiting;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.planner.PlanChecker;
import org.heddle.planner.Problem;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;
import org.heddle.planner.Rule;

/**
 * Constraints of administrators: taken in or refused, and what they mean for the vjobs and hosts
 * that are there. To ask again for what is there, or to take back what is gone, is no error.
 */
final class Administration {
  /** Words do not grow with the grid: longer constraints are cut in reasons. */
  private static final int SHORT = 160;

  private static final String WHOSE = " of the administrator";

  private Administration() {}

  // Asking

  static Optional<Refusal> add(Draft draft, ConstraintTerm term) {
    Optional<Refusal> wrong = senseless(draft, term);
    if (wrong.isPresent() || draft.rulebook.find(term).isPresent()) {
      return wrong;
    }
    if (draft.rulebook.constraints().size() >= GridConstraints.MOST) {
      return refuse(
          Why.CONFLICT,
          "constraint",
          "the grid has " + GridConstraints.MOST + " constraints already: take some back first");
    }
    GridState.Rulebook before = draft.rulebook;
    draft.rulebook = before.with(term, draft.now);
    Optional<Refusal> contradiction =
        term.form() == ConstraintForm.SEQUENCE
            ? Circles.ofConstraint(draft)
            : contradiction(draft, term, before);
    if (contradiction.isEmpty()) {
      draft.notice("constraint.added", name(draft.rulebook.last()), term.toString());
    }
    return contradiction;
  }

  static Optional<Refusal> remove(Draft draft, long number) {
    ConstraintRecord known = draft.rulebook.constraints().get(number);
    if (known != null) {
      draft.rulebook = draft.rulebook.without(number);
      draft.notice("constraint.removed", name(number), known.term().toString());
      return Optional.empty();
    }
    return number >= 1 && number <= draft.rulebook.last()
        ? Optional.empty()
        : refuse(Why.NOT_FOUND, "", "there is no constraint '" + name(number) + "'");
  }

  /** How people call the constraint of that number. */
  private static String name(long number) {
    return "c" + number;
  }

  private static Optional<Refusal> senseless(Draft draft, ConstraintTerm term) {
    return GridConstraints.problem(term)
        .or(() -> Binding.of(draft).problem(term))
        .or(() -> strangers(draft, term))
        .flatMap(words -> refuse(Why.INVALID, "constraint", "'" + brief(term) + "': " + words));
  }

  /** A machine that a living vjob does not have is a slip; a vjob may come later. */
  private static Optional<String> strangers(Draft draft, ConstraintTerm term) {
    for (String name : term.machines()) {
      Optional<VjobRecord> vjob =
          GridConstraints.vjob(name).flatMap(draft.vjobs::find).filter(Administration::lives);
      if (vjob.isPresent() && GridConstraints.machine(name).isPresent()) {
        List<String> has =
            vjob.get().spec().members().stream().map(member -> member.id().name()).toList();
        if (!has.contains(GridConstraints.machine(name).get())) {
          return Optional.of(
              "vjob '"
                  + vjob.get().spec().name()
                  + "' has no machine '"
                  + GridConstraints.machine(name).get()
                  + "'; it has "
                  + NodeSet.fold(has));
        }
      }
    }
    return Optional.empty();
  }

  /** A vjob that could run on the empty grid before, and now never could. */
  private static Optional<Refusal> contradiction(
      Draft draft, ConstraintTerm term, GridState.Rulebook before) {
    List<VjobSpec> concerned =
        draft.vjobs.map().values().stream()
            .filter(vjob -> lives(vjob) && vjob.wanted() != Wanted.END)
            .map(VjobRecord::spec)
            .filter(spec -> concerns(term, spec.name()))
            .toList();
    SoloTrial trial = new SoloTrial(draft);
    Optional<VjobSpec> first =
        newlyStuck(concerned.stream().filter(trial::impossible).iterator(), draft, before);
    return first.flatMap(spec ->
        refuse(
            Why.INFEASIBLE,
            "constraint",
            "with '"
                + brief(term)
                + "' vjob '"
                + spec.name()
                + "' could never run: "
                + String.join("; ", trial.conflicts(spec))
                + "; take one of them back, or cancel the vjob first"));
  }

  /** The first of the vjobs that could have run. */
  private static Optional<VjobSpec> newlyStuck(
      Iterator<VjobSpec> stuck, Draft draft, GridState.Rulebook before) {
    if (!stuck.hasNext()) {
      return Optional.empty();
    }
    GridState.Rulebook now = draft.rulebook;
    draft.rulebook = before;
    SoloTrial earlier = new SoloTrial(draft);
    draft.rulebook = now;
    while (stuck.hasNext()) {
      VjobSpec spec = stuck.next();
      if (!earlier.impossible(spec)) {
        return Optional.of(spec);
      }
    }
    return Optional.empty();
  }

  private static boolean lives(VjobRecord vjob) {
    return vjob.state() != VjobState.TERMINATED;
  }

  // Meaning

  /** All of them but ratios, which are no rules but room. */
  static List<Rule> rules(Draft draft) {
    return draft.rulebook.constraints().values().stream()
        .filter(each -> each.term().form() != ConstraintForm.OVERBOOK)
        .map(each -> rule(draft, each))
        .toList();
  }

  /** Those of one form. */
  static List<Rule> rules(Draft draft, ConstraintForm form) {
    return draft.rulebook.constraints().values().stream()
        .filter(each -> each.term().form() == form)
        .map(each -> rule(draft, each))
        .toList();
  }

  private static Rule rule(Draft draft, ConstraintRecord constraint) {
    return Binding.of(draft)
        .rule(constraint.term(), names -> machines(draft, names), brief(constraint.term()) + WHOSE);
  }

  private static String brief(ConstraintTerm term) {
    String text = term.toString();
    return text.length() <= SHORT ? text : text.substring(0, SHORT - 4) + "...)";
  }

  /** Machines of living vjobs, in the order of the names. */
  private static List<MachineId> machines(Draft draft, List<String> names) {
    Set<MachineId> machines = new LinkedHashSet<>();
    for (String name : names) {
      Optional<VjobId> vjob = GridConstraints.vjob(name);
      Optional<String> machine = GridConstraints.machine(name);
      List<VjobRecord> vjobs =
          vjob.map(id -> draft.vjobs.find(id).stream().toList()).orElseGet(draft.vjobs::values);
      vjobs.stream()
          .filter(Administration::lives)
          .flatMap(record -> record.spec().members().stream())
          .map(VjobSpec.Member::id)
          .filter(id -> machine.isEmpty() || machine.get().equals(id.name()))
          .forEach(machines::add);
    }
    return List.copyOf(machines);
  }

  private static boolean concerns(ConstraintTerm term, VjobId vjob) {
    return term.machines().isEmpty()
        || term.machines().stream()
            .map(GridConstraints::vjob)
            .anyMatch(named -> named.isEmpty() || named.get().equals(vjob));
  }

  /** Whether an administrator wants no strangers beside the machine. */
  static boolean lonely(Draft draft, MachineId machine) {
    return draft.rulebook.constraints().values().stream()
        .filter(each -> each.term().form() == ConstraintForm.LONELY)
        .flatMap(each -> each.term().machines().stream())
        .anyMatch(name -> means(name, machine));
  }

  private static boolean means(String name, MachineId machine) {
    return GridConstraints.vjob(name).filter(vjob -> !vjob.equals(machine.vjob())).isEmpty()
        && GridConstraints.machine(name).filter(short_ -> !short_.equals(machine.name())).isEmpty();
  }

  /** What a host has, times the smallest ratio for each resource, rounded down. */
  static Resources usable(Draft draft, Host host) {
    double cores = 0;
    double memory = 0;
    double disk = 0;
    for (ConstraintRecord each : draft.rulebook.constraints().values()) {
      ConstraintTerm term = each.term();
      if (term.form() == ConstraintForm.OVERBOOK
          && term.arguments().get(1) instanceof Argument.Resource(String resource)
          && term.arguments().get(2) instanceof Argument.Ratio(double ratio)
          && Binding.of(draft).hosts(term.sets(0).getFirst()).contains(host.id())) {
        switch (Binding.measure(resource)) {
          case CORES -> cores = least(cores, ratio);
          case MEMORY -> memory = least(memory, ratio);
          case DISK -> disk = least(disk, ratio);
          case MACHINES -> throw new IllegalStateException("no resource: " + term);
        }
      }
    }
    Resources has = host.capacity();
    return new Resources(
        (int) Math.min(Integer.MAX_VALUE, times(has.cores(), cores)),
        times(has.memoryMiB(), memory),
        times(has.diskMiB(), disk));
  }

  /** Whether an administrator has changed how much of any host may be used. */
  static boolean overbooks(Draft draft) {
    return draft.rulebook.constraints().values().stream()
        .anyMatch(each -> each.term().form() == ConstraintForm.OVERBOOK);
  }

  /** Whether an administrator has changed how much of the host may be used. */
  static boolean resizes(Draft draft, Host host) {
    return !usable(draft, host).equals(host.capacity());
  }

  private static double least(double known, double ratio) {
    return known == 0 ? ratio : Math.min(known, ratio);
  }

  private static long times(long amount, double ratio) {
    return ratio == 0 ? amount : Argument.Ratio.times(amount, ratio);
  }

  // How they stand

  static List<Standing> standings(Draft draft) {
    Map<Rule, Set<MachineId>> broken = PlanChecker.broken(asItIs(draft));
    return draft.rulebook.constraints().values().stream()
        .map(each -> standing(draft, each, broken))
        .toList();
  }

  /**
   * Where everything is, whatever is being done to it: a machine that is about to go is still
   * there.
   */
  private static Problem asItIs(Draft draft) {
    TreeMap<HostId, HostSlot> hosts = new TreeMap<>();
    for (GridState.HostRecord record : draft.hosts.map().values()) {
      Host host = record.host();
      hosts.put(host.id(), new HostSlot(host.site(), host.capacity(), false));
    }
    TreeMap<MachineId, MachineSlot> machines = new TreeMap<>();
    List<Wish> wishes = new ArrayList<>();
    for (VjobRecord vjob : draft.vjobs.map().values()) {
      if (lives(vjob)) {
        List<MachineId> members = vjob.spec().members().stream().map(VjobSpec.Member::id).toList();
        wishes.add(new Wish(vjob.spec().name(), members, Target.RUN));
        members.forEach(id -> machines.put(id, slot(draft, id)));
      }
    }
    return new Problem(hosts, machines, wishes, rules(draft));
  }

  private static MachineSlot slot(Draft draft, MachineId id) {
    Placement now =
        draft.stateOf(id).host().<Placement>map(Placement.Running::new).orElse(new Waiting());
    Resources demand = draft.member(id).group().demand();
    return new MachineSlot(demand, now, new TreeSet<>(), Optional.empty());
  }

  private static Standing standing(
      Draft draft, ConstraintRecord constraint, Map<Rule, Set<MachineId>> broken) {
    ConstraintTerm term = constraint.term();
    TreeSet<MachineId> machines = new TreeSet<>();
    if (term.machines().isEmpty()) {
      SortedSet<HostId> hosts = Binding.of(draft).hosts(term.sets(0).getFirst());
      hosts.forEach(host -> machines.addAll(on(draft, host)));
    } else {
      machines.addAll(machines(draft, List.copyOf(term.machines())));
    }
    TreeSet<MachineId> against = new TreeSet<>();
    if (term.form() == ConstraintForm.OVERBOOK) {
      for (HostId host : Binding.of(draft).hosts(term.sets(0).getFirst())) {
        boolean known = draft.hosts.find(host).isPresent();
        boolean fits = !known || Resources.NONE.fitsIn(Room.free(draft, host));
        against.addAll(fits ? List.of() : on(draft, host));
      }
    } else {
      against.addAll(broken.getOrDefault(rule(draft, constraint), new TreeSet<>()));
    }
    return new Standing(constraint, machines, against);
  }

  private static List<MachineId> on(Draft draft, HostId host) {
    return draft.machines.map().values().stream()
        .filter(machine -> Room.at(machine.state(), host))
        .map(GridState.MachineRecord::id)
        .toList();
  }

  // While a switch is under way

  /**
   * Why the machine may not come to the host any more: a constraint that was added after the switch
   * was planned. What was known then is kept by the plan.
   */
  static String obstacle(Draft draft, MachineId machine, HostId host) {
    if (draft.current.isEmpty()) {
      return "";
    }
    long since = draft.current.get().startedMs();
    for (ConstraintRecord each : draft.rulebook.constraints().values()) {
      if (each.addedMs() >= since && each.term().form() != ConstraintForm.OVERBOOK) {
        Rule rule = rule(draft, each);
        if (new Newcomer(draft, machine, host).breaks(rule)) {
          return host + " is ruled out by " + rule.words();
        }
      }
    }
    return "";
  }
}
