package org.heddle.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.planner.Problem;
import org.heddle.planner.Problem.Bystander;
import org.heddle.planner.Problem.Company;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Wish;
import org.heddle.planner.Rule;

/**
 * Makes the planner's problem of the grid's state: vjobs that are being changed are left out, and
 * what they use is taken off their hosts.
 */
final class ProblemMaker {
  private final Policy policy;

  ProblemMaker(Policy policy) {
    this.policy = policy;
  }

  /** All that the policy wants, as it is now. */
  Problem problem(Draft draft) {
    GridState state = draft.peek();
    List<Wish> wishes =
        policy.wishes(state, draft.now).stream()
            .filter(wish -> !Lifecycle.frozen(draft, draft.vjobs.get(wish.vjob())))
            .toList();
    TreeMap<MachineId, MachineSlot> machines = new TreeMap<>();
    for (Wish wish : wishes) {
      for (MachineId machine : wish.machines()) {
        machines.put(machine, slot(draft, draft.machines.get(machine)));
      }
    }
    TreeMap<HostId, HostSlot> hosts = new TreeMap<>();
    for (HostRecord host : draft.hosts.map().values()) {
      if (host.online()) {
        HostId id = host.host().id();
        hosts.put(
            id,
            new HostSlot(
                host.host().site(),
                capacity(draft, host, machines),
                host.drained(),
                company(draft, id, machines)));
      }
    }
    return new Problem(
        hosts, machines, wishes, rules(draft, wishes), bystanders(draft, hosts.keySet(), machines));
  }

  private static List<Rule> rules(Draft draft, List<Wish> wishes) {
    Binding binding = Binding.of(draft);
    List<Rule> rules = new ArrayList<>(Administration.rules(draft));
    for (Wish wish : wishes) {
      rules.addAll(binding.rules(draft.vjobs.get(wish.vjob()).spec()));
    }
    return rules;
  }

  /** All rules that speak of a vjob. */
  static List<Rule> rulesOf(Draft draft, VjobId vjob) {
    List<Rule> rules = new ArrayList<>(Administration.rules(draft));
    rules.addAll(Binding.of(draft).rules(draft.vjobs.get(vjob).spec()));
    return rules;
  }

  /** Where machines are, or may be, whom the planner has no say about. */
  private static List<Bystander> bystanders(
      Draft draft, Set<HostId> hosts, Map<MachineId, MachineSlot> machines) {
    List<Bystander> bystanders = new ArrayList<>();
    if (draft.rulebook.constraints().isEmpty()) {
      return bystanders;
    }
    for (MachineRecord machine : draft.machines.map().values()) {
      if (!machines.containsKey(machine.id())) {
        for (HostId host : hosts) {
          if (Room.uses(draft, machine, host)) {
            Resources demand = draft.member(machine.id()).group().demand();
            bystanders.add(new Bystander(machine.id(), demand, host));
          }
        }
      }
    }
    return bystanders;
  }

  /** Who else is on the host, whom the planner has no say about. */
  private static Company company(Draft draft, HostId host, Map<MachineId, MachineSlot> machines) {
    Company company = Company.NONE;
    for (MachineRecord machine : draft.machines.map().values()) {
      if (!machines.containsKey(machine.id()) && Room.uses(draft, machine, host)) {
        VjobSpec spec = draft.vjobs.get(machine.id().vjob()).spec();
        if (Room.lonely(spec, machine.id()) || Administration.lonely(draft, machine.id())) {
          return Company.LONELY;
        }
        company = Company.SOME;
      }
    }
    return company;
  }

  /** What the machines of the problem may use: not what others use that are being changed. */
  private static Resources capacity(
      Draft draft, HostRecord host, Map<MachineId, MachineSlot> machines) {
    HostId id = host.host().id();
    if (Room.blocked(draft, id)) {
      return Room.used(draft, id, machine -> machines.containsKey(machine.id()));
    }
    Resources others = Room.used(draft, id, machine -> !machines.containsKey(machine.id()));
    return Room.capacity(draft, host).minus(others);
  }

  private static MachineSlot slot(Draft draft, MachineRecord machine) {
    return new MachineSlot(
        draft.member(machine.id()).group().demand(),
        placement(machine),
        GridState.active(machine.banned(), draft.now),
        machine.pinned());
  }

  private static Placement placement(MachineRecord machine) {
    return switch (machine.state()) {
      case MachineState.Waiting _ -> new Placement.Waiting();
      case MachineState.Running running -> new Placement.Running(running.on());
      case MachineState.Sleeping sleeping -> new Placement.Sleeping(sleeping.saved().host());
      case MachineState.Terminated _ -> new Placement.Terminated();
      case MachineState.Booting _,
          MachineState.Migrating _,
          MachineState.Pausing _,
          MachineState.Paused _,
          MachineState.Saving _,
          MachineState.Restoring _,
          MachineState.Restored _,
          MachineState.Continuing _,
          MachineState.Stopping _ ->
          throw new IllegalStateException("frozen, so not planned with: " + machine);
    };
  }
}
