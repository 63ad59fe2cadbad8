package org.heddle.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.heddle.engine.GridState.ActionRecord;
import org.heddle.engine.GridState.Phase;
import org.heddle.engine.GridState.PlanningRecord;
import org.heddle.engine.GridState.Progress;
import org.heddle.engine.GridState.SwitchRecord;
import org.heddle.model.Action;
import org.heddle.model.MachineId;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;

/** The context switch that is under way: which of its steps are started, and how they end. */
final class Switching {
  private Switching() {}

  static void begin(Draft draft, Plan plan) {
    List<ActionRecord> actions =
        plan.steps().stream()
            .map(step -> new ActionRecord(step.action(), Progress.PENDING, 0, 0, 0, ""))
            .toList();
    SwitchRecord record =
        new SwitchRecord(
            draft.nextSwitch(),
            cause(plan),
            draft.now,
            Optional.empty(),
            plan,
            actions,
            new TreeMap<>());
    draft.current = Optional.of(record);
    draft.notice("switch.begun", record.id(), record.cause());
  }

  /** Such as "suspend farm, migrate node2.mrbayes, boot urgent". */
  private static String cause(Plan plan) {
    Map<String, Set<String>> subjects = new LinkedHashMap<>();
    for (Plan.Step step : plan.steps()) {
      Action action = step.action();
      String subject =
          action instanceof Action.Migrate
              ? action.machine().toString()
              : action.machine().vjob().toString();
      subjects.computeIfAbsent(action.verb(), _ -> new LinkedHashSet<>()).add(subject);
    }
    List<String> parts = new ArrayList<>();
    subjects.forEach((verb, names) -> parts.add(verb + " " + String.join(" and ", names)));
    return String.join(", ", parts);
  }

  /** Starts every step that can start, drops those that cannot any more, and ends the switch. */
  static void run(Draft draft) {
    boolean moved = true;
    while (moved && draft.current.isPresent()) {
      moved = round(draft, true);
      // Starts and migrations keep hosts busy just when machines are to be paused at one instant.
      moved |= !pauses(draft) && round(draft, false);
    }
    if (draft.current.isPresent() && !any(draft, Progress.ACTIVE)) {
      dropRest(draft);
      end(draft);
    }
  }

  /**
   * @param suspends whether it is the turn of suspends or of all else
   */
  private static boolean round(Draft draft, boolean suspends) {
    boolean moved = false;
    for (Plan.Step step : plan(draft).steps()) {
      moved |=
          step.action() instanceof Action.Suspend == suspends
              && progress(draft, step.id()) == Progress.PENDING
              && advance(draft, step);
    }
    return moved;
  }

  /** Whether a vjob of several machines is being paused, which takes a fraction of a second. */
  private static boolean pauses(Draft draft) {
    return plan(draft).steps().stream()
        .filter(step -> step.action() instanceof Action.Suspend)
        .filter(step -> progress(draft, step.id()) == Progress.ACTIVE)
        .map(step -> step.action().machine().vjob())
        .filter(vjob -> draft.machinesOf(vjob).size() > 1)
        .flatMap(vjob -> draft.vjobs.get(vjob).transition().stream())
        .anyMatch(transition -> transition.phase() == Phase.PAUSE);
  }

  private static boolean advance(Draft draft, Plan.Step step) {
    for (int dependency : step.after()) {
      Progress progress = progress(draft, dependency);
      if (progress == Progress.FAILED || progress == Progress.DROPPED) {
        drop(draft, step.id(), "what it waited for did not happen");
        return true;
      }
    }
    VjobId vjob = step.action().machine().vjob();
    boolean ready =
        step.action() instanceof Action.Suspend
            ? suspends(draft, vjob).stream().allMatch(each -> ready(draft, each))
            : ready(draft, step);
    if (ready) {
      start(draft, step);
    }
    return ready;
  }

  private static boolean ready(Draft draft, Plan.Step step) {
    return step.after().stream()
        .allMatch(dependency ->
            progress(draft, dependency) == Progress.DONE || together(draft, dependency, step));
  }

