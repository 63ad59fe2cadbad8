package org.heddle.engine;

import java.util.List;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.Outcome;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.planner.Answer;

/** What happens to the grid, a closed sum. The time comes beside it. */
public sealed interface Event {
  /** A person asks for a vjob; the key pair is made by the caller because the engine is pure. */
  record Submitted(VjobSpec spec, String sshKey, String sshPublicKey) implements Event {}

  /**
   * A person asks for several vjobs at once: all are taken or none.
   *
   * @param key made by who asks, a new one for each submission: the same submission that comes
   *     again changes nothing
   */
  record AllSubmitted(String key, List<Submitted> vjobs) implements Event {
    public AllSubmitted {
      vjobs = List.copyOf(vjobs);
    }
  }

  record CancelAsked(VjobId vjob) implements Event {}

  record SuspendAsked(VjobId vjob) implements Event {}

  /** Takes back a {@link SuspendAsked}. */
  record ResumeAsked(VjobId vjob) implements Event {}

  record MigrateAsked(MachineId machine, HostId to) implements Event {}

  record DrainAsked(HostId host) implements Event {}

  record UndrainAsked(HostId host) implements Event {}

  /** An administrator asks for a constraint; the same that is there already changes nothing. */
  record ConstraintAsked(ConstraintTerm term) implements Event {}

  /** An administrator takes a constraint back; one that was taken back already changes nothing. */
  record ConstraintDropped(long number) implements Event {}

  /** A lost host will not come back: nothing is kept for it any more. */
  record ForgetAsked(HostId host) implements Event {}

  /**
   * A host joined or came back (its agent started or connected again), or was asked; says all that
   * it has.
   *
   * @param asked the version of the {@link Command.Inspect} that this answers; 0 when the host
   *     spoke up by itself. What is missing or wrong is acted on only when the host was asked after
   *     the last change, because an unasked report may be older than an outcome that came before
   */
  record HostReported(Host host, List<MachineReport> machines, long asked) implements Event {
    public HostReported {
      machines = List.copyOf(machines);
    }
  }

  /** One machine of a host changed by itself (its process died, its command ended). */
  record MachineReported(HostId host, MachineReport machine) implements Event {}

  /** The host's lease ran out. */
  record HostExpired(HostId host) implements Event {}

  record OperationEnded(String operation, Outcome outcome) implements Event {}

  /** The planner's answer to {@link Command.FindPlan} number {@code request}. */
  record PlanFound(long request, Answer answer) implements Event {}

  /**
   * The planner broke down over a request, by a fault of its own.
   *
   * @param what happened, in words for a person
   */
  record PlanFailed(long request, String what) implements Event {}

  /** Time has passed; sent about every second. */
  record Ticked() implements Event {}
}
