package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.List;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Members;

/** Some hosts of an instance, their machines and constraints, as an instance of its own. */
final class Section {
  private final Instance part;
  private final int[] hosts;
  private final int[] machines;

  private Section(Instance part, int[] hosts, int[] machines) {
    this.part = part;
    this.hosts = hosts;
    this.machines = machines;
  }

  Instance part() {
    return part;
  }

  /** The host's number in the whole. */
  int host(int inPart) {
    return hosts[inPart];
  }

  /** The machine's number in the whole. */
  int machine(int inPart) {
    return machines[inPart];
  }

  /**
   * One section for each territory.
   *
   * @param territory by host
   * @param territoryOf by machine
   */
  static List<Section> of(Instance whole, int[] territory, int[] territoryOf, int count) {
    List<List<Integer>> hosts = lists(count);
    List<List<Integer>> machines = lists(count);
    int[] hostIn = new int[whole.hosts()];
    int[] machineIn = new int[whole.machines()];
    for (int h = 0; h < territory.length; h++) {
      hostIn[h] = hosts.get(territory[h]).size();
      hosts.get(territory[h]).add(h);
    }
    for (int m = 0; m < territoryOf.length; m++) {
      int t = territoryOf[m];
      machineIn[m] = machines.get(t).size();
      machines.get(t).add(m);
    }
    List<List<Constraint>> constraints = lists(count);
    for (Constraint constraint : whole.constraints()) {
      spread(constraint, territory, territoryOf, hostIn, machineIn, constraints);
    }
    List<Section> sections = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      int[] partHosts = hosts.get(t).stream().mapToInt(h -> h).toArray();
      int[] partMachines = machines.get(t).stream().mapToInt(m -> m).toArray();
      Instance part = build(whole, partHosts, partMachines, hostIn, constraints.get(t));
      sections.add(new Section(part, partHosts, partMachines));
    }
    return sections;
  }

  private static <T> List<List<T>> lists(int count) {
    List<List<T>> lists = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }

  /** Gives each section the constraint with what it has of the machines and hosts. */
  private static void spread(
      Constraint constraint,
      int[] territory,
      int[] territoryOf,
      int[] hostIn,
      int[] machineIn,
      List<List<Constraint>> into) {
    boolean[] touched = new boolean[into.size()];
    Members.map(
        constraint,
        machines -> {
          machines.stream().forEach(m -> touched[territoryOf[m]] = true);
          return machines;
        },
        hosts -> hosts);
    boolean ofMachines = any(touched);
    if (!ofMachines) {
      Members.map(
          constraint,
          machines -> machines,
          hosts -> {
            hosts.stream().forEach(h -> touched[territory[h]] = true);
            return hosts;
          });
    }
    for (int t = 0; t < touched.length; t++) {
      if (touched[t]) {
        int here = t;
        into.get(t)
            .add(
                Members.map(
                    constraint,
                    machines -> only(machines, territoryOf, machineIn, here),
                    hosts -> only(hosts, territory, hostIn, here)));
      }
    }
  }

  private static boolean any(boolean[] flags) {
    for (boolean flag : flags) {
      if (flag) {
        return true;
      }
    }
    return false;
  }

  private static Indices only(Indices all, int[] territoryOf, int[] in, int here) {
    return Indices.of(all.stream().filter(i -> territoryOf[i] == here).map(i -> in[i]).toArray());
  }

  private static Instance build(
      Instance whole, int[] hosts, int[] machines, int[] hostIn, List<Constraint> constraints) {
    InstanceBuilder builder = new InstanceBuilder();
    for (int r = 0; r < whole.resources(); r++) {
      builder.resource(whole.resourceName(r));
    }
    builder.memoryResource(whole.memoryResource());
    for (int h : hosts) {
      int number = builder.host(whole.hostName(h));
      builder.online(number, whole.online(h));
      for (int r = 0; r < whole.resources(); r++) {
        builder.capacity(number, r, whole.capacity(h, r));
      }
    }
    for (int m : machines) {
      machine(whole, m, builder, hostIn);
    }
    return builder.constraints(constraints).build();
  }

  private static void machine(Instance whole, int m, InstanceBuilder builder, int[] hostIn) {
    int number = builder.machine(whole.machineName(m));
    if (whole.state(m) == MachineState.RUNNING) {
      builder.running(number, hostIn[whole.host(m)]);
    } else if (whole.state(m) == MachineState.SLEEPING) {
      builder.sleeping(number, hostIn[whole.host(m)]);
    } else {
      builder.ready(number);
    }
    builder.stateless(number, whole.stateless(m));
    for (int r = 0; r < whole.resources(); r++) {
      builder.demand(number, r, whole.present(m, r));
    }
    for (Attribute attribute : new Attribute[] {Attribute.MIGRATE, Attribute.RESUME}) {
      double value = whole.attribute(m, attribute);
      if (!Double.isNaN(value)) {
        builder.attribute(number, attribute, value);
      }
    }
  }
}
