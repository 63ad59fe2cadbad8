package org.heddle.dist.plan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.model.NodeSet;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.ConstraintText;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.MachineState;

/**
 * Reads Heddle's own instances; docs/planner.md describes them. Lists may come in any order, so
 * they are kept as read until the end, and then put into the builder in the order that it wants.
 */
final class HeddleInstanceReader {
  static final String FORMAT = "heddle-instance-1";

  private final JsonInput in;
  private final Additions more;
  private final InstanceBuilder builder = new InstanceBuilder();
  private final Map<String, Integer> resources = new HashMap<>();
  private final Map<String, Integer> links = new HashMap<>();
  private final Map<String, Integer> sites = new HashMap<>();
  private final List<Link> linkList = new ArrayList<>();
  private final List<Site> siteList = new ArrayList<>();
  private final List<Element> hosts = new ArrayList<>();
  private final List<Element> machines = new ArrayList<>();
  private final List<Vjob> vjobs = new ArrayList<>();
  private final List<String> constraints = new ArrayList<>();
  private List<String> resourceNames = List.of();
  private String memory = "";

  private record Link(String name, long mbitPerS) {}

  private record Site(String name, String link) {}

  private record Vjob(String name, String machines) {}

  private record Amount(String resource, long amount) {}

  private record Value(Attribute attribute, double value) {}

  /** A host or machine, or several that differ in nothing but their names. */
  private static final class Element {
    String names = "";
    boolean online = true;
    MachineState state = MachineState.READY;
    String host = "";
    String site = "";
    String link = "";
    boolean stateless;
    List<Amount> amounts = List.of();
    List<Value> values = List.of();
  }

  HeddleInstanceReader(JsonInput in, Additions more) {
    this.in = in;
    this.more = more;
  }

  /** The parser stands on the value of "format". */
  LoadedInstance read() throws IOException {
    String format = in.string();
    if (!format.equals(FORMAT)) {
      throw in.wrong("the format is '" + format + "'", "this program reads " + FORMAT);
    }
    in.rest(this::section);
    Instance instance = build();
    Numbering plain = Numbering.plain(instance.machines(), instance.hosts());
    return new LoadedInstance(instance, plain, false, 0);
  }

  private void section(String key) {
    switch (key) {
      case "resources" -> {
        List<String> names = new ArrayList<>();
        in.array(() -> names.add(in.string()));
        resourceNames = names;
      }
      case "memory" -> memory = in.string();
      case "links" -> in.array(this::link);
      case "sites" -> in.array(this::site);
      case "hosts" -> in.array(this::host);
      case "machines" -> in.array(this::machine);
      case "vjobs" -> in.array(this::vjob);
      case "constraints" -> in.array(() -> constraints.add(in.string()));
      case "$schema", "comment" -> in.skip();
      default ->
          throw unknown(
              key, "resources, memory, links, sites, hosts, machines, vjobs, constraints");
    }
  }

  private InvalidInstance unknown(String key, String known) {
    return in.wrong("'" + key + "' is not known", "use " + known);
  }

  private void link() {
    String[] name = {""};
    long[] rate = {0};
    in.object(key -> {
      switch (key) {
        case "name" -> name[0] = in.string();
        case "mbitPerS" -> rate[0] = in.amount();
        default -> throw unknown(key, "name, mbitPerS");
      }
    });
    linkList.add(new Link(name[0], rate[0]));
  }

  private void site() {
    String[] texts = {"", ""};
    in.object(key -> {
      switch (key) {
        case "name" -> texts[0] = in.string();
        case "link" -> texts[1] = in.string();
        default -> throw unknown(key, "name, link");
      }
    });
    siteList.add(new Site(texts[0], texts[1]));
  }

  private void host() {
    Element host = new Element();
    in.object(key -> {
      switch (key) {
        case "name" -> host.names = in.string();
        case "online" -> host.online = in.flag();
        case "capacity" -> host.amounts = amounts();
        case "site" -> host.site = in.string();
        case "link" -> host.link = in.string();
        case "attributes" -> host.values = values();
        default -> throw unknown(key, "name, online, capacity, site, link, attributes");
      }
    });
    hosts.add(host);
  }

  private void machine() {
    Element machine = new Element();
    in.object(key -> {
      switch (key) {
        case "name" -> machine.names = in.string();
        case "state" -> machine.state = state();
        case "host" -> machine.host = in.string();
        case "demand" -> machine.amounts = amounts();
        case "stateless" -> machine.stateless = in.flag();
        case "attributes" -> machine.values = values();
        default -> throw unknown(key, "name, state, host, demand, stateless, attributes");
      }
    });
    if ((machine.state == MachineState.READY) != machine.host.isEmpty()) {
      throw in.wrong(
          "machine "
              + machine.names
              + (machine.host.isEmpty() ? " has no host" : " is ready and has a host"),
          "give \"host\" for running and sleeping machines, and for no others");
    }
    machines.add(machine);
  }

