package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.List;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Instance;
import tools.jackson.core.JsonGenerator;

/** Writes the origin of an instance as a BtrPlace model. */
final class BtrPlaceModelWriter {
  private final Instance instance;
  private final Numbering numbering;
  private final JsonGenerator out;

  BtrPlaceModelWriter(Instance instance, Numbering numbering, JsonGenerator out) {
    this.instance = instance;
    this.numbering = numbering;
    this.out = out;
  }

  void write() {
    out.writeStartObject();
    mapping();
    out.writeObjectPropertyStart("attributes");
    out.writeObjectPropertyStart("nodes");
    for (int h = 0; h < instance.hosts(); h++) {
      hostAttributes(h);
    }
    out.writeEndObject();
    out.writeObjectPropertyStart("vms");
    for (int m = 0; m < instance.machines(); m++) {
      machineAttributes(m);
    }
    out.writeEndObject();
    out.writeEndObject();
    out.writeArrayPropertyStart("views");
    for (int r = 0; r < instance.resources(); r++) {
      resource(r);
    }
    names("vm");
    names("node");
    out.writeEndArray();
    out.writeEndObject();
  }

  private void mapping() {
    List<IntList> running = lists();
    List<IntList> sleeping = lists();
    out.writeObjectPropertyStart("mapping");
    out.writeArrayPropertyStart("readyVMs");
    for (int m = 0; m < instance.machines(); m++) {
      int number = numbering.machineNumber(m);
      switch (instance.state(m)) {
        case READY -> out.writeNumber(number);
        case RUNNING -> running.get(instance.host(m)).add(number);
        case SLEEPING -> sleeping.get(instance.host(m)).add(number);
        case KILLED -> throw new IllegalStateException("nothing is killed in an origin");
      }
    }
    out.writeEndArray();
    out.writeArrayPropertyStart("offlineNodes");
    for (int h = 0; h < instance.hosts(); h++) {
      if (!instance.online(h)) {
        out.writeNumber(numbering.hostNumber(h));
      }
    }
    out.writeEndArray();
    out.writeObjectPropertyStart("onlineNodes");
    for (int h = 0; h < instance.hosts(); h++) {
      if (instance.online(h)) {
        out.writeObjectPropertyStart(Integer.toString(numbering.hostNumber(h)));
        list("runningVMs", running.get(h));
        list("sleepingVMs", sleeping.get(h));
        out.writeEndObject();
      }
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private List<IntList> lists() {
    List<IntList> lists = new ArrayList<>();
    for (int h = 0; h < instance.hosts(); h++) {
      lists.add(new IntList());
    }
    return lists;
  }

  private void list(String key, IntList numbers) {
    out.writeArrayPropertyStart(key);
    for (int i = 0; i < numbers.size(); i++) {
      out.writeNumber(numbers.at(i));
    }
    out.writeEndArray();
  }

  private void hostAttributes(int h) {
    boolean open = false;
    for (Attribute attribute : Attribute.values()) {
      double value = instance.hostAttribute(h, attribute);
      if (!Double.isNaN(value)) {
        open = open || open(numbering.hostNumber(h));
        Words.number(out, attribute.key(), value);
      }
    }
    if (open) {
      out.writeEndObject();
    }
  }

  private void machineAttributes(int m) {
    boolean open = false;
    for (Attribute attribute : Attribute.values()) {
      double value = instance.attribute(m, attribute);
      if (!Double.isNaN(value)) {
        open = open || open(numbering.machineNumber(m));
        Words.number(out, attribute.key(), value);
      }
    }
    if (instance.stateless(m)) {
      open = open || open(numbering.machineNumber(m));
      out.writeBooleanProperty("clone", true);
    }
    if (open) {
      out.writeEndObject();
    }
  }

  private boolean open(int number) {
    out.writeObjectPropertyStart(Integer.toString(number));
    return true;
  }

  private void resource(int r) {
    out.writeStartObject();
    out.writeStringProperty("id", "shareableResource");
    out.writeStringProperty("rcId", instance.resourceName(r));
    out.writeNumberProperty("defConsumption", 0);
    out.writeNumberProperty("defCapacity", 0);
    out.writeObjectPropertyStart("nodes");
    for (int h = 0; h < instance.hosts(); h++) {
      out.writeNumberProperty(Integer.toString(numbering.hostNumber(h)), instance.capacity(h, r));
    }
    out.writeEndObject();
    out.writeObjectPropertyStart("vms");
    for (int m = 0; m < instance.machines(); m++) {
      out.writeNumberProperty(Integer.toString(numbering.machineNumber(m)), instance.present(m, r));
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private void names(String type) {
    out.writeStartObject();
    out.writeStringProperty("id", "ns");
    out.writeStringProperty("type", type);
    out.writeObjectPropertyStart("map");
    if (type.equals("vm")) {
      for (int m = 0; m < instance.machines(); m++) {
        out.writeNumberProperty(instance.machineName(m), numbering.machineNumber(m));
      }
    } else {
      for (int h = 0; h < instance.hosts(); h++) {
        out.writeNumberProperty(instance.hostName(h), numbering.hostNumber(h));
      }
    }
    out.writeEndObject();
    out.writeEndObject();
  }
}
