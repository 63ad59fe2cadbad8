package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.VjobId;
import org.heddle.planner.Decision.Fate;
import org.heddle.planner.Limits.Durations;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Task.Move;

/** What has to be done to make the decisions true, in order of precedence; not yet in time. */
final class Tasks {
  private final Problem problem;
  private final Durations durations;
  private final List<Task> all = new ArrayList<>();

  /** For each host the first vjob that gets a new machine there. */
  private final Map<HostId, VjobId> comer = new TreeMap<>();

  /**
   * @param interrupted vjobs that are suspended and resumed instead of being moved while they run
   */
  Tasks(
      Problem problem,
      Durations durations,
      List<Decision> decisions,
      SortedSet<VjobId> interrupted) {
    this.problem = problem;
    this.durations = durations;
    decisions.forEach(this::noteComers);
    for (Decision decision : decisions) {
      switch (decision.fate()) {
        case Fate.Leave() -> {}
        case Fate.Halt(String why) -> halt(decision.vjob(), why);
        case Fate.Run(List<HostId> hosts) ->
            run(decision.vjob(), hosts, interrupted.contains(decision.vjob().id()));
      }
    }
  }

  List<Task> all() {
    return all;
  }

  private void noteComers(Decision decision) {
    if (decision.fate() instanceof Fate.Run(List<HostId> hosts)) {
      for (int i = 0; i < hosts.size(); i++) {
        Placement now = decision.vjob().slots().get(i).now();
        if (!now.equals(new Placement.Running(hosts.get(i)))) {
          comer.putIfAbsent(hosts.get(i), decision.vjob().id());
        }
      }
    }
  }

  private void halt(VjobView vjob, String reason) {
    Target target = vjob.wish().target();
    boolean keeps = target == Target.RUN || target == Target.SLEEP;
    if (vjob.shape() == VjobView.Shape.RUNNING && keeps) {
      suspendAll(
          vjob,
          target == Target.SLEEP
              ? vjob.id() + " shall sleep"
              : "no room for " + vjob.id() + " now: " + reason);
      return;
    }
    String why =
        switch (target) {
          case END -> vjob.id() + " ends";
          case RESET -> vjob.id() + " starts again as a whole";
          case SLEEP -> vjob.id() + " runs only in part and shall not run";
          case RUN -> vjob.id() + " runs only in part: " + reason;
        };
    for (int i = 0; i < vjob.size(); i++) {
      if (vjob.slots().get(i).now() instanceof Placement.Running(HostId on)) {
        Action action = new Action.Shutdown(vjob.machine(i), on, target != Target.END);
        all.add(alone(vjob, new Move(action, i, atLeastOne(durations.shutdownMs()), why)));
      }
    }
  }

  private Task suspendAll(VjobView vjob, String why) {
    List<Move> moves = new ArrayList<>();
    for (int i = 0; i < vjob.size(); i++) {
      if (vjob.slots().get(i).now() instanceof Placement.Running(HostId on)) {
        Action action = new Action.Suspend(vjob.machine(i), on);
        moves.add(new Move(action, i, millis(vjob.slots().get(i), durations.writeMiBPerS()), why));
      }
    }
    Task task = new Task(vjob, moves, null);
    if (!moves.isEmpty()) {
      all.add(task);
    }
    return task;
  }

  private void run(VjobView vjob, List<HostId> hosts, boolean interrupt) {
    if (interrupt && vjob.shape() == VjobView.Shape.RUNNING) {
      String why = vjob.id() + " cannot be moved while it runs: no host has room in between";
      Task before = suspendAll(vjob, why);
      List<Move> resumes = new ArrayList<>();
      for (int i = 0; i < vjob.size(); i++) {
        if (vjob.slots().get(i).now() instanceof Placement.Running(HostId on)) {
          resumes.add(resume(vjob, i, on, hosts.get(i), vjob.id() + " goes on"));
        }
      }
      all.add(new Task(vjob, resumes, before));
      return;
    }
    List<Move> resumes = new ArrayList<>();
    for (int i = 0; i < vjob.size(); i++) {
      HostId to = hosts.get(i);
      switch (vjob.slots().get(i).now()) {
        case Placement.Waiting() -> all.add(alone(vjob, boot(vjob, i, to)));
        case Placement.Sleeping(HostId from) ->
            resumes.add(resume(vjob, i, from, to, "there is room for " + vjob.id() + " again"));
        case Placement.Running(HostId on) -> {
          if (!on.equals(to)) {
            move(vjob, i, on, to, interrupt);
          }
        }
        case Placement.Terminated() -> {}
      }
    }
    if (!resumes.isEmpty()) {
      all.add(new Task(vjob, resumes, null));
    }
  }

  private void move(VjobView vjob, int i, HostId from, HostId to, boolean interrupt) {
    MachineId machine = vjob.machine(i);
    if (!interrupt) {
      all.add(alone(vjob, migrate(vjob, i, from, to, reasonToLeave(vjob.slots().get(i), from))));
      return;
    }
    String why = "no host has room to move " + machine + "; it has only just begun";
    Task stop =
        alone(
            vjob,
            new Move(
                new Action.Shutdown(machine, from, true),
                i,
                atLeastOne(durations.shutdownMs()),
                why));
    all.add(stop);
    all.add(new Task(vjob, List.of(boot(vjob, i, to)), stop));
  }

  private String reasonToLeave(MachineSlot slot, HostId from) {
    if (slot.pinned().isPresent()) {
      return "asked to run on " + slot.pinned().get();
    }
    Problem.HostSlot host = problem.hosts().get(from);
    if (host != null && host.drained()) {
      return from + " is drained";
    }
    VjobId next = comer.get(from);
    return next == null
        ? from + " has too little room for all that shall run"
        : "makes room on " + from + " for " + next;
  }

  private Move boot(VjobView vjob, int i, HostId on) {
    String why =
        vjob.shape() == VjobView.Shape.PARTLY_BOOTED
            ? "completes " + vjob.id()
            : "there is room for " + vjob.id();
    return new Move(new Action.Boot(vjob.machine(i), on), i, atLeastOne(durations.bootMs()), why);
  }

  private Move resume(VjobView vjob, int i, HostId from, HostId to, String why) {
    MachineSlot slot = vjob.slots().get(i);
    long read = millis(slot, durations.writeMiBPerS());
    long fetch = from.equals(to) ? 0 : millis(slot, durations.linkMiBPerS());
    return new Move(new Action.Resume(vjob.machine(i), from, to), i, fetch + read, why);
  }

  /** Also used for the two halves of a migration through a third host. */
  Move migrate(VjobView vjob, int i, HostId from, HostId to, String why) {
    return new Move(
        new Action.Migrate(vjob.machine(i), from, to),
        i,
        millis(vjob.slots().get(i), durations.linkMiBPerS()),
        why);
  }

  private static Task alone(VjobView vjob, Move move) {
    return new Task(vjob, List.of(move), null);
  }

  private static long millis(MachineSlot slot, long rateMiBPerS) {
    return atLeastOne(slot.demand().memoryMiB() * 1000 / Math.max(1, rateMiBPerS));
  }

  /** So that what waits for it starts later, and the order in time is an order of dependencies. */
  private static long atLeastOne(long millis) {
    return Math.max(1, millis);
  }
}
