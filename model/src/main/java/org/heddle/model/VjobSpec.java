package org.heddle.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a person asks for: a virtual cluster and the work it carries.
 *
 * @param priority higher runs first and may have lower ones suspended; -1000 to 1000
 * @param owner who answers for it
 * @param machines at least one group; the first machine of the first group carries {@code run}
 * @param run shell command whose end ends the vjob; without it the vjob runs until cancelled
 * @param constraints where its machines may run
 */
public record VjobSpec(
    VjobId name,
    int priority,
    String owner,
    List<MachineGroup> machines,
    Optional<String> run,
    Constraints constraints) {
  public static final int MAX_PRIORITY = 1000;

  public VjobSpec {
    machines = List.copyOf(machines);
    if (machines.isEmpty()) {
      throw new IllegalArgumentException("machines: name at least one group");
    }
    if (Math.abs(priority) > MAX_PRIORITY) {
      throw new IllegalArgumentException(
          "priority " + priority + ": use -" + MAX_PRIORITY + " to " + MAX_PRIORITY);
    }
    Set<String> seen = new HashSet<>();
    for (MachineGroup group : machines) {
      for (String machine : group.names()) {
        if (!seen.add(machine)) {
          throw new IllegalArgumentException("machine '" + machine + "' is named twice");
        }
      }
    }
    for (ConstraintTerm term : constraints.terms()) {
      Constraints.problem(term, seen)
          .ifPresent(wrong -> {
            throw new IllegalArgumentException("constraint '" + term + "': " + wrong);
          });
    }
  }

  /** Without constraints. */
  public VjobSpec(
      VjobId name, int priority, String owner, List<MachineGroup> machines, Optional<String> run) {
    this(name, priority, owner, machines, run, Constraints.NONE);
  }

  /** One machine of the vjob and the group that it is of. */
  public record Member(MachineId id, MachineGroup group) {}

  /** All machines, in the order of the file: the fixed order in which the vjob is paused. */
  public List<Member> members() {
    List<Member> members = new ArrayList<>();
    for (MachineGroup group : machines) {
      for (String machine : group.names()) {
        members.add(new Member(new MachineId(name, machine), group));
      }
    }
    return List.copyOf(members);
  }

  /** The machine that carries {@code run}. */
  public MachineId first() {
    return new MachineId(name, machines.getFirst().names().getFirst());
  }
}
