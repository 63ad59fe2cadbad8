package org.heddle.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.heddle.engine.GridState.Counters;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.engine.GridState.PlanningRecord;
import org.heddle.engine.GridState.Rulebook;
import org.heddle.engine.GridState.SwitchRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.HostId;
import org.heddle.model.HostRef;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;

/**
 * The next state while a step makes it, with the commands and notices that go with it. Every change
 * of a life cycle goes through here and is checked: an illegal one is a bug and stops the step.
 */
final class Draft {
  final long now;
  final Table<HostId, HostRecord> hosts;
  final Table<VjobId, VjobRecord> vjobs;
  final Table<MachineId, MachineRecord> machines;
  final Table<String, OperationRecord> operations;
  Optional<SwitchRecord> current;
  List<SwitchRecord> history;
  PlanningRecord planning;
  Rulebook rulebook;

  private final GridState before;
  private long lastOperation;
  private long lastIncarnation;
  private long lastSwitch;
  private long lastSubmission;
  private final List<Command> commands = new ArrayList<>();
  private final List<Step.Notice> notices = new ArrayList<>();
  private final TreeSet<HostId> inspected = new TreeSet<>();

  Draft(GridState before, long now) {
    this.before = before;
    this.now = now;
    hosts = new Table<>(before.hosts());
    vjobs = new Table<>(before.vjobs());
    machines = new Table<>(before.machines());
    operations = new Table<>(before.operations());
    current = before.current();
    history = before.history();
    planning = before.counters().planning();
    rulebook = before.rulebook();
    lastOperation = before.counters().operations();
    lastIncarnation = before.counters().incarnations();
    lastSwitch = before.counters().switches();
    lastSubmission = before.counters().submissions();
  }

  /** The version that this step makes, if it changes anything. */
  long version() {
    return before.counters().version() + 1;
  }

  Step step() {
    Counters same = counters(before.counters().version());
    boolean changed =
        hosts.changed()
            || vjobs.changed()
            || machines.changed()
            || operations.changed()
            || !current.equals(before.current())
            || !rulebook.equals(before.rulebook())
            || !same.equals(before.counters());
    return new Step(changed ? peek() : before, wanted(), notices, Optional.empty());
  }

  /** Not what was taken back in the same step: it could be overtaken by what takes it back. */
  private List<Command> wanted() {
    return commands.stream()
        .filter(command ->
            !(command instanceof Command.Execute execute)
                || operations.find(execute.operation()).isPresent())
        .toList();
  }

  /** The state as it is so far. */
  GridState peek() {
    return new GridState(
        counters(version()),
        hosts.map(),
        vjobs.map(),
        machines.map(),
        operations.map(),
        current,
        history,
        rulebook);
  }

  private Counters counters(long version) {
    return new Counters(
        version, lastOperation, lastIncarnation, lastSwitch, lastSubmission, planning);
  }

  void notice(String kind, Object subject, String message) {
    notices.add(new Step.Notice(kind, subject.toString(), message));
  }

  void command(Command command) {
    commands.add(command);
  }

  // Numbers

  long nextSwitch() {
    return ++lastSwitch;
  }

  long nextSubmission() {
    return ++lastSubmission;
  }

  /** At least the time, so that it also grows over a controller that lost its state. */
  private long nextIncarnation() {
    lastIncarnation = Math.max(lastIncarnation + 1, now);
    return lastIncarnation;
  }

  /** Names carry the time, so that they do not return when a controller lost its state. */
  String nextName(String letter) {
    lastOperation++;
    return "%s%08d-%s".formatted(letter, lastOperation, Long.toString(now, 36));
  }

  // Hosts

  boolean online(HostId host) {
    return hosts.find(host).map(HostRecord::online).orElse(false);
  }

  HostRef ref(HostId host) {
    HostRecord record = hosts.get(host);
    return new HostRef(host, record.host().address(), record.host().agentUrl());
  }

  /** Asks the host, if it is on line, what it has. */
  void inspect(HostId host) {
    if (online(host) && inspected.add(host)) {
      hosts.put(host, hosts.get(host).inspectedAt(now));
      command(new Command.Inspect(host, version()));
    }
  }

  // Machines

  List<MachineRecord> machinesOf(VjobId vjob) {
    return vjobs.get(vjob).spec().members().stream()
        .map(member -> machines.get(member.id()))
        .toList();
  }

