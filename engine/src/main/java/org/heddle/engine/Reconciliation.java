package org.heddle.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.engine.GridState.Phase;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.SavedState;

/**
 * Holds what hosts say against what the engine knows. Only an answer to a question that was asked
 * after a machine's last change, with no operation on it under way, says what is true now; anything
 * else that surprises leads to a question.
 */
final class Reconciliation {
  private Reconciliation() {}

  static void reported(Draft draft, Event.HostReported event) {
    HostId id = event.host().id();
    boolean spokeUp = event.asked() == 0;
    if (!spokeUp && !draft.online(id)) {
      return; // An answer from before it was lost.
    }
    seen(draft, event.host());
    if (spokeUp) {
      for (OperationRecord operation : draft.operations.values()) {
        if (operation.host().equals(id)) {
          sendAgain(draft, operation);
        }
      }
      draft.inspect(id);
    }
    event.machines().forEach(report -> runStatus(draft, id, report));
    if (!spokeUp) {
      judge(draft, id, event.machines(), event.asked());
    }
  }

  private static void sendAgain(Draft draft, OperationRecord operation) {
    if (operation.sends() > 0) {
      draft.command(new Command.Execute(operation.id(), operation.host(), operation.what()));
    } else if (operation.startedMs() <= draft.now) {
      draft.send(operation);
    }
  }

  private static void seen(Draft draft, Host host) {
    Optional<HostRecord> known = draft.hosts.find(host.id());
    boolean drained = known.map(HostRecord::drained).orElse(false);
    long inspected = known.map(HostRecord::inspectedMs).orElse(0L);
    if (!draft.online(host.id())) {
      draft.notice(
          known.isPresent() ? "host.back" : "host.joined", host.id(), "on site " + host.site());
      Bans.lift(draft, host.id());
    }
    boolean clear = draft.online(host.id()) && draft.hosts.get(host.id()).clear();
    SortedMap<MachineId, List<String>> copies =
        known.map(HostRecord::copies).orElseGet(TreeMap::new);
    draft.hosts.put(
        host.id(), new HostRecord(host, true, drained, clear, draft.now, inspected, copies));
  }

  /** One machine changed by itself. */
  static void reported(Draft draft, Event.MachineReported event) {
    if (!draft.online(event.host())) {
      return;
    }
    MachineReport report = event.machine();
    runStatus(draft, event.host(), report);
    boolean asKnown =
        draft
            .machines
            .find(report.machine())
            .filter(machine ->
                Room.at(machine.state(), event.host())
                    && machine.incarnation() == report.incarnation()
                    && report.live() == Live.RUNNING)
            .isPresent();
    if (!asKnown) {
      draft.inspect(event.host());
    }
  }

  private static void runStatus(Draft draft, HostId host, MachineReport report) {
    Optional<MachineRecord> machine = draft.machines.find(report.machine());
    boolean right =
        machine
            .filter(known ->
                Room.at(known.state(), host)
                    && known.incarnation() == report.incarnation()
                    && first(draft, known))
            .isPresent();
    if (right) {
      report
          .run()
          .ifPresent(run ->
              run.exitCode()
                  .ifPresent(
                      code -> Requests.finish(draft, report.machine().vjob(), code, run.output())));
    }
  }

  private static boolean first(Draft draft, MachineRecord machine) {
    return draft.vjobs.get(machine.id().vjob()).spec().first().equals(machine.id());
  }

  private static void judge(Draft draft, HostId host, List<MachineReport> reports, long asked) {
    SortedMap<MachineId, MachineReport> said = new TreeMap<>();
    reports.forEach(report -> said.put(report.machine(), report));
    for (MachineRecord machine : draft.machines.values()) {
      if (settled(draft, machine.id(), asked)) {
        MachineReport report =
            said.getOrDefault(
                machine.id(),
                new MachineReport(machine.id(), 0, Live.NONE, List.of(), Optional.empty()));
        live(draft, host, draft.machines.get(machine.id()), report);
      }
    }
    for (MachineRecord machine : draft.machines.values()) {
      if (settled(draft, machine.id(), asked)) {
        MachineReport report = said.get(machine.id());
        List<String> present = new ArrayList<>();
        if (report != null) {
          present.addAll(report.savedStates());
          present.addAll(report.copies());
        }
        saved(draft, host, machine, present);
      }
    }
    for (MachineReport report : reports) {
      boolean unknown = draft.machines.find(report.machine()).isEmpty();
      if (unknown || settled(draft, report.machine(), asked)) {
        leftOver(draft, host, report);
      }
    }
    boolean clear = reports.stream().allMatch(report -> accounted(draft, host, report));
    draft.hosts.put(host, draft.hosts.get(host).judged(clear, copies(reports)));
    Copies.takeOver(draft);
  }

