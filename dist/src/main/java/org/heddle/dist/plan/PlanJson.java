package org.heddle.dist.plan;

import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import tools.jackson.core.JsonGenerator;

/** The actions of a plan in Heddle's JSON; numbered from 1, as in the table. */
final class PlanJson {
  static final String FORMAT = "heddle-plan-1";

  private PlanJson() {}

  /** Writes the property "actions". */
  static void actions(JsonGenerator out, Instance instance, Schedule schedule) {
    out.writeArrayPropertyStart("actions");
    for (int i = 0; i < schedule.actions().size(); i++) {
      TimedAction action = schedule.actions().get(i);
      out.writeStartObject();
      out.writeNumberProperty("id", i + 1);
      out.writeStringProperty("action", Words.of(action.kind()));
      if (action.machine() >= 0) {
        out.writeStringProperty("machine", instance.machineName(action.machine()));
      }
      if (action.from() >= 0) {
        out.writeStringProperty("from", instance.hostName(action.from()));
      }
      if (action.to() >= 0) {
        out.writeStringProperty("to", instance.hostName(action.to()));
      }
      out.writeNumberProperty("startMs", action.startMs());
      out.writeNumberProperty("endMs", action.endMs());
      out.writeArrayPropertyStart("waitsFor");
      action.waitsFor().stream().forEach(other -> out.writeNumber(other + 1));
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
