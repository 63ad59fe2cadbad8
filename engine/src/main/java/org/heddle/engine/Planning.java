package org.heddle.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.PlanningRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.heddle.planner.Answer;
import org.heddle.planner.Limits;
import org.heddle.planner.PlanChecker;
import org.heddle.planner.Problem;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Wish;

/**
 * Asks for a plan when what is wanted differs from what is, and takes the answer. The same problem
 * is never asked twice: an answer that changes nothing stands until something changes.
 */
final class Planning {
  private final ProblemMaker problems;
  private final Limits limits;

  Planning(Policy policy, Limits limits) {
    problems = new ProblemMaker(policy);
    this.limits = limits;
  }

  // Asking

  void ask(Draft draft) {
    PlanningRecord planning = draft.planning;
    boolean waits = planning.pending().isPresent() && draft.now - planning.askedMs() < Timing.PLAN;
    if (waits
        || draft.current.isPresent()
        || draft.now < planning.notBeforeMs()
        || clearing(draft)) {
      return;
    }
    releasePins(draft);
    Problem problem = problem(draft);
    if (!wanting(draft, problem)) {
      return;
    }
    String digest = digest(problem);
    if (digest.equals(planning.asked()) && planning.pending().isEmpty()) {
      return;
    }
    long request = planning.requests() + 1;
    draft.planning =
        new PlanningRecord(
            request,
            Optional.of(request),
            draft.now,
            digest,
            planning.notBeforeMs(),
            planning.failedSwitches());
    draft.command(new Command.FindPlan(request, problem, limits));
  }

  /** The pending request again, after a restart. */
  Optional<Command> pending(GridState state, long now) {
    return state
        .counters()
        .planning()
        .pending()
        .map(request -> new Command.FindPlan(request, problem(new Draft(state, now)), limits));
  }

  /** A broken vjob is being cleared away and will want its room back in a moment. */
  private static boolean clearing(Draft draft) {
    return draft.vjobs.map().values().stream()
        .flatMap(vjob -> vjob.transition().stream())
        .anyMatch(transition -> draft.now - transition.sinceMs() < Timing.CLEARING);
  }

  /** A pin lasts for one move of a running machine to a host that can take it. */
  private static void releasePins(Draft draft) {
    for (MachineRecord machine : draft.machines.values()) {
      boolean useful =
          machine
              .pinned()
              .filter(host -> draft.online(host) && !draft.hosts.get(host).drained())
              .filter(host -> !machine.state().equals(new MachineState.Running(host)))
              .isPresent();
      if (!useful || !(machine.state() instanceof MachineState.Running)) {
        Moving.unpin(draft, machine.id());
      }
    }
  }

  Problem problem(Draft draft) {
    return problems.problem(draft);
  }

  /**
   * Whether anything differs from what is wanted. A host that says to have become smaller than what
   * runs there, such as one whose disk has filled, is no reason to suspend what runs.
   */
  private static boolean wanting(Draft draft, Problem problem) {
    boolean held =
        Administration.overbooks(draft)
            && PlanChecker.crowded(problem).stream()
                .anyMatch(host -> Administration.resizes(draft, draft.hosts.get(host).host()));
    if (held || !PlanChecker.misplaced(problem).isEmpty()) {
      return true;
    }
    for (Wish wish : problem.wishes()) {
      for (MachineId machine : wish.machines()) {
        MachineSlot slot = slotOf(problem, machine);
        boolean runs = slot.now() instanceof Placement.Running;
        boolean right =
            switch (wish.target()) {
              case RUN -> runs;
              case SLEEP, END, RESET -> !runs;
            };
        boolean moves =
            slot.now() instanceof Placement.Running running && misplaced(problem, slot, running);
        if (!right || moves) {
          return true;
        }
      }
    }
    return false;
  }

  private static MachineSlot slotOf(Problem problem, MachineId machine) {
    MachineSlot slot = problem.machines().get(machine);
    if (slot == null) {
      throw new IllegalStateException("no slot of " + machine);
    }
    return slot;
  }

  private static boolean misplaced(Problem problem, MachineSlot slot, Placement.Running running) {
    HostSlot host = problem.hosts().get(running.host());
    return (host != null && host.drained())
        || slot.pinned().filter(pin -> !pin.equals(running.host())).isPresent();
  }

