package org.heddle.dist.plan;

import org.heddle.model.NodeSet;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.ConstraintText;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import tools.jackson.core.JsonGenerator;

/** Writes instances in Heddle's own form, which {@link HeddleInstanceReader} reads. */
final class HeddleInstanceWriter {
  private final Instance instance;
  private final JsonGenerator out;

  HeddleInstanceWriter(Instance instance, JsonGenerator out) {
    this.instance = instance;
    this.out = out;
  }

  void write() {
    out.writeStartObject();
    out.writeStringProperty("format", HeddleInstanceReader.FORMAT);
    out.writeArrayPropertyStart("resources");
    for (int r = 0; r < instance.resources(); r++) {
      out.writeString(instance.resourceName(r));
    }
    out.writeEndArray();
    if (instance.memoryResource() >= 0) {
      out.writeStringProperty("memory", instance.resourceName(instance.memoryResource()));
    }
    network();
    out.writeArrayPropertyStart("hosts");
    for (int h = 0; h < instance.hosts(); h++) {
      host(h);
    }
    out.writeEndArray();
    out.writeArrayPropertyStart("machines");
    for (int m = 0; m < instance.machines(); m++) {
      machine(m);
    }
    out.writeEndArray();
    vjobs();
    ConstraintText text = new ConstraintText(instance);
    out.writeArrayPropertyStart("constraints");
    for (Constraint constraint : instance.constraints()) {
      out.writeString(text.print(constraint));
    }
    out.writeEndArray();
    out.writeEndObject();
    out.writeRaw('\n');
    out.flush();
  }

  private void network() {
    if (instance.links() > 0) {
      out.writeArrayPropertyStart("links");
      for (int l = 0; l < instance.links(); l++) {
        out.writeStartObject();
        out.writeStringProperty("name", instance.linkName(l));
        out.writeNumberProperty("mbitPerS", instance.linkMbitPerS(l));
        out.writeEndObject();
      }
      out.writeEndArray();
    }
    if (instance.sites() > 0) {
      out.writeArrayPropertyStart("sites");
      for (int s = 0; s < instance.sites(); s++) {
        out.writeStartObject();
        out.writeStringProperty("name", instance.siteName(s));
        if (instance.siteLink(s) >= 0) {
          out.writeStringProperty("link", instance.linkName(instance.siteLink(s)));
        }
        out.writeEndObject();
      }
      out.writeEndArray();
    }
  }

  private void host(int h) {
    out.writeStartObject();
    out.writeStringProperty("name", instance.hostName(h));
    if (!instance.online(h)) {
      out.writeBooleanProperty("online", false);
    }
    out.writeObjectPropertyStart("capacity");
    for (int r = 0; r < instance.resources(); r++) {
      out.writeNumberProperty(instance.resourceName(r), instance.capacity(h, r));
    }
    out.writeEndObject();
    if (instance.site(h) >= 0) {
      out.writeStringProperty("site", instance.siteName(instance.site(h)));
    }
    if (instance.hostLink(h) >= 0) {
      out.writeStringProperty("link", instance.linkName(instance.hostLink(h)));
    }
    attributes(attribute -> instance.hostAttribute(h, attribute));
    out.writeEndObject();
  }

  private void machine(int m) {
    out.writeStartObject();
    out.writeStringProperty("name", instance.machineName(m));
    if (instance.state(m) != MachineState.READY) {
      out.writeStringProperty("state", Words.of(instance.state(m)));
      out.writeStringProperty("host", instance.hostName(instance.host(m)));
    }
    out.writeObjectPropertyStart("demand");
    for (int r = 0; r < instance.resources(); r++) {
      out.writeNumberProperty(instance.resourceName(r), instance.present(m, r));
    }
    out.writeEndObject();
    if (instance.stateless(m)) {
      out.writeBooleanProperty("stateless", true);
    }
    attributes(attribute -> instance.attribute(m, attribute));
    out.writeEndObject();
  }

  private interface Values {
    double of(Attribute attribute);
  }

  private void attributes(Values values) {
    boolean open = false;
    for (Attribute attribute : Attribute.values()) {
      double value = values.of(attribute);
      if (!Double.isNaN(value)) {
        if (!open) {
          out.writeObjectPropertyStart("attributes");
          open = true;
        }
        Words.number(out, attribute.key(), value);
      }
    }
    if (open) {
      out.writeEndObject();
    }
  }

  private void vjobs() {
    if (instance.vjobs() == 0) {
      return;
    }
    out.writeArrayPropertyStart("vjobs");
    for (int v = 0; v < instance.vjobs(); v++) {
      out.writeStartObject();
      out.writeStringProperty("name", instance.vjobName(v));
      out.writeStringProperty(
          "machines",
          NodeSet.fold(instance.vjobMachines(v).stream().mapToObj(instance::machineName).toList()));
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
