package org.heddle.planner.order;

import org.heddle.planner.instance.TimedAction.Kind;
import org.jspecify.annotations.Nullable;

/** One action on its way into the schedule. */
final class Task {
  final Kind kind;
  final int machine;
  final int from;
  final int to;

  /** First half of a detour: what it takes on {@link #to} is enough for both demands. */
  final boolean detourOut;

  /** Second half of a detour: it gives back what the first half took. */
  final boolean detourBack;

  /** The last task of its machine: what comes after the machine waits for it. */
  boolean last = true;

  long startMs = -1;
  long endMs = -1;

  /** MiB/s over the links of its path; unbounded for those that use none. */
  double goodput = Durations.UNBOUNDED;

  /** Position among the started ones. */
  int position = -1;

  int[] waitsFor = {};

  /** Whether it counts for the bounds of actions at once. */
  boolean limited = true;

  /** The unit of the machine's next task. */
  @Nullable Unit then;

  /** Whether a machine that is killed ran before. */
  private boolean ran;

  private Task(Kind kind, int machine, int from, int to, boolean out, boolean back) {
    this.kind = kind;
    this.machine = machine;
    this.from = from;
    this.to = to;
    this.detourOut = out;
    this.detourBack = back;
  }

  static Task of(Kind kind, int machine, int from, int to) {
    return new Task(kind, machine, from, to, false, false);
  }

  static Task kill(int machine, int from, boolean ran) {
    Task task = of(Kind.KILL, machine, from, -1);
    task.ran = ran;
    return task;
  }

  Task detourTo(int host) {
    Task out = new Task(kind, machine, from, host, true, false);
    out.last = false;
    return out;
  }

  Task backFrom(int host) {
    return new Task(kind, machine, host, to, false, true);
  }

  /** In place of a migration: it sleeps where it is. */
  Task suspended() {
    Task suspend = new Task(Kind.SUSPEND, machine, from, from, false, detourBack);
    suspend.last = false;
    return suspend;
  }

  Task resumed() {
    return new Task(Kind.RESUME, machine, from, to, false, false);
  }

  /**
   * Whether a machine uses room on {@link #to} from its start that it has not used there before.
   */
  boolean enters() {
    return switch (kind) {
      case BOOT, RESUME, MIGRATE, RELAUNCH -> true;
      case SHUTDOWN, SUSPEND, KILL, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> false;
    };
  }

  /** Whether a running machine is gone from {@link #from} at its end. */
  boolean leaves() {
    return switch (kind) {
      case SHUTDOWN, SUSPEND, MIGRATE, RELAUNCH -> true;
      case KILL -> ran;
      case BOOT, RESUME, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> false;
    };
  }

  boolean relocates() {
    return kind.relocates();
  }
}