  /** Of the problem's text, which is the same on every JVM. */
  private static String digest(Problem problem) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(problem.toString().getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  // The answer

  void found(Draft draft, long request, Answer answer) {
    if (!draft.planning.pending().equals(Optional.of(request))) {
      return;
    }
    Problem problem = problem(draft);
    // What was asked may come back, as when a vjob is cancelled and submitted anew meanwhile.
    boolean present = digest(problem).equals(draft.planning.asked());
    forgetRequest(draft, present ? draft.planning.asked() : "");
    answer.refused().forEach((vjob, reason) -> refused(draft, vjob, reason));
    Plan plan = answer.plan();
    List<String> wrong = PlanChecker.check(problem, plan);
    if (!wrong.isEmpty()) {
      draft.notice("plan.outdated", request, String.join("; ", wrong));
      return;
    }
    if (releaseUnmet(draft, plan)) {
      forgetRequest(draft, "");
      return;
    }
    if (!plan.steps().isEmpty()) {
      answer.refused().forEach((vjob, reason) -> displaced(draft, vjob, reason));
      Switching.begin(draft, plan);
    }
  }

  /** The same is not asked again: it would break down again. */
  void failed(Draft draft, long request, String what) {
    if (!draft.planning.pending().equals(Optional.of(request))) {
      return;
    }
    forgetRequest(draft, draft.planning.asked());
    String reason = "no plan could be made: " + what;
    draft.notice("plan.failed", request, reason);
    draft.vjobs.values().forEach(vjob -> refused(draft, vjob.spec().name(), reason));
  }

  /** Who comes new is told why it has to wait, though the same was asked for another before. */
  static void askAnew(Draft draft) {
    PlanningRecord old = draft.planning;
    draft.planning =
        new PlanningRecord(
            old.requests(),
            old.pending(),
            old.askedMs(),
            "",
            old.notBeforeMs(),
            old.failedSwitches());
  }

  private static void forgetRequest(Draft draft, String asked) {
    PlanningRecord old = draft.planning;
    draft.planning =
        new PlanningRecord(
            old.requests(),
            Optional.empty(),
            old.askedMs(),
            asked,
            old.notBeforeMs(),
            old.failedSwitches());
  }

  private static void refused(Draft draft, VjobId id, String reason) {
    Optional<VjobRecord> vjob =
        draft
            .vjobs
            .find(id)
            .filter(known -> known.wanted() == Wanted.RUN)
            .filter(known -> !Lifecycle.frozen(draft, known))
            .filter(
                known -> known.state() == VjobState.WAITING || known.state() == VjobState.SLEEPING);
    vjob.ifPresent(_ -> draft.edit(id, edit -> edit.reason = reason + failedLately(draft, id)));
  }

  /** Why a vjob that runs is suspended is known from the first moment, not only when it sleeps. */
  private static void displaced(Draft draft, VjobId id, String reason) {
    draft
        .vjobs
        .find(id)
        .filter(known -> known.wanted() == Wanted.RUN && known.state() == VjobState.RUNNING)
        .ifPresent(_ -> draft.edit(id, edit -> edit.reason = reason));
  }

  /** The suspend that was planned for the vjob does not take place. */
  static void stays(Draft draft, VjobId id) {
    displaced(draft, id, "");
  }

  private static String failedLately(Draft draft, VjobId vjob) {
    String hosts =
        draft.machinesOf(vjob).stream()
            .flatMap(machine -> GridState.active(machine.banned(), draft.now).stream())
            .distinct()
            .sorted()
            .map(HostId::toString)
            .collect(Collectors.joining(", "));
    return hosts.isEmpty() ? "" : "; it failed lately on " + hosts;
  }

  /**
   * A pin that the plan does not meet is given up rather than that its vjob is suspended for it.
   */
  private static boolean releaseUnmet(Draft draft, Plan plan) {
    boolean released = false;
    for (MachineRecord machine : draft.machines.values()) {
      boolean met =
          plan.steps().stream()
              .map(Plan.Step::action)
              .anyMatch(action ->
                  action instanceof Action.Migrate migrate
                      && migrate.machine().equals(machine.id()));
      if (machine.pinned().isPresent() && !met) {
        draft.notice(
            "machine.kept",
            machine.id(),
            "it cannot be moved to " + machine.pinned().get() + " now");
        Moving.unpin(draft, machine.id());
        released = true;
      }
    }
    return released;
  }

  /** Why ready vjobs are not even tried, for people. */
  static void explain(Draft draft) {
    for (VjobRecord vjob : draft.vjobs.values()) {
      if (vjob.state() == VjobState.SLEEPING && vjob.wanted() == Wanted.RUN) {
        vjob.saved().values().stream()
            .map(saved -> saved.host())
            .filter(host -> !draft.online(host))
            .findFirst()
            .ifPresent(host ->
                draft.edit(
                    vjob.spec().name(),
                    edit -> edit.reason = "its saved state lies on " + host + ", which is lost"));
      }
    }
  }
}
