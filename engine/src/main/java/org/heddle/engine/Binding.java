package org.heddle.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.model.ConstraintForm;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.ConstraintTerm.Argument;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.NodeSet;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.planner.Rule;

/**
 * Gives the names in a vjob's constraints their meaning: machines of the vjob, hosts of the grid,
 * and sites, which stand for all of their hosts. A name that is both a host's and a site's is the
 * host's.
 */
final class Binding {
  private final Collection<Host> hosts;

  /**
   * @param hosts all that are known, on line or not
   */
  Binding(Collection<Host> hosts) {
    this.hosts = List.copyOf(hosts);
  }

  static Binding of(Draft draft) {
    return new Binding(
        draft.hosts.map().values().stream().map(GridState.HostRecord::host).toList());
  }

  List<Rule> rules(VjobSpec spec) {
    return spec.constraints().terms().stream().map(term -> rule(spec, term)).toList();
  }

  private Rule rule(VjobSpec spec, ConstraintTerm term) {
    return rule(term, names -> machines(spec, names), term.toString());
  }

  /** Who is meant by the names of machines. */
  interface Members {
    List<MachineId> of(List<String> names);
  }

  /** The meaning of a constraint; not of {@code overbook}, which is no rule but room. */
  Rule rule(ConstraintTerm term, Members members, String words) {
    List<List<MachineId>> machines = new ArrayList<>();
    List<SortedSet<HostId>> hostSets = new ArrayList<>();
    Rule.Measure measure = Rule.Measure.MACHINES;
    long most = 0;
    for (int i = 0; i < term.arguments().size(); i++) {
      switch (term.arguments().get(i)) {
        case Argument.Resource(String name) -> measure = measure(name);
        case Argument.Amount(long amount) -> most = amount;
        case Argument.Ratio _, Argument.Time _ -> {
          // no rule of the grid has one
        }
        case Argument.Names _, Argument.Groups _ -> {
          switch (term.form().kinds().get(i)) {
            case MACHINES, MACHINE_GROUPS ->
                term.sets(i).forEach(names -> machines.add(members.of(names)));
            case HOSTS, HOST_GROUPS -> term.sets(i).forEach(names -> hostSets.add(hosts(names)));
            case RESOURCE, AMOUNT, RATIO, TIME -> {
              // they are no names
            }
          }
        }
      }
    }
    if (term.form() == ConstraintForm.OFFLINE) {
      machines.add(members.of(List.of(ConstraintTerm.ALL)));
    }
    Rule.Bound bound = new Rule.Bound(measure, most);
    return new Rule(Rule.Form.of(term.form()), term.always(), machines, hostSets, bound, words);
  }

  /**
   * @throws IllegalArgumentException when hosts have no such resource
   */
  static Rule.Measure measure(String resource) {
    return switch (resource) {
      case "memory" -> Rule.Measure.MEMORY;
      case "cores" -> Rule.Measure.CORES;
      case "disk" -> Rule.Measure.DISK;
      default -> throw new IllegalArgumentException("no resource of hosts: " + resource);
    };
  }

  private static List<MachineId> machines(VjobSpec spec, List<String> names) {
    VjobId vjob = spec.name();
    Set<MachineId> machines = new LinkedHashSet<>();
    for (String name : names) {
      if (name.equals(ConstraintTerm.ALL)) {
        spec.members().forEach(member -> machines.add(member.id()));
      } else {
        machines.add(new MachineId(vjob, name));
      }
    }
    return List.copyOf(machines);
  }

  SortedSet<HostId> hosts(List<String> names) {
    TreeSet<HostId> found = new TreeSet<>();
    names.forEach(name -> found.addAll(named(name)));
    return found;
  }

  private List<HostId> named(String name) {
    List<HostId> same =
        hosts.stream().map(Host::id).filter(host -> host.value().equals(name)).toList();
    return same.isEmpty()
        ? hosts.stream()
            .filter(host -> name.equals(ConstraintTerm.ALL) || host.site().value().equals(name))
            .map(Host::id)
            .toList()
        : same;
  }

  /** A rule that lets the machine not migrate to a host, wherever the others are. */
  static Optional<Rule> against(List<Rule> rules, MachineId machine, HostId from, HostId to) {
    return rules.stream()
        .filter(rule ->
            rule.machines().isEmpty()
                || rule.machines().stream().anyMatch(group -> group.contains(machine)))
        .filter(rule ->
            rule.form() == Rule.Form.ROOT
                || rule.forbids(to)
                || (rule.form() == Rule.Form.QUARANTINE && rule.forbids(from)))
        .findFirst();
  }

  /** What is wrong with the hosts that a constraint names. */
  Optional<String> problem(ConstraintTerm term) {
    for (String name : term.hosts()) {
      if (!name.equals(ConstraintTerm.ALL) && named(name).isEmpty()) {
        return Optional.of("the grid has no host or site '" + name + "'; it has " + known());
      }
    }
    for (int i = 0; i < term.arguments().size(); i++) {
      Set<HostId> seen = new TreeSet<>();
      boolean parts = term.form().kinds().get(i) == ConstraintForm.Kind.HOST_GROUPS;
      for (List<String> names : parts ? term.sets(i) : List.<List<String>>of()) {
        for (HostId host : hosts(names)) {
          if (!seen.add(host) && term.sets(i).size() > 1) {
            return Optional.of("host '" + host + "' is in two parts; put it in one");
          }
        }
      }
    }
    return Optional.empty();
  }

  private String known() {
    SortedSet<String> sites = new TreeSet<>();
    List<String> names = new ArrayList<>();
    for (Host host : hosts) {
      sites.add(host.site().value());
      names.add(host.id().value());
    }
    return names.isEmpty()
        ? "none yet"
        : "hosts " + NodeSet.fold(names) + " and sites " + NodeSet.fold(sites);
  }
}