  private MachineState state() {
    String word = in.string();
    return switch (word) {
      case "running" -> MachineState.RUNNING;
      case "sleeping" -> MachineState.SLEEPING;
      case "ready" -> MachineState.READY;
      default -> throw in.wrong("'" + word + "' is no state", "use running, sleeping or ready");
    };
  }

  private List<Amount> amounts() {
    List<Amount> amounts = new ArrayList<>();
    in.object(resource -> amounts.add(new Amount(resource, in.amount())));
    return amounts;
  }

  private List<Value> values() {
    List<Value> values = new ArrayList<>();
    in.object(key -> {
      Optional<Attribute> attribute = Attribute.keyed(key);
      values.add(
          new Value(
              attribute.orElseThrow(() ->
                  unknown(
                      key,
                      String.join(
                          ", ", Arrays.stream(Attribute.values()).map(Attribute::key).toList()))),
              in.decimal()));
    });
    return values;
  }

  private void vjob() {
    String[] texts = {"", ""};
    in.object(key -> {
      switch (key) {
        case "name" -> texts[0] = in.string();
        case "machines" -> texts[1] = in.string();
        default -> throw unknown(key, "name, machines");
      }
    });
    vjobs.add(new Vjob(texts[0], texts[1]));
  }

  // All is read; now everything has its names.

  private Instance build() throws IOException {
    for (String name : resourceNames) {
      resources.put(name, builder.resource(name));
    }
    if (!memory.isEmpty()) {
      builder.memoryResource(index(resources, memory, "resource", "memory"));
    }
    for (Link link : linkList) {
      links.put(link.name, builder.link(link.name, link.mbitPerS));
    }
    for (Site site : siteList) {
      int link = site.link.isEmpty() ? -1 : index(links, site.link, "link", "site " + site.name);
      sites.put(site.name, builder.site(site.name, link));
    }
    for (Element host : hosts) {
      names(host.names, "hosts").forEach(name -> host(name, host));
    }
    for (Element machine : machines) {
      names(machine.names, "machines").forEach(name -> machine(name, machine));
    }
    for (Vjob vjob : vjobs) {
      int[] members =
          names(vjob.machines, "vjob " + vjob.name).stream()
              .mapToInt(
                  name -> known(builder.machineNamed(name), "machine", name, "vjob " + vjob.name))
              .toArray();
      builder.vjob(vjob.name, Indices.of(members));
    }
    Instance draft = builder.draft();
    ConstraintText text = new ConstraintText(draft);
    for (int i = 0; i < constraints.size(); i++) {
      try {
        builder.constraint(text.parse(constraints.get(i)));
      } catch (InvalidInstance wrong) {
        throw new InvalidInstance(wrong.kind(), "/constraints/" + i + ": " + wrong.words());
      }
    }
    return builder.constraints(more.constraints(draft)).build();
  }

  private static Collection<String> names(String set, String place) {
    try {
      return NodeSet.parse(set);
    } catch (IllegalArgumentException wrong) {
      throw InvalidInstance.invalid(
          place, String.valueOf(wrong.getMessage()), "write names as host1 or host[1-100]");
    }
  }

  private void host(String name, Element host) {
    int h = builder.host(name);
    String place = "host " + name;
    builder.online(h, host.online);
    host.amounts.forEach(each ->
        builder.capacity(h, index(resources, each.resource, "resource", place), each.amount));
    if (!host.site.isEmpty()) {
      builder.siteOf(h, index(sites, host.site, "site", place));
    }
    if (!host.link.isEmpty()) {
      builder.hostLink(h, index(links, host.link, "link", place));
    }
    host.values.forEach(value -> builder.hostAttribute(h, value.attribute, value.value));
  }

  private void machine(String name, Element machine) {
    int m = builder.machine(name);
    String place = "machine " + name;
    int host =
        machine.host.isEmpty()
            ? -1
            : known(builder.hostNamed(machine.host), "host", machine.host, place);
    switch (machine.state) {
      case RUNNING -> builder.running(m, host);
      case SLEEPING -> builder.sleeping(m, host);
      case READY, KILLED -> builder.ready(m);
    }
    machine.amounts.forEach(
        each -> builder.demand(m, index(resources, each.resource, "resource", place), each.amount));
    builder.stateless(m, machine.stateless);
    machine.values.forEach(value -> builder.attribute(m, value.attribute, value.value));
  }

  private static int index(Map<String, Integer> known, String name, String kind, String place) {
    return known(known.getOrDefault(name, -1), kind, name, place);
  }

  private static int known(int index, String kind, String name, String place) {
    if (index < 0) {
      throw InvalidInstance.invalid(
          place, "there is no " + kind + " '" + name + "'", "list it under \"" + kind + "s\"");
    }
    return index;
  }
}
