package org.heddle.dist.plan;

import org.heddle.planner.instance.TimedAction;

/** One colour for each kind of action; told apart by people who see no red or no green too. */
final class Colours {
  private Colours() {}

  static String dark(TimedAction.Kind kind) {
    return switch (kind) {
      case MIGRATE -> "#0072b2";
      case RELAUNCH -> "#56b4e9";
      case BOOT -> "#009e73";
      case RESUME -> "#7bc8a4";
      case SUSPEND -> "#e69f00";
      case SHUTDOWN -> "#d55e00";
      case KILL -> "#a52a2a";
      case ALLOCATE -> "#9a9a9a";
      case BOOT_HOST -> "#117733";
      case SHUTDOWN_HOST -> "#884400";
    };
  }

  static String light(TimedAction.Kind kind) {
    return dark(kind) + "40";
  }
}