  private static SortedMap<MachineId, List<String>> copies(List<MachineReport> reports) {
    SortedMap<MachineId, List<String>> copies = new TreeMap<>();
    for (MachineReport report : reports) {
      if (!report.copies().isEmpty()) {
        copies.put(report.machine(), report.copies());
      }
    }
    return copies;
  }

  /** Whether the room that the machine uses on the host is counted, or about to be freed. */
  private static boolean accounted(Draft draft, HostId host, MachineReport report) {
    return report.live() == Live.NONE
        || draft
            .machines
            .find(report.machine())
            .filter(known -> Room.at(known.state(), host))
            .isPresent()
        || draft.operations.map().values().stream()
            .anyMatch(operation ->
                operation.host().equals(host)
                    && operation.what() instanceof Operation.Stop
                    && operation.what().machine().equals(report.machine()));
  }

  /** Whether what a host says counts: asked after the last change, and nothing is under way. */
  private static boolean settled(Draft draft, MachineId machine, long asked) {
    return draft.main(machine).isEmpty()
        && draft.machines.find(machine).map(known -> known.changed() <= asked).orElse(false);
  }

  /** A machine that the engine has on the host. */
  private static void live(Draft draft, HostId host, MachineRecord machine, MachineReport report) {
    if (machine.state() instanceof MachineState.Migrating way) {
      if (way.from().equals(host)) {
        Moving.judge(draft, machine, report);
      }
      return;
    }
    if (machine.state().host().filter(host::equals).isEmpty()) {
      return;
    }
    boolean right = report.incarnation() == machine.incarnation();
    boolean runs = machine.state() instanceof MachineState.Running;
    Live live = right ? report.live() : Live.NONE;
    switch (live) {
      case RUNNING -> {}
      case PAUSED -> {
        if (runs) {
          draft.notice("machine.paused", machine.id(), "found paused on " + host + ": goes on");
          draft.execute(host, new Operation.Continue(machine.id(), 0), Optional.empty());
        }
      }
      case INCOMING -> {
        if (!runs || draft.now - machine.sinceMs() > Timing.ARRIVAL) {
          lost(draft, machine, host, "did not arrive on");
        }
      }
      case NONE, GONE -> lost(draft, machine, host, "is no longer on");
      case DEAD -> lost(draft, machine, host, "ended by itself on");
    }
  }

  private static void lost(Draft draft, MachineRecord machine, HostId host, String what) {
    String reason = "machine " + machine.id().name() + " " + what + " " + host;
    draft.notice("machine.lost", machine.id(), reason);
    Unwinding.lost(draft, machine.id().vjob(), reason);
  }

  /** Saved states that should lie on the host. */
  private static void saved(Draft draft, HostId host, MachineRecord machine, List<String> present) {
    VjobRecord vjob = draft.vjobs.get(machine.id().vjob());
    SavedState kept = vjob.saved().get(machine.id());
    if (kept != null && kept.host().equals(host) && !present.contains(kept.id())) {
      Unwinding.savedLost(draft, machine.id(), host);
      return;
    }
    boolean making = Lifecycle.in(vjob, Phase.SAVE) || Lifecycle.in(vjob, Phase.UNDO_SAVE);
    if (making
        && machine.state() instanceof MachineState.Sleeping sleeping
        && sleeping.saved().host().equals(host)
        && !present.contains(sleeping.saved().id())) {
      Unwinding.lost(
          draft, vjob.spec().name(), "the saved state of " + machine.id().name() + " is gone");
    }
  }