  /** Steps that are carried out as one do not wait for each other. */
  private static boolean together(Draft draft, int dependency, Plan.Step step) {
    Action other = plan(draft).steps().get(dependency).action();
    return (other instanceof Action.Suspend || other instanceof Action.Resume)
        && other.getClass() == step.action().getClass()
        && other.machine().vjob().equals(step.action().machine().vjob());
  }

  private static void start(Draft draft, Plan.Step step) {
    String obstacle =
        switch (step.action()) {
          case Action.Boot boot -> Starting.boot(draft, step.id(), boot);
          case Action.Resume resume -> Starting.resume(draft, step.id(), resume);
          case Action.Shutdown shutdown -> Unwinding.shutDown(draft, step.id(), shutdown);
          case Action.Migrate migrate -> Moving.migrate(draft, step.id(), migrate);
          case Action.Suspend suspend -> Suspending.suspend(draft, suspend.machine().vjob());
        };
    if (!obstacle.isEmpty()) {
      drop(draft, step.id(), obstacle);
    }
  }

  /** A vjob starts as a whole or not at all; so does it sleep. */
  private static void drop(Draft draft, int step, String why) {
    set(draft, step, Progress.DROPPED, why);
    Action action = plan(draft).steps().get(step).action();
    VjobId vjob = action.machine().vjob();
    switch (action) {
      case Action.Boot _, Action.Resume _ -> Unwinding.dropped(draft, vjob, why);
      case Action.Suspend _ -> {
        suspends(draft, vjob).stream()
            .filter(each -> progress(draft, each.id()) == Progress.PENDING)
            .forEach(each -> set(draft, each.id(), Progress.DROPPED, why));
        Planning.stays(draft, vjob);
      }
      case Action.Migrate _ -> Moving.unpin(draft, action.machine());
      case Action.Shutdown _ -> {}
    }
  }

  /** Only a plan that waits in a circle has steps left when nothing is active. */
  private static void dropRest(Draft draft) {
    for (Plan.Step step : plan(draft).steps()) {
      if (progress(draft, step.id()) == Progress.PENDING) {
        drop(draft, step.id(), "the plan could not go on");
      }
    }
  }

  private static void end(Draft draft) {
    SwitchRecord record = draft.current.orElseThrow();
    boolean failed = any(draft, Progress.FAILED) || any(draft, Progress.DROPPED);
    draft.operations.values().stream()
        .filter(operation -> operation.step().isPresent())
        .forEach(operation ->
            draft.operations.put(
                operation.id(), operation.without(Optional.empty(), operation.cleanup())));
    record.plan().steps().stream()
        .filter(step -> step.action() instanceof Action.Migrate)
        .forEach(step -> Moving.unpin(draft, step.action().machine()));
    List<SwitchRecord> history = new ArrayList<>(draft.history);
    history.add(
        new SwitchRecord(
            record.id(),
            record.cause(),
            record.startedMs(),
            Optional.of(draft.now),
            record.plan(),
            record.actions(),
            record.pauseSkewMs()));
    int keep = Math.min(history.size(), GridState.HISTORY);
    draft.history = List.copyOf(history.subList(history.size() - keep, history.size()));
    draft.current = Optional.empty();
    PlanningRecord old = draft.planning;
    int failures = failed ? old.failedSwitches() + 1 : 0;
    long pause =
        failed ? Timing.doubled(Timing.SWITCH_PAUSE, failures - 1, Timing.MAX_SWITCH_PAUSE) : 0;
    draft.planning =
        new PlanningRecord(
            old.requests(), old.pending(), old.askedMs(), "", draft.now + pause, failures);
    draft.notice(
        "switch.ended",
        record.id(),
        (failed ? "not all done after " : "done in ") + (draft.now - record.startedMs()) + " ms");
  }

  // One step

  static void activate(Draft draft, int step) {
    SwitchRecord record = draft.current.orElseThrow();
    ActionRecord old = record.actions().get(step);
    replace(
        draft,
        step,
        new ActionRecord(old.action(), Progress.ACTIVE, draft.now - record.startedMs(), 0, 0, ""));
  }

  static void done(Draft draft, Optional<Integer> step) {
    step.ifPresent(id -> set(draft, id, Progress.DONE, ""));
  }

