package org.heddle.planner.instance;

/** Puts all of an instance into a builder. */
final class InstanceCopy {
  private final Instance from;
  private final InstanceBuilder to;

  InstanceCopy(Instance from, InstanceBuilder to) {
    this.from = from;
    this.to = to;
  }

  void copy() {
    for (int r = 0; r < from.resources(); r++) {
      to.resource(from.resourceName(r));
    }
    to.memoryResource(from.memoryResource());
    for (int l = 0; l < from.links(); l++) {
      to.link(from.linkName(l), from.linkMbitPerS(l));
    }
    for (int s = 0; s < from.sites(); s++) {
      to.site(from.siteName(s), from.siteLink(s));
    }
    for (int h = 0; h < from.hosts(); h++) {
      host(h);
    }
    for (int m = 0; m < from.machines(); m++) {
      machine(m);
    }
    for (int v = 0; v < from.vjobs(); v++) {
      to.vjob(from.vjobName(v), from.vjobMachines(v));
    }
    to.constraints(from.constraints());
  }

  private void host(int h) {
    to.host(from.hostName(h));
    to.online(h, from.online(h)).siteOf(h, from.site(h)).hostLink(h, from.hostLink(h));
    for (int r = 0; r < from.resources(); r++) {
      to.capacity(h, r, from.capacity(h, r));
    }
    for (Attribute attribute : Attribute.values()) {
      double value = from.hostAttribute(h, attribute);
      if (!Double.isNaN(value)) {
        to.hostAttribute(h, attribute, value);
      }
    }
  }

  private void machine(int m) {
    to.machine(from.machineName(m));
    switch (from.state(m)) {
      case RUNNING -> to.running(m, from.host(m));
      case SLEEPING -> to.sleeping(m, from.host(m));
      case READY, KILLED -> to.ready(m);
    }
    to.stateless(m, from.stateless(m));
    for (int r = 0; r < from.resources(); r++) {
      to.demand(m, r, from.present(m, r));
    }
    for (Attribute attribute : Attribute.values()) {
      double value = from.attribute(m, attribute);
      if (!Double.isNaN(value)) {
        to.attribute(m, attribute, value);
      }
    }
  }
}
