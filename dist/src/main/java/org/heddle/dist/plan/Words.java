package org.heddle.dist.plan;

import java.util.Locale;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction;
import tools.jackson.core.JsonGenerator;

/** How states, actions and numbers are written in files and tables. */
final class Words {
  private Words() {}

  static String of(MachineState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /** Such as {@code migrate} and {@code boot-host}. */
  static String of(TimedAction.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whole numbers without a point. */
  static void number(JsonGenerator out, String key, double value) {
    if (value == Math.rint(value)) {
      out.writeNumberProperty(key, (long) value);
    } else {
      out.writeNumberProperty(key, value);
    }
  }

  /** Milliseconds as seconds, such as 12.5 s. */
  static String seconds(long ms) {
    return ms % 1000 == 0
        ? ms / 1000 + " s"
        : String.format(Locale.ROOT, "%.3f", ms / 1000.0).replaceFirst("0+$", "") + " s";
  }
}