  static void failed(Draft draft, Optional<Integer> step, String message) {
    step.ifPresent(id -> {
      set(draft, id, Progress.FAILED, message);
      Action action = plan(draft).steps().get(id).action();
      draft.notice("action.failed", action.machine(), action.verb() + ": " + message);
    });
  }

  static void downtime(Draft draft, Optional<Integer> step, long downtimeMs) {
    step.ifPresent(id -> {
      ActionRecord old = draft.current.orElseThrow().actions().get(id);
      replace(
          draft,
          id,
          new ActionRecord(
              old.action(),
              old.progress(),
              old.startMs(),
              old.durationMs(),
              downtimeMs,
              old.message()));
    });
  }

  /** The step of the machine that is under way. */
  static Optional<Integer> active(Draft draft, MachineId machine) {
    if (draft.current.isEmpty()) {
      return Optional.empty();
    }
    return plan(draft).steps().stream()
        .filter(step -> step.action().machine().equals(machine))
        .map(Plan.Step::id)
        .filter(id -> progress(draft, id) == Progress.ACTIVE)
        .findFirst();
  }

  /** Nothing more is done for the vjob in this switch, because something of it failed. */
  static void giveUp(Draft draft, VjobId vjob, String why) {
    leave(draft, vjob, why, Progress.FAILED);
  }

  /** Nothing more is done for the vjob in this switch, although nothing failed. */
  static void takeBack(Draft draft, VjobId vjob, String why) {
    leave(draft, vjob, why, Progress.DROPPED);
  }

  /**
   * @param started what has become of the steps that are under way
   */
  private static void leave(Draft draft, VjobId vjob, String why, Progress started) {
    if (draft.current.isEmpty()) {
      return;
    }
    for (Plan.Step step : plan(draft).steps()) {
      if (step.action().machine().vjob().equals(vjob)) {
        switch (progress(draft, step.id())) {
          case PENDING -> set(draft, step.id(), Progress.DROPPED, why);
          case ACTIVE -> {
            if (started == Progress.FAILED) {
              failed(draft, Optional.of(step.id()), why);
            } else {
              set(draft, step.id(), started, why);
            }
          }
          case DONE, FAILED, DROPPED -> {}
        }
      }
    }
  }

  static List<Plan.Step> suspends(Draft draft, VjobId vjob) {
    return plan(draft).steps().stream()
        .filter(step ->
            step.action() instanceof Action.Suspend && step.action().machine().vjob().equals(vjob))
        .toList();
  }

  static void skew(Draft draft, VjobId vjob, long skewMs) {
    draft.current =
        draft.current.map(old -> {
          TreeMap<VjobId, Long> skews = new TreeMap<>(old.pauseSkewMs());
          skews.put(vjob, skewMs);
          return new SwitchRecord(
              old.id(),
              old.cause(),
              old.startedMs(),
              old.endedMs(),
              old.plan(),
              old.actions(),
              skews);
        });
  }

  private static Plan plan(Draft draft) {
    return draft.current.orElseThrow().plan();
  }

  private static Progress progress(Draft draft, int step) {
    return draft.current.orElseThrow().actions().get(step).progress();
  }

  private static boolean any(Draft draft, Progress progress) {
    return draft.current.orElseThrow().actions().stream()
        .anyMatch(action -> action.progress() == progress);
  }

  private static void set(Draft draft, int step, Progress progress, String message) {
    SwitchRecord record = draft.current.orElseThrow();
    ActionRecord old = record.actions().get(step);
    long sinceStart = draft.now - record.startedMs();
    boolean started = old.progress() == Progress.ACTIVE;
    replace(
        draft,
        step,
        new ActionRecord(
            old.action(),
            progress,
            started ? old.startMs() : sinceStart,
            started ? sinceStart - old.startMs() : 0,
            old.downtimeMs(),
            message));
  }

  private static void replace(Draft draft, int step, ActionRecord next) {
    SwitchRecord old = draft.current.orElseThrow();
    List<ActionRecord> actions = new ArrayList<>(old.actions());
    actions.set(step, next);
    draft.current =
        Optional.of(
            new SwitchRecord(
                old.id(),
                old.cause(),
                old.startedMs(),
                old.endedMs(),
                old.plan(),
                actions,
                old.pauseSkewMs()));
  }
}
