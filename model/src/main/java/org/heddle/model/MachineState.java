package org.heddle.model;

import java.util.Optional;

/**
 * The life cycle of a machine, a closed sum. {@link #mayBecome} holds every legal transition.
 *
 * <pre>
 * waiting -> booting -> running -> pausing -> paused -> saving -> sleeping
 *                       running -> migrating -> running
 *                       sleeping -> restoring -> restored (paused) -> continuing -> running
 *                       any but terminated -> stopping -> waiting or terminated (or sleeping, when a saved state is kept)
 * </pre>
 */
public sealed interface MachineState {
  /** The host on which the machine uses room now; empty when it uses none. */
  Optional<HostId> host();

  /** Never started, or its work is to begin anew. */
  record Waiting() implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.empty();
    }
  }

  /** Starting from its image. */
  record Booting(HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  record Running(HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  /** Live migration: it uses room on both hosts, and runs on exactly one. */
  record Migrating(HostId from, HostId to) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(from);
    }
  }

  /** Its processors are being stopped, or are stopped, as part of a suspend of its vjob. */
  record Pausing(HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  record Paused(HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  /** Its state is being written to durable storage. */
  record Saving(HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  /** Suspended: its state is durable on a host, which holds no memory for it. */
  record Sleeping(SavedState saved) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.empty();
    }
  }

  /** Its state is being loaded on a host, from that host or another. */
  record Restoring(SavedState saved, HostId to) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(to);
    }
  }

  /** Loaded and paused, waiting for the other machines of its vjob. */
  record Restored(SavedState saved, HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  /** Its processors are being started again as part of a resume of its vjob. */
  record Continuing(SavedState saved, HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  /** Being shut down, gracefully or not. */
  record Stopping(HostId on) implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.of(on);
    }
  }

  record Terminated() implements MachineState {
    @Override
    public Optional<HostId> host() {
      return Optional.empty();
    }
  }

  /** Whether a machine in this state may be in that one next. The same state is always allowed. */
  default boolean mayBecome(MachineState next) {
    if (getClass() == next.getClass()) {
      return true;
    }
    return switch (this) {
      case Waiting _ -> next instanceof Booting || next instanceof Terminated;
      case Booting _ ->
          next instanceof Running || next instanceof Stopping || next instanceof Waiting;
      case Running _ ->
          next instanceof Migrating
              || next instanceof Pausing
              || next instanceof Stopping
              || lostTo(next);
      case Migrating _ -> next instanceof Running || next instanceof Stopping || lostTo(next);
      case Pausing _ ->
          next instanceof Paused
              || next instanceof Running
              || next instanceof Stopping
              || lostTo(next);
      case Paused _ ->
          next instanceof Saving
              || next instanceof Continuing
              || next instanceof Running
              || next instanceof Stopping
              || lostTo(next);
      case Saving _ ->
          next instanceof Sleeping
              || next instanceof Paused
              || next instanceof Running
              || next instanceof Stopping
              || lostTo(next);
      case Sleeping(SavedState here) ->
          next instanceof Restoring
              || next instanceof Waiting
              || next instanceof Terminated
              || (next instanceof Sleeping(SavedState copy) && copy.id().equals(here.id()));
      case Restoring _ -> next instanceof Restored || next instanceof Stopping || lostTo(next);
      case Restored _ -> next instanceof Continuing || next instanceof Stopping || lostTo(next);
      case Continuing _ -> next instanceof Running || next instanceof Stopping || lostTo(next);
      case Stopping _ -> next instanceof Terminated || lostTo(next);
      case Terminated _ -> false;
    };
  }

  /** Where a machine goes whose host or process is gone: to its saved state or to the start. */
  private static boolean lostTo(MachineState next) {
    return next instanceof Waiting || next instanceof Sleeping;
  }
}
