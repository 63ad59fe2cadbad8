package org.heddle.planner.order;

import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * BtrPlace's default durations: the attribute of the action's name in seconds, and 1 s where there
 * is none; a demand that changes in place takes no time of its own, as in BtrPlace's plans.
 */
public record AttributeDurations(Instance instance) implements Durations {
  private static final double DEFAULT_SECONDS = 1;

  @Override
  public long ms(Kind kind, int machine, int from, int to, double goodput) {
    double seconds =
        switch (kind) {
          case BOOT -> machine(machine, Attribute.BOOT);
          case SHUTDOWN -> machine(machine, Attribute.SHUTDOWN);
          case SUSPEND -> machine(machine, Attribute.SUSPEND);
          case RESUME -> machine(machine, Attribute.RESUME);
          case MIGRATE -> machine(machine, Attribute.MIGRATE);
          case RELAUNCH -> machine(machine, Attribute.BOOT) + machine(machine, Attribute.SHUTDOWN);
          case KILL -> machine(machine, Attribute.KILL);
          case ALLOCATE -> given(instance.attribute(machine, Attribute.ALLOCATE), 0);
          case BOOT_HOST -> given(instance.hostAttribute(to, Attribute.BOOT), DEFAULT_SECONDS);
          case SHUTDOWN_HOST ->
              given(instance.hostAttribute(from, Attribute.SHUTDOWN), DEFAULT_SECONDS);
        };
    return Math.round(seconds * 1000);
  }

  private double machine(int machine, Attribute attribute) {
    return given(instance.attribute(machine, attribute), DEFAULT_SECONDS);
  }

  private static double given(double value, double otherwise) {
    return Double.isNaN(value) ? otherwise : value;
  }
}
