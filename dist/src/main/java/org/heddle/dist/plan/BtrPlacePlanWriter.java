package org.heddle.dist.plan;

import java.util.List;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import tools.jackson.core.JsonGenerator;

/**
 * Writes a schedule as BtrPlace's ReconfigurationPlanConverter reads it. Times are whole seconds:
 * every time is rounded up, which keeps the order of all starts and ends. A changed demand is an
 * event before the machine starts, after it has migrated, or an action of its own where it stays.
 */
final class BtrPlacePlanWriter {
  private final Instance instance;
  private final Numbering numbering;
  private final JsonGenerator out;

  /** The number of the next machine that is forged in place of a stateless one. */
  private int nextForged;

  BtrPlacePlanWriter(LoadedInstance loaded, JsonGenerator out) {
    this.instance = loaded.instance();
    this.numbering = loaded.numbering();
    this.out = out;
    int machines = numbering.machines();
    this.nextForged = machines == 0 ? 0 : numbering.machineNumber(machines - 1) + 1;
  }

  /**
   * @throws InvalidInstance when BtrPlace has no number for an amount
   */
  void write(Schedule schedule) {
    for (int r = 0; r < instance.resources(); r++) {
      for (int h = 0; h < instance.hosts(); h++) {
        check(instance.hostName(h), r, instance.capacity(h, r));
      }
      for (int m = 0; m < instance.machines(); m++) {
        check(instance.machineName(m), r, Math.max(instance.present(m, r), instance.next(m, r)));
      }
    }
    out.writeStartObject();
    out.writeName("origin");
    new BtrPlaceModelWriter(instance, numbering, out).write();
    out.writeArrayPropertyStart("actions");
    schedule.actions().forEach(this::action);
    out.writeEndArray();
    out.writeEndObject();
    out.writeRaw('\n');
    out.flush();
  }

  private void check(String name, int resource, long amount) {
    if (amount > Integer.MAX_VALUE) {
      throw InvalidInstance.invalid(
          name,
          amount + " " + instance.resourceName(resource) + " is more than BtrPlace can count",
          "count in a larger unit, below 2^31, or write the plan with -o json");
    }
  }

  private void action(TimedAction action) {
    long start = seconds(action.startMs());
    long end = seconds(action.endMs());
    int machine = action.machine();
    switch (action.kind()) {
      case MIGRATE -> {
        begin("migrateVM", machine);
        way(action);
        out.writeNumberProperty("bandwidth", 0);
        finish(start, end, "post", machine);
      }
      case SUSPEND -> {
        begin("suspendVM", machine);
        way(action);
        finish(start, end, "", machine);
      }
      case RESUME -> {
        begin("resumeVM", machine);
        way(action);
        finish(start, end, "pre", machine);
      }
      case BOOT -> {
        begin("bootVM", machine);
        bootsOn(action.to());
        finish(start, end, "pre", machine);
      }
      case SHUTDOWN -> {
        begin("shutdownVM", machine);
        on(action.from());
        finish(start, end, "", machine);
      }
      case KILL -> {
        begin("killVM", machine);
        on(Math.max(0, action.from())); // the reader asks for a node, whatever the machine's state
        finish(start, end, "", machine);
      }
      case RELAUNCH -> relaunch(action, start, end);
      case ALLOCATE -> allocations(action, start, end);
      case BOOT_HOST -> host("bootNode", action.to(), start, end);
      case SHUTDOWN_HOST -> host("shutdownNode", action.from(), start, end);
    }
  }

  private static long seconds(long ms) {
    return Math.ceilDiv(ms, 1000L);
  }

  private void begin(String id, int machine) {
    out.writeStartObject();
    out.writeStringProperty("id", id);
    out.writeNumberProperty("vm", numbering.machineNumber(machine));
  }

  private void way(TimedAction action) {
    out.writeNumberProperty("from", numbering.hostNumber(action.from()));
    out.writeNumberProperty("to", numbering.hostNumber(action.to()));
  }

  private void on(int host) {
    out.writeNumberProperty("on", numbering.hostNumber(host));
  }

  /** Older converters of BtrPlace read {@code to}, newer ones {@code on}. */
  private void bootsOn(int host) {
    on(host);
    out.writeNumberProperty("to", numbering.hostNumber(host));
  }

  /**
   * @param hook before or after which the changed demand is given; none if empty
   */
  private void finish(long start, long end, String hook, int machine) {
    out.writeNumberProperty("start", start);
    out.writeNumberProperty("end", end);
    out.writeObjectPropertyStart("hooks");
    for (String each : List.of("pre", "post")) {
      out.writeArrayPropertyStart(each);
      if (each.equals(hook)) {
        events(machine);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private void events(int machine) {
    for (int r = 0; r < instance.resources(); r++) {
      if (instance.present(machine, r) != instance.next(machine, r)) {
        allocate(r, numbering.machineNumber(machine), instance.next(machine, r));
      }
    }
  }

  private void allocate(int resource, int number, long amount) {
    out.writeStartObject();
    out.writeStringProperty("id", "allocate");
    out.writeStringProperty("rc", instance.resourceName(resource));
    out.writeNumberProperty("vm", number);
    out.writeNumberProperty("amount", amount);
    out.writeEndObject();
  }

  private void allocations(TimedAction action, long start, long end) {
    for (int r = 0; r < instance.resources(); r++) {
      if (instance.present(action.machine(), r) != instance.next(action.machine(), r)) {
        begin("allocate", action.machine());
        on(action.to());
        out.writeStringProperty("rc", instance.resourceName(r));
        out.writeNumberProperty("amount", instance.next(action.machine(), r));
        finish(start, end, "", action.machine());
      }
    }
  }

  private void host(String id, int host, long start, long end) {
    out.writeStartObject();
    out.writeStringProperty("id", id);
    out.writeNumberProperty("node", numbering.hostNumber(host));
    finish(start, end, "", -1);
  }

  /** A new machine is forged and booted, takes the place of the old one, which is shut down. */
  private void relaunch(TimedAction action, long start, long end) {
    int number = numbering.machineNumber(action.machine());
    int forged = nextForged++;
    double stop = instance.attribute(action.machine(), Attribute.SHUTDOWN);
    long booted = Math.max(start, end - (Double.isNaN(stop) ? 1 : (long) Math.ceil(stop)));
    out.writeStartObject();
    out.writeStringProperty("id", "forgeVM");
    out.writeNumberProperty("vm", forged);
    finish(start, start, "", -1);
    out.writeStartObject();
    out.writeStringProperty("id", "bootVM");
    out.writeNumberProperty("vm", forged);
    bootsOn(action.to());
    out.writeNumberProperty("start", start);
    out.writeNumberProperty("end", booted);
    out.writeObjectPropertyStart("hooks");
    out.writeArrayPropertyStart("pre");
    out.writeStartObject();
    out.writeStringProperty("id", "substitutedVM");
    out.writeNumberProperty("vm", number);
    out.writeNumberProperty("newVm", forged);
    out.writeEndObject();
    for (int r = 0; r < instance.resources(); r++) {
      allocate(r, forged, instance.next(action.machine(), r));
    }
    out.writeEndArray();
    out.writeArrayPropertyStart("post");
    out.writeEndArray();
    out.writeEndObject();
    out.writeEndObject();
    begin("shutdownVM", action.machine());
    on(action.from());
    finish(booted, end, "", -1);
  }
}
