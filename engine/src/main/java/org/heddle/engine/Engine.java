package org.heddle.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.engine.GridState.ConstraintRecord;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.engine.Step.Refusal;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.planner.Limits;
import org.heddle.planner.Problem;
import org.heddle.planner.Rule;

/**
 * The one place where the grid's decisions are made. Pure and deterministic: the same state, event
 * and time give the same step. Has no state of its own and may be used by several threads.
 */
public final class Engine {
  private final Planning planning;

  /**
   * @param limits handed on to the planner
   */
  public Engine(Policy policy, Limits limits) {
    planning = new Planning(policy, limits);
  }

  /**
   * Takes one event. A refused event changes nothing; any other may be followed by commands, to be
   * sent when the new state is stored.
   *
   * @param nowMs milliseconds of the epoch, never less than in an earlier step
   * @throws IllegalStateException a bug: a life cycle would be violated; the state is unharmed
   */
  public Step step(GridState state, Event event, long nowMs) {
    Draft draft = new Draft(state, nowMs);
    Optional<Refusal> refusal = handle(draft, event);
    if (refusal.isPresent()) {
      return new Step(state, List.of(), List.of(), refusal);
    }
    Switching.run(draft);
    endIdle(draft);
    Planning.explain(draft);
    planning.ask(draft);
    return draft.step();
  }

  private Optional<Refusal> handle(Draft draft, Event event) {
    return switch (event) {
      case Event.Submitted submitted -> Submission.submit(draft, submitted, Optional.empty());
      case Event.AllSubmitted all -> Submission.submit(draft, all);
      case Event.CancelAsked asked -> Requests.cancel(draft, asked.vjob());
      case Event.SuspendAsked asked -> Requests.suspend(draft, asked.vjob());
      case Event.ResumeAsked asked -> Requests.resume(draft, asked.vjob());
      case Event.MigrateAsked asked -> Requests.migrate(draft, asked.machine(), asked.to());
      case Event.DrainAsked asked -> Requests.drain(draft, asked.host(), true);
      case Event.UndrainAsked asked -> Requests.drain(draft, asked.host(), false);
      case Event.ConstraintAsked asked -> Administration.add(draft, asked.term());
      case Event.ConstraintDropped asked -> Administration.remove(draft, asked.number());
      case Event.ForgetAsked asked -> Forgetting.forget(draft, asked.host());
      case Event.HostReported reported -> {
        Reconciliation.reported(draft, reported);
        yield Optional.empty();
      }
      case Event.MachineReported reported -> {
        Reconciliation.reported(draft, reported);
        yield Optional.empty();
      }
      case Event.HostExpired expired -> {
        Reconciliation.expired(draft, expired.host());
        yield Optional.empty();
      }
      case Event.OperationEnded ended -> {
        Outcomes.ended(draft, ended.operation(), ended.outcome());
        yield Optional.empty();
      }
      case Event.PlanFound found -> {
        planning.found(draft, found.request(), found.answer());
        yield Optional.empty();
      }
      case Event.PlanFailed failed -> {
        planning.failed(draft, failed.request(), failed.what());
        yield Optional.empty();
      }
      case Event.Ticked _ -> {
        Deadlines.ticked(draft);
        yield Optional.empty();
      }
    };
  }

  /** A vjob that shall end and of which nothing lives ends without a switch. */
  private static void endIdle(Draft draft) {
    for (VjobRecord vjob : draft.vjobs.values()) {
      boolean idle =
          vjob.wanted() == Wanted.END
              && vjob.state() != VjobState.TERMINATED
              && vjob.transition().isEmpty()
              && draft.machinesOf(vjob.spec().name()).stream()
                  .allMatch(machine ->
                      machine.state() instanceof MachineState.Waiting
                          || machine.state() instanceof MachineState.Sleeping);
      if (idle) {
        Switching.takeBack(draft, vjob.spec().name(), "the vjob has ended");
        Unwinding.terminate(draft, vjob.spec().name());
      }
    }
  }

  /**
   * What to send when a controller starts again over a stored state: every operation that has not
   * ended, the plan request that is not answered, and a question to every host. All are safe to
   * send twice.
   */
  public List<Command> resume(GridState state, long nowMs) {
    List<Command> commands = new ArrayList<>();
    state.operations().values().stream()
        .filter(operation -> operation.sends() > 0)
        .map(known -> new Command.Execute(known.id(), known.host(), known.what()))
        .forEach(commands::add);
    planning.pending(state, nowMs).ifPresent(commands::add);
    state.hosts().values().stream()
        .filter(HostRecord::online)
        .map(host -> new Command.Inspect(host.host().id(), state.counters().version()))
        .forEach(commands::add);
    return List.copyOf(commands);
  }

  /**
   * What the planner would be asked after the event, if it were accepted and nothing else were
   * under way. For answers to "what if"; nothing is changed.
   */
  public Preview preview(GridState state, Event event, long nowMs) {
    Step step = step(state, event, nowMs);
    return new Preview(planning.problem(new Draft(step.state(), nowMs)), step.refusal());
  }

  /** What the constraints of a vjob mean on the hosts that are known now. */
  public static List<Rule> rules(GridState state, VjobSpec spec) {
    return new Binding(state.hosts().values().stream().map(HostRecord::host).toList()).rules(spec);
  }

  /** What the constraints of administrators mean for the vjobs and hosts that are there now. */
  public static List<Rule> rules(GridState state) {
    return Administration.rules(new Draft(state, 0));
  }

  /** The constraints of administrators as they stand. */
  public List<Standing> standings(GridState state, long nowMs) {
    return Administration.standings(new Draft(state, nowMs));
  }

  /**
   * How a constraint of an administrator stands.
   *
   * @param machines that it speaks of now
   * @param broken those of them that are against it where they are now, even when they are about to
   *     go: one that migrates counts where it comes from
   */
  public record Standing(
      ConstraintRecord constraint, SortedSet<MachineId> machines, SortedSet<MachineId> broken) {
    public Standing {
      machines = Collections.unmodifiableSortedSet(new TreeSet<>(machines));
      broken = Collections.unmodifiableSortedSet(new TreeSet<>(broken));
    }
  }

  /** What the planner would be asked now. */
  public Problem problem(GridState state, long nowMs) {
    return planning.problem(new Draft(state, nowMs));
  }

  /**
   * @param refusal why the event would not be accepted; the problem is then that of the state as it
   *     is
   */
  public record Preview(Problem problem, Optional<Refusal> refusal) {}
}
