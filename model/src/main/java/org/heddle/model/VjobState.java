package org.heddle.model;

/**
 * The life cycle of a vjob. <i>Ready</i> is waiting or sleeping. {@code STARTING}, {@code
 * SUSPENDING}, {@code RESUMING} and {@code STOPPING} last no longer than a context switch.
 */
public enum VjobState {
  WAITING,
  STARTING,
  RUNNING,
  SUSPENDING,
  SLEEPING,
  RESUMING,
  STOPPING,
  TERMINATED;

  public boolean mayBecome(VjobState next) {
    if (this == next) {
      return true;
    }
    return switch (this) {
      case WAITING -> next == STARTING || next == TERMINATED;
      case STARTING -> next == RUNNING || next == STOPPING || next == WAITING;
      case RUNNING -> next == SUSPENDING || next == STOPPING || next == WAITING || next == SLEEPING;
      case SUSPENDING -> next == SLEEPING || next == RUNNING || next == STOPPING || next == WAITING;
      case SLEEPING -> next == RESUMING || next == WAITING || next == TERMINATED;
      case RESUMING -> next == RUNNING || next == SLEEPING || next == STOPPING || next == WAITING;
      case STOPPING -> next == TERMINATED || next == WAITING || next == SLEEPING;
      case TERMINATED -> false;
    };
  }
}