  VjobSpec.Member member(MachineId machine) {
    return vjobs.get(machine.vjob()).spec().members().stream()
        .filter(member -> member.id().equals(machine))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no member " + machine));
  }

  MachineState stateOf(MachineId machine) {
    return machines.get(machine).state();
  }

  void become(MachineId machine, MachineState next) {
    MachineRecord known = machines.get(machine);
    if (!known.state().mayBecome(next)) {
      throw new IllegalStateException(machine + ": " + known.state() + " to " + next);
    }
    if (!known.state().equals(next)) {
      machines.put(machine, known.with(next, version(), now));
    }
  }

  /** What hosts said of the machine before this step counts no longer. */
  void touch(MachineId machine) {
    machines
        .find(machine)
        .ifPresent(
            known -> machines.put(machine, known.with(known.state(), version(), known.sinceMs())));
  }

  /** Gives the machine the number of its next start. */
  long renew(MachineId machine) {
    long incarnation = nextIncarnation();
    machines.put(machine, machines.get(machine).withIncarnation(incarnation));
    return incarnation;
  }

  // Vjobs

  void edit(VjobId vjob, Consumer<VjobEdit> change) {
    VjobRecord known = vjobs.get(vjob);
    VjobEdit edit = new VjobEdit(known);
    change.accept(edit);
    if (!known.state().mayBecome(edit.state)) {
      throw new IllegalStateException(vjob + ": " + known.state() + " to " + edit.state);
    }
    VjobRecord next = edit.record();
    vjobs.put(vjob, next);
    if (known.state() != next.state()) {
      notice("vjob.state", vjob, Lifecycle.sentence(next));
    }
  }

  // Operations

  /** Sends an operation that takes the machine on in its life. */
  OperationRecord execute(
      HostId host, Operation what, Optional<Integer> step, int attempt, long delayMs) {
    return add(host, what, step, attempt, delayMs, false);
  }

  OperationRecord execute(HostId host, Operation what, Optional<Integer> step) {
    return add(host, what, step, 1, 0, false);
  }

  /** Sends an operation that removes something left over, unless that is under way. */
  void cleanUp(HostId host, Operation what, long delayMs) {
    boolean underWay =
        operations.map().values().stream()
            .anyMatch(
                known -> known.cleanup() && known.host().equals(host) && known.what().equals(what));
    if (online(host) && !underWay) {
      add(host, what, Optional.empty(), 1, delayMs, true);
    }
  }

  /**
   * Has what may live of the machine on a lost host removed when the host comes back, before
   * anything else goes there: an operation that it was given may still be under way.
   */
  void cleanUpOnReturn(HostId host, MachineId machine) {
    OperationRecord parked =
        new OperationRecord(
            nextName("o"),
            host,
            new Operation.Stop(machine, true),
            Optional.empty(),
            true,
            1,
            0,
            now,
            now);
    operations.put(parked.id(), parked);
  }

  private OperationRecord add(
      HostId host,
      Operation what,
      Optional<Integer> step,
      int attempt,
      long delayMs,
      boolean cleanup) {
    if (!online(host)) {
      throw new IllegalStateException(what + " for " + host + ", which is not on line");
    }
    long start = now + delayMs;
    OperationRecord record =
        new OperationRecord(
            nextName("o"),
            host,
            what,
            step,
            cleanup,
            attempt,
            delayMs == 0 ? 1 : 0,
            start,
            start + Timing.of(what));
    operations.put(record.id(), record);
    if (delayMs == 0) {
      command(new Command.Execute(record.id(), host, what));
    }
    touch(what.machine());
    return record;
  }

  void send(OperationRecord operation) {
    operations.put(operation.id(), operation.sent(now + Timing.of(operation.what())));
    command(new Command.Execute(operation.id(), operation.host(), operation.what()));
  }

  /** The operation is over; whatever comes of it later is not heard. */
  void forget(OperationRecord operation) {
    operations.remove(operation.id());
    touch(operation.what().machine());
  }

  /** Operations that take the machine on in its life. */
  List<OperationRecord> main(MachineId machine) {
    return operations.map().values().stream()
        .filter(known -> !known.cleanup() && known.what().machine().equals(machine))
        .toList();
  }

  boolean busy(VjobId vjob) {
    return operations.map().values().stream()
        .anyMatch(known -> !known.cleanup() && known.what().machine().vjob().equals(vjob));
  }
}
