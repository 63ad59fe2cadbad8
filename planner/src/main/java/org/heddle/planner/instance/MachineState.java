package org.heddle.planner.instance;

/** Where a machine is in its life. Nothing is ever KILLED in the origin of an instance. */
public enum MachineState {
  /** Known, has no place; uses nothing. */
  READY,
  /** Uses its demand on its host. */
  RUNNING,
  /** Its saved state lies on its host; uses nothing. */
  SLEEPING,
  /** Gone for good. */
  KILLED
}
