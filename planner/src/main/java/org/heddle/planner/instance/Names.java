package org.heddle.planner.instance;

import java.util.Locale;

/** The words of messages about an instance. */
final class Names {
  private final Instance instance;
  private final ConstraintText text;

  Names(Instance instance) {
    this.instance = instance;
    this.text = new ConstraintText(instance);
  }

  ConstraintText text() {
    return text;
  }

  String machine(int machine) {
    return instance.machineName(machine);
  }

  String host(int host) {
    return host < 0 ? "no host" : instance.hostName(host);
  }

  String on(int machine, int host) {
    return machine(machine) + " runs on " + host(host);
  }

  String both(int one, int other, int host) {
    return machine(Math.min(one, other))
        + " and "
        + machine(Math.max(one, other))
        + " run on "
        + host(host);
  }

  String over(int host, int resource, long use) {
    return host(host)
        + " uses "
        + use
        + " of "
        + instance.usable(host, resource)
        + " "
        + instance.resourceName(resource);
  }

  static String word(MachineState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  static String word(TimedAction.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