  /** What the host has and should not have. */
  private static void leftOver(Draft draft, HostId host, MachineReport report) {
    MachineId id = report.machine();
    Optional<MachineRecord> machine = draft.machines.find(id);
    boolean belongs = machine.map(known -> Room.at(known.state(), host)).orElse(false);
    if (report.live() != Live.NONE && !belongs) {
      draft.notice("machine.stray", id, "found on " + host + ", where it should not be: stopped");
      draft.cleanUp(host, new Operation.Stop(id, true), 0);
    }
    for (String state : report.savedStates()) {
      if (!wanted(draft, id, new SavedState(state, host))) {
        draft.cleanUp(host, new Operation.Discard(id, state), 0);
      }
    }
    for (String state : report.copies()) {
      if (!Copies.wanted(draft, id, state)) {
        draft.cleanUp(host, new Operation.Discard(id, state), 0);
      }
    }
  }

  private static boolean wanted(Draft draft, MachineId id, SavedState saved) {
    Optional<MachineRecord> machine = draft.machines.find(id);
    if (machine.isEmpty()) {
      return false;
    }
    VjobRecord vjob = draft.vjobs.get(id.vjob());
    boolean inUse =
        switch (machine.get().state()) {
          case MachineState.Sleeping sleeping -> sleeping.saved().equals(saved);
          case MachineState.Restoring restoring -> restoring.saved().equals(saved);
          case MachineState.Restored restored -> restored.saved().equals(saved);
          case MachineState.Continuing continuing -> continuing.saved().equals(saved);
          case MachineState.Waiting _,
              MachineState.Booting _,
              MachineState.Running _,
              MachineState.Migrating _,
              MachineState.Pausing _,
              MachineState.Paused _,
              MachineState.Saving _,
              MachineState.Stopping _,
              MachineState.Terminated _ ->
              false;
        };
    return inUse
        || saved.equals(vjob.saved().get(id))
        || vjob.transition().map(now -> now.stateId().equals(saved.id())).orElse(false);
  }

  /** The host's lease ran out: whatever was there is gone. */
  static void expired(Draft draft, HostId id) {
    Optional<HostRecord> known = draft.hosts.find(id).filter(HostRecord::online);
    if (known.isEmpty()) {
      return;
    }
    draft.hosts.put(id, known.get().lost());
    draft.notice("host.lost", id, "its lease ran out");
    Copies.takeOver(draft);
    parkLeftOvers(draft, id);
    for (MachineRecord machine : draft.machines.values()) {
      lostWith(draft, id, machine.id());
    }
  }

  /** All operations there are over; what may live there is removed when the host comes back. */
  private static void parkLeftOvers(Draft draft, HostId id) {
    TreeSet<MachineId> there = new TreeSet<>();
    for (OperationRecord operation : draft.operations.values()) {
      if (operation.host().equals(id)) {
        draft.forget(operation);
        boolean stop = operation.what() instanceof Operation.Stop;
        if (!(operation.what() instanceof Operation.Discard)) {
          there.add(operation.what().machine());
        }
        boolean cleared =
            stop
                && !operation.cleanup()
                && draft.stateOf(operation.what().machine()) instanceof MachineState.Running;
        if (cleared) {
          Moving.cleared(draft, operation);
        }
      }
    }
    for (MachineRecord machine : draft.machines.values()) {
      // Not one that is on its way here: its source still answers for it.
      if (machine.state().host().filter(id::equals).isPresent()) {
        there.add(machine.id());
      }
    }
    there.forEach(machine -> draft.cleanUpOnReturn(id, machine));
  }

  private static void lostWith(Draft draft, HostId host, MachineId machine) {
    VjobRecord vjob = draft.vjobs.get(machine.vjob());
    MachineState state = draft.stateOf(machine);
    if (state.host().filter(host::equals).isEmpty()) {
      return;
    }
    if (state instanceof MachineState.Migrating && !Lifecycle.in(vjob, Phase.UNWIND)) {
      Moving.left(draft, machine);
    } else {
      Unwinding.hostLost(draft, vjob.spec().name(), host);
    }
  }
}
