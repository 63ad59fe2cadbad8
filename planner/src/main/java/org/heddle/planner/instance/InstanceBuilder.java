package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes an {@link Instance}. Resources first, then links, sites, hosts, machines, vjobs, and what
 * is known of each; constraints in any order. What is wrong is refused at once or by {@link
 * #build}, as {@link InvalidInstance}. Not for several threads.
 */
public final class InstanceBuilder {
  private final Columns c;
  private final Map<String, Integer> hostIndex = new HashMap<>();
  private final Map<String, Integer> machineIndex = new HashMap<>();
  private final Map<Indices, Indices> shared = new HashMap<>();
  private final List<Constraint> constraints = new ArrayList<>();
  private final Set<String> linkNames = new HashSet<>();
  private final Set<String> siteNames = new HashSet<>();
  private final Set<String> vjobNames = new HashSet<>();
  private int hosts;
  private int machines;
  private int links;
  private int sites;
  private int vjobs;

  public InstanceBuilder() {
    this.c = new Columns();
  }

  InstanceBuilder(Instance instance) {
    this();
    new InstanceCopy(instance, this).copy();
  }

  // Resources.

  /** A resource; the first one named memory, mem or ram is the memory unless another is chosen. */
  public int resource(String name) {
    if (hosts > 0 || machines > 0) {
      throw new IllegalStateException("resources come before hosts and machines");
    }
    named("resource", name);
    if (Arrays.asList(c.resourceNames).contains(name)) {
      throw twice("resource", name);
    }
    int index = c.resourceNames.length;
    c.resourceNames = Arrays.copyOf(c.resourceNames, index + 1);
    c.resourceNames[index] = name;
    if (c.memoryResource < 0 && List.of("memory", "mem", "ram").contains(name)) {
      c.memoryResource = index;
    }
    c.capacities = new long[index + 1][0];
    c.presents = new long[index + 1][0];
    c.nexts = new long[index + 1][0];
    return index;
  }

  /** Which resource costs are counted in; -1 for none. */
  public InstanceBuilder memoryResource(int resource) {
    c.memoryResource = resource;
    return this;
  }

  // Network.

  public int link(String name, long mbitPerS) {
    if (!linkNames.add(name)) {
      throw twice("link", name);
    }
    if (mbitPerS <= 0 || mbitPerS > Instance.MAX_AMOUNT) {
      throw outOfRange("link " + name, "bandwidth", mbitPerS, "give Mbit/s above 0");
    }
    if (links == c.linkNames.length) {
      c.growLinks(Math.max(16, links * 2));
    }
    c.linkNames[links] = name;
    c.linkMbitPerS[links] = mbitPerS;
    return links++;
  }

  /**
   * @param link that joins it to the other sites, or -1
   */
  public int site(String name, int link) {
    if (!siteNames.add(name)) {
      throw twice("site", name);
    }
    if (sites == c.siteNames.length) {
      c.growSites(Math.max(16, sites * 2));
    }
    c.siteNames[sites] = name;
    c.siteLinks[sites] = link;
    return sites++;
  }

  // Hosts.

  /** Names stand in constraints without quotes. */
  private static String named(String kind, String name) {
    if (name.isEmpty() || name.length() > 255 || !name.chars().allMatch(InstanceBuilder::allowed)) {
      throw InvalidInstance.invalid(
          kind + " '" + name + "'",
          "is no name",
          "use 1 to 255 characters, no blanks and none of ,[](){}\"#*");
    }
    return name;
  }

  private static boolean allowed(int c) {
    return c > ' ' && c != 127 && ",[](){}\"#*".indexOf(c) < 0;
  }

  /** A host that is on line, of no site, with no capacity of anything. */
  public int host(String name) {
    if (hostIndex.putIfAbsent(named("host", name), hosts) != null) {
      throw twice("host", name);
    }
    if (hosts == c.hostNames.length) {
      c.growHosts(Math.max(16, hosts * 2));
    }
    c.hostNames[hosts] = name;
    c.online[hosts] = true;
    c.hostWishes[hosts] = HostWish.EITHER;
    c.sites[hosts] = -1;
    c.hostLinks[hosts] = -1;
    return hosts++;
  }

  public InstanceBuilder online(int host, boolean online) {
    c.online[host] = online;
    return this;
  }

  public boolean isOnline(int host) {
    return c.online[host];
  }

  public InstanceBuilder capacity(int host, int resource, long amount) {
    c.capacities[resource][host] =
        checked("host " + c.hostNames[host], c.resourceNames[resource], amount);
    return this;
  }

  public InstanceBuilder siteOf(int host, int site) {
    c.sites[host] = site;
    return this;
  }

  public InstanceBuilder hostLink(int host, int link) {
    c.hostLinks[host] = link;
    return this;
  }

  public InstanceBuilder hostAttribute(int host, Attribute attribute, double value) {
    set(c.hostAttributes, attribute, host, c.hostNames.length, value, "host " + c.hostNames[host]);
    return this;
  }

  // Machines.

  /** A ready machine that uses nothing and shall stay as it is. */
  public int machine(String name) {
    if (machineIndex.putIfAbsent(named("machine", name), machines) != null) {
      throw twice("machine", name);
    }
    if (machines == c.machineNames.length) {
      c.growMachines(Math.max(16, machines * 2));
    }
    c.machineNames[machines] = name;
    c.states[machines] = MachineState.READY;
    c.hosts[machines] = -1;
    c.vjobs[machines] = -1;
    return machines++;
  }

  public InstanceBuilder running(int machine, int host) {
    return in(machine, MachineState.RUNNING, host);
  }

  public InstanceBuilder sleeping(int machine, int host) {
    return in(machine, MachineState.SLEEPING, host);
  }

  public InstanceBuilder ready(int machine) {
    return in(machine, MachineState.READY, -1);
  }

  private InstanceBuilder in(int machine, MachineState state, int host) {
    c.states[machine] = state;
    c.hosts[machine] = host;
    return this;
  }

  /** What it uses now; in the end too, unless preserve says otherwise. */
  public InstanceBuilder demand(int machine, int resource, long amount) {
    c.presents[resource][machine] =
        checked("machine " + c.machineNames[machine], c.resourceNames[resource], amount);
    return this;
  }

  public InstanceBuilder stateless(int machine, boolean stateless) {
    c.stateless[machine] = stateless;
    return this;
  }

  public InstanceBuilder attribute(int machine, Attribute attribute, double value) {
    set(
        c.attributes,
        attribute,
        machine,
        c.machineNames.length,
        value,
        "machine " + c.machineNames[machine]);
    return this;
  }

  /** Machines that are suspended together and resumed together. */
  public int vjob(String name, Indices members) {
    if (!vjobNames.add(name)) {
      throw twice("vjob", name);
    }
    if (vjobs == c.vjobNames.length) {
      c.growVjobs(Math.max(16, vjobs * 2));
    }
    int vjob = vjobs++;
    c.vjobNames[vjob] = name;
    c.vjobMachines[vjob] = members;
    members.stream()
        .forEach(machine -> {
          if (c.vjobs[machine] >= 0) {
            throw InvalidInstance.invalid(
                "vjob " + name,
                "machine " + c.machineNames[machine] + " is of another vjob already",
                "list each machine in one vjob");
          }
          c.vjobs[machine] = vjob;
        });
    return vjob;
  }

  // Constraints.

  public InstanceBuilder constraint(Constraint constraint) {
    constraints.add(Members.map(constraint, this::share, this::share));
    return this;
  }

  public InstanceBuilder constraints(Iterable<? extends Constraint> all) {
    all.forEach(this::constraint);
    return this;
  }

  /** These instead of all that there were. */
  public InstanceBuilder only(Iterable<? extends Constraint> all) {
    constraints.clear();
    return constraints(all);
  }

  /**
   * Equal lists of indices are kept once, since thousands of constraints may name the same hosts.
   */
  private Indices share(Indices indices) {
    Indices known = shared.putIfAbsent(indices, indices);
    return known == null ? indices : known;
  }

  /** -1 when there is none of the name. */
  public int machineNamed(String name) {
    return machineIndex.getOrDefault(name, -1);
  }

  /** -1 when there is none of the name. */
  public int hostNamed(String name) {
    return hostIndex.getOrDefault(name, -1);
  }

  /** What there is so far, without constraints and unchecked: to look up names until build. */
  public Instance draft() {
    trim();
    c.wanted = c.states.clone();
    c.nexts = c.presents;
    c.usables = c.capacities;
    return new Instance(c);
  }

  /**
   * @throws InvalidInstance when it contradicts itself
   */
  public Instance build() {
    trim();
    c.constraints = List.copyOf(constraints);
    c.wanted = c.states.clone();
    new Wishes(c).fold();
    return new Instance(c);
  }

  private void trim() {
    c.growHosts(hosts);
    c.growMachines(machines);
    c.growLinks(links);
    c.growSites(sites);
    c.growVjobs(vjobs);
  }

  private static void set(
      Map<Attribute, double[]> columns,
      Attribute attribute,
      int at,
      int size,
      double value,
      String place) {
    if (!(value >= 0) || value > Instance.MAX_AMOUNT) {
      throw InvalidInstance.invalid(
          place,
          "attribute " + attribute.key() + " is " + value,
          "give a number from 0 to " + Instance.MAX_AMOUNT);
    }
    columns.computeIfAbsent(attribute, _ -> Columns.filled(size))[at] = value;
  }

  private static long checked(String place, String what, long amount) {
    if (amount < 0 || amount > Instance.MAX_AMOUNT) {
      throw outOfRange(place, what, amount, "give an amount from 0 to " + Instance.MAX_AMOUNT);
    }
    return amount;
  }

  private static InvalidInstance outOfRange(String place, String what, long amount, String remedy) {
    return InvalidInstance.invalid(place, what + " is " + amount, remedy);
  }

  private static InvalidInstance twice(String kind, String name) {
    return InvalidInstance.invalid(
        kind + " " + name, "is there twice", "give every " + kind + " a name of its own");
  }
}
