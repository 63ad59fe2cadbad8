package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.heddle.dist.plan.ActionFields.Event;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;
import org.heddle.planner.instance.Violation;

/**
 * The actions of a BtrPlace plan as actions of ours: allocations of several resources of a machine
 * become one that lasts from the start of the first to the end of the last, which is never less
 * than they use, and a machine that is forged, booted and takes the place of another one is that
 * one, relaunched.
 */
final class BtrPlaceActions {
  private static final long SECOND = 1000;

  private final LoadedInstance loaded;
  private final JsonInput in;
  private final List<ActionFields> read = new ArrayList<>();

  BtrPlaceActions(LoadedInstance loaded, JsonInput in) {
    this.loaded = loaded;
    this.in = in;
  }

  void add(ActionFields fields) {
    read.add(fields);
  }

  List<TimedAction> actions() {
    Map<Integer, ActionFields> successors = new HashMap<>();
    Set<Integer> forged = new HashSet<>();
    for (ActionFields fields : read) {
      for (Event event : fields.events) {
        if (event.id.equals("substitutedVM")) {
          successors.put(event.vm, fields);
          forged.add(event.newVm);
        }
      }
    }
    List<TimedAction> actions = new ArrayList<>();
    Map<Integer, ActionFields> allocated = new HashMap<>();
    for (ActionFields fields : read) {
      if (fields.btrPlaceId.equals("allocate")) {
        ActionFields first = allocated.putIfAbsent(fields.vm, fields);
        if (first != null) {
          join(first, fields);
        }
      }
    }
    for (ActionFields fields : read) {
      boolean once = !fields.btrPlaceId.equals("allocate") || allocated.get(fields.vm) == fields;
      if (once && !forged.contains(fields.vm)) {
        actions.add(action(fields, successors));
      }
    }
    return actions;
  }

  /** What grows is taken with the first of them, what shrinks is given back with the last. */
  private void join(ActionFields all, ActionFields one) {
    if (all.node != one.node) {
      throw in.wrong(
          "VM " + one.vm + " has allocations on two nodes", "allocate where it runs in the end");
    }
    all.start = Math.min(all.start, one.start);
    all.end = Math.max(all.end, one.end);
  }

  private TimedAction action(ActionFields f, Map<Integer, ActionFields> successors) {
    ActionFields boot = successors.get(f.vm);
    return switch (f.btrPlaceId) {
      case "migrateVM" -> timed(Kind.MIGRATE, f, host(f.from), host(f.to));
      case "suspendVM" -> timed(Kind.SUSPEND, f, host(f.from), host(f.to));
      case "resumeVM" -> timed(Kind.RESUME, f, host(f.from), host(f.to));
      case "bootVM" -> timed(Kind.BOOT, f, -1, host(f.node >= 0 ? f.node : f.to));
      case "shutdownVM" -> {
        if (boot == null) {
          yield timed(Kind.SHUTDOWN, f, host(f.node), -1);
        }
        yield new TimedAction(
            Kind.RELAUNCH,
            machine(f.vm),
            host(f.node),
            host(boot.node >= 0 ? boot.node : boot.to),
            boot.start * SECOND,
            f.end * SECOND,
            Indices.NONE);
      }
      case "killVM" -> timed(Kind.KILL, f, nowhere(f) ? -1 : host(f.node), -1);
      case "allocate" -> timed(Kind.ALLOCATE, f, host(f.node), host(f.node));
      case "bootNode" -> timed(Kind.BOOT_HOST, f, -1, host(f.node));
      case "shutdownNode" -> timed(Kind.SHUTDOWN_HOST, f, host(f.node), -1);
      default ->
          throw in.wrong(
              "'" + f.btrPlaceId + "' is no action that is understood",
              "use migrateVM, bootVM, shutdownVM, suspendVM, resumeVM, killVM, allocate, bootNode"
                  + " or shutdownNode");
    };
  }

  /** BtrPlace's JSON names a node for every machine that is killed, also when it is on none. */
  private boolean nowhere(ActionFields f) {
    return f.node < 0 || loaded.instance().state(machine(f.vm)) == MachineState.READY;
  }

  private TimedAction timed(Kind kind, ActionFields f, int from, int to) {
    int machine = kind.ofHost() ? -1 : machine(f.vm);
    return new TimedAction(kind, machine, from, to, f.start * SECOND, f.end * SECOND, Indices.NONE);
  }

  private int machine(int number) {
    int machine = loaded.numbering().machine(number);
    if (machine < 0) {
      throw in.wrong("the instance has no VM " + number, "check it against its own instance");
    }
    return machine;
  }

  private int host(int number) {
    int host = loaded.numbering().host(number);
    if (host < 0) {
      throw in.wrong("the instance has no node " + number, "check it against its own instance");
    }
    return host;
  }

  /** Machines that run in the end with less than they shall have, by what is allocated to them. */
  List<Violation> violations() {
    Instance instance = loaded.instance();
    List<Violation> violations = new ArrayList<>();
    given((m, r, has) -> {
      if (has < instance.next(m, r)) {
        violations.add(
            new Violation(
                "demand",
                instance.machineName(m)
                    + " is given "
                    + has
                    + " "
                    + instance.resourceName(r)
                    + " and shall have "
                    + instance.next(m, r)));
      }
    });
    return violations;
  }

  /**
   * The instance as the plan makes it: preserve asks for an amount at least, so to give a machine
   * more is right, but what it is given is what it uses.
   */
  Instance instance() {
    Instance instance = loaded.instance();
    List<Constraint> more = new ArrayList<>(instance.constraints());
    given((m, r, has) -> {
      if (has > instance.next(m, r)) {
        more.add(new Constraint.Preserve(Indices.of(m), r, has));
      }
    });
    return more.size() == instance.constraints().size()
        ? instance
        : instance.toBuilder().only(more).build();
  }

  /** Hears of what a machine is given of a resource. */
  private interface Gift {
    void given(int machine, int resource, long amount);
  }

  /** What machines that run in the end have then, by what is allocated to them. */
  private void given(Gift each) {
    Instance instance = loaded.instance();
    Map<String, Long> given = new HashMap<>();
    for (ActionFields fields : read) {
      for (Event event : fields.events) {
        if (!event.rc.isEmpty()) {
          given.put((event.vm < 0 ? fields.vm : event.vm) + " " + event.rc, event.amount);
        }
      }
    }
    for (int m = 0; m < instance.machines() && !read.isEmpty(); m++) {
      for (int r = 0; r < instance.resources(); r++) {
        String key = loaded.numbering().machineNumber(m) + " " + instance.resourceName(r);
        if (instance.wanted(m) == MachineState.RUNNING) {
          each.given(m, r, given.getOrDefault(key, instance.present(m, r)));
        }
      }
    }
  }
}
