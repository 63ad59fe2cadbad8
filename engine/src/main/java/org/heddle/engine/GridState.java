package org.heddle.engine;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.Operation;
import org.heddle.model.Plan;
import org.heddle.model.SavedState;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;

/**
 * All that the engine knows, as records by key. What a step changes is found by comparing the maps,
 * so that the controller can store just that.
 *
 * @param counters request numbers, incarnations and the like
 * @param current the context switch that is under way
 * @param history ended context switches, oldest first, at most {@link #HISTORY}
 * @param rulebook what administrators ask of every placement
 */
public record GridState(
    Counters counters,
    SortedMap<HostId, HostRecord> hosts,
    SortedMap<VjobId, VjobRecord> vjobs,
    SortedMap<MachineId, MachineRecord> machines,
    SortedMap<String, OperationRecord> operations,
    Optional<SwitchRecord> current,
    List<SwitchRecord> history,
    Rulebook rulebook) {
  public static final int HISTORY = 50;

  public static final GridState EMPTY =
      new GridState(
          new Counters(0, 0, 0, 0, 0, PlanningRecord.IDLE),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          Optional.empty(),
          List.of(),
          Rulebook.EMPTY);

  public GridState {
    hosts = Collections.unmodifiableSortedMap(hosts);
    vjobs = Collections.unmodifiableSortedMap(vjobs);
    machines = Collections.unmodifiableSortedMap(machines);
    operations = Collections.unmodifiableSortedMap(operations);
    history = List.copyOf(history);
  }

  /**
   * Constraints of administrators.
   *
   * @param last number of the constraint that was added last; it is not given again
   * @param constraints by number, in the order in which they were added
   */
  public record Rulebook(long last, SortedMap<Long, ConstraintRecord> constraints) {
    public static final Rulebook EMPTY = new Rulebook(0, new TreeMap<>());

    public Rulebook {
      constraints = Collections.unmodifiableSortedMap(new TreeMap<>(constraints));
    }

    /** The same constraint, if it is there. */
    public Optional<ConstraintRecord> find(ConstraintTerm term) {
      return constraints.values().stream().filter(each -> each.term().equals(term)).findFirst();
    }

    Rulebook with(ConstraintTerm term, long nowMs) {
      TreeMap<Long, ConstraintRecord> next = new TreeMap<>(constraints);
      next.put(last + 1, new ConstraintRecord(last + 1, term, nowMs));
      return new Rulebook(last + 1, next);
    }

    Rulebook without(long number) {
      TreeMap<Long, ConstraintRecord> next = new TreeMap<>(constraints);
      next.remove(number);
      return new Rulebook(last, next);
    }
  }

  /** A constraint of an administrator. */
  public record ConstraintRecord(long number, ConstraintTerm term, long addedMs) {}

  /**
   * Numbers that only grow, and how planning stands.
   *
   * @param version grows by one with each step that changes something
   */
  public record Counters(
      long version,
      long operations,
      long incarnations,
      long switches,
      long submissions,
      PlanningRecord planning) {}

  /**
   * How planning stands.
   *
   * @param requests number of the last plan request
   * @param pending number of the plan request that is not answered yet
   * @param askedMs when it was made
   * @param asked digest of the problem last asked; the same problem is not asked twice
   * @param notBeforeMs no plan is asked for earlier than this (pause after failed switches)
   * @param failedSwitches context switches in a row in which something failed
   */
  public record PlanningRecord(
      long requests,
      Optional<Long> pending,
      long askedMs,
      String asked,
      long notBeforeMs,
      int failedSwitches) {
    static final PlanningRecord IDLE = new PlanningRecord(0, Optional.empty(), 0, "", 0, 0);
  }

  /**
   * @param online its lease is valid and it has reported
   * @param drained asked by a person to be empty
   * @param clear what it has is known, and nothing uses its room there that should not; until then
   *     nothing new goes there
   * @param inspectedMs when it was last asked what it has
   * @param copies of saved states of other hosts that it keeps, by machine
   */
  public record HostRecord(
      Host host,
      boolean online,
      boolean drained,
      boolean clear,
      long lastReportMs,
      long inspectedMs,
      SortedMap<MachineId, List<String>> copies) {
    public HostRecord {
      copies = Collections.unmodifiableSortedMap(new TreeMap<>(copies));
    }

    HostRecord withDrained(boolean asked) {
      return new HostRecord(host, online, asked, clear, lastReportMs, inspectedMs, copies);
    }

    HostRecord inspectedAt(long nowMs) {
      return new HostRecord(host, online, drained, clear, lastReportMs, nowMs, copies);
    }

    HostRecord judged(boolean isClear, SortedMap<MachineId, List<String>> has) {
      return new HostRecord(host, online, drained, isClear, lastReportMs, inspectedMs, has);
    }

    HostRecord lost() {
      return new HostRecord(host, false, drained, false, lastReportMs, inspectedMs, copies);
    }
  }

  /** What a person wants of a vjob. */
  public enum Wanted {
    RUN,
    SLEEP,
    END
  }

  /**
   * @param sequence order of submission
   * @param state derived from its machines' states and kept for users
   * @param reason why it is not running although it is wanted to, or why it ended; may be empty
   * @param broken a machine was lost or its start was taken back: the rest is shut down and the
   *     vjob starts again from what it has
   * @param notBeforeMs it is not tried again earlier than this (back-off after failures)
   * @param failures starts or resumes that failed in a row
   * @param vni of its network
   * @param saved the last complete saved state: one for each machine, or empty
   * @param runStarted its command was started in the guest (and is in the saved state, if any)
   * @param transition what its machines are being taken through together; empty when they are all
   *     at rest
   * @param submission key of the submission of several that it came with
   */
  public record VjobRecord(
      VjobSpec spec,
      long sequence,
      long submittedMs,
      VjobState state,
      Wanted wanted,
      String reason,
      boolean broken,
      long notBeforeMs,
      int failures,
      int vni,
      SortedMap<MachineId, SavedState> saved,
      boolean runStarted,
      Optional<Integer> exitCode,
      String output,
      Optional<Long> endedMs,
      String sshKey,
      String sshPublicKey,
      Optional<Transition> transition,
      Optional<String> submission) {
    public VjobRecord {
      saved = Collections.unmodifiableSortedMap(new TreeMap<>(saved));
    }
  }

  /** What the machines of a vjob are being taken through together. */
  public enum Phase {
    /** Booting. */
    BOOT,
    /** All have booted; its command is being started. */
    START_RUN,
    /** Suspend: all are being paused. */
    PAUSE,
    /** Suspend: all are paused and being saved. */
    SAVE,
    /** A suspend failed: those already saved are being loaded again where they were. */
    UNDO_SAVE,
    /** A suspend failed: all are being continued. */
    UNDO_PAUSE,
    /** Resume: being loaded. */
    RESTORE,
    /** Resume: all are loaded and being continued. */
    CONTINUE,
    /** Being shut down as planned. */
    SHUTDOWN,
    /** A machine was lost or would not start: all that lives is being removed. */
    UNWIND
  }

  /**
   * @param stateId of the saved state being made, or empty
   * @param firstPauseMs when the first machine stopped, 0 before
   * @param lastPauseMs when the last machine stopped, 0 before
   * @param trouble what went wrong, or empty
   */
  public record Transition(
      Phase phase,
      long sinceMs,
      String stateId,
      long firstPauseMs,
      long lastPauseMs,
      String trouble) {
    Transition entering(Phase next, long nowMs) {
      return new Transition(next, nowMs, stateId, firstPauseMs, lastPauseMs, trouble);
    }

    /** One more machine has stopped. */
    Transition paused(long atMs) {
      long first = firstPauseMs == 0 ? atMs : Math.min(firstPauseMs, atMs);
      return new Transition(phase, sinceMs, stateId, first, Math.max(lastPauseMs, atMs), trouble);
    }

    Transition saving(String state) {
      return new Transition(phase, sinceMs, state, firstPauseMs, lastPauseMs, "");
    }

    Transition troubled(String message) {
      return new Transition(phase, sinceMs, stateId, firstPauseMs, lastPauseMs, message);
    }
  }

  /**
   * @param network its address and card, for its whole life
   * @param incarnation of its last start
   * @param banned hosts on which it failed lately, and until when (milliseconds of the epoch)
   * @param changed version of the grid's state in which its state or operation last changed; what a
   *     host says of it counts only if the host was asked in that version or later
   * @param sinceMs since when it is in its state
   */
  public record MachineRecord(
      MachineId id,
      MachineState state,
      NetworkAttachment network,
      long incarnation,
      SortedMap<HostId, Long> banned,
      Optional<HostId> pinned,
      long changed,
      long sinceMs) {
    public MachineRecord {
      banned = Collections.unmodifiableSortedMap(new TreeMap<>(banned));
    }

    MachineRecord with(MachineState next, long version, long since) {
      return new MachineRecord(id, next, network, incarnation, banned, pinned, version, since);
    }

    MachineRecord withIncarnation(long next) {
      return new MachineRecord(id, state, network, next, banned, pinned, changed, sinceMs);
    }

    MachineRecord withBanned(SortedMap<HostId, Long> next) {
      return new MachineRecord(id, state, network, incarnation, next, pinned, changed, sinceMs);
    }

    MachineRecord withPinned(Optional<HostId> next) {
      return new MachineRecord(id, state, network, incarnation, banned, next, changed, sinceMs);
    }
  }

  /**
   * An operation that was sent and has not ended.
   *
   * @param step id of the plan step that it belongs to; empty for those outside a plan
   * @param cleanup removes something left over; says nothing of the machine's state
   * @param attempt 1 for the first, more for another try of the same
   * @param sends how often it was sent; 0: it waits for {@code startedMs} (pause before a retry)
   * @param deadlineMs after this it is sent again and the host inspected, and in the end given up
   */
  public record OperationRecord(
      String id,
      HostId host,
      Operation what,
      Optional<Integer> step,
      boolean cleanup,
      int attempt,
      int sends,
      long startedMs,
      long deadlineMs) {
    OperationRecord sent(long nextDeadline) {
      return new OperationRecord(
          id, host, what, step, cleanup, attempt, sends + 1, startedMs, nextDeadline);
    }

    OperationRecord without(Optional<Integer> kept, boolean asCleanup) {
      return new OperationRecord(
          id, host, what, kept, asCleanup, attempt, sends, startedMs, deadlineMs);
    }
  }

  /**
   * A context switch.
   *
   * @param cause in words, for people
   * @param actions one for each step of the plan, in its order
   * @param pauseSkewMs for each vjob that was suspended: time between its first and its last pause
   */
  public record SwitchRecord(
      long id,
      String cause,
      long startedMs,
      Optional<Long> endedMs,
      Plan plan,
      List<ActionRecord> actions,
      SortedMap<VjobId, Long> pauseSkewMs) {
    public SwitchRecord {
      actions = List.copyOf(actions);
      pauseSkewMs = Collections.unmodifiableSortedMap(new TreeMap<>(pauseSkewMs));
    }
  }

  /** How far one action of a context switch is. */
  public enum Progress {
    PENDING,
    ACTIVE,
    DONE,
    FAILED,
    /** Not tried, because what it waited for failed or is no longer wanted. */
    DROPPED
  }

  /**
   * @param startMs milliseconds from the start of the switch
   * @param downtimeMs how long the machine's processors stood still; for a suspend until it is
   *     saved it is not counted
   */
  public record ActionRecord(
      Action action,
      Progress progress,
      long startMs,
      long durationMs,
      long downtimeMs,
      String message) {}

  /** Hosts of which a ban still holds. */
  static SortedSet<HostId> active(SortedMap<HostId, Long> banned, long nowMs) {
    TreeSet<HostId> active = new TreeSet<>();
    banned.forEach((host, until) -> {
      if (until > nowMs) {
        active.add(host);
      }
    });
    return active;
  }
}
