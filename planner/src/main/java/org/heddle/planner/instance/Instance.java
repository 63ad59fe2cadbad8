package org.heddle.planner.instance;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A question to the planner. Hosts, machines, resources, vjobs, sites and links are numbered from
 * 0; columns of ints and longs hold what is known of them, so that 50,000 hosts and 300,000
 * machines take some tens of MB. Immutable; made by {@link InstanceBuilder}, which refuses what
 * contradicts itself.
 *
 * <p>Every amount lies between 0 and {@link #MAX_AMOUNT}, so that sums over any instance fit into a
 * long. Which unit a resource has is up to the instance, memory is counted in MiB.
 *
 * <p>State constraints (running, online ...) and preserve are in {@link #wanted}, {@link #hostWish}
 * and {@link #next} already, overbook in {@link #usable}; they are in {@link #constraints} too, for
 * the checker and for printing.
 */
public final class Instance {
  /** Keeps sums of a million amounts within a long. */
  public static final long MAX_AMOUNT = 1L << 42;

  private final Columns columns;
  private final Map<String, Integer> hostIndex;
  private final Map<String, Integer> machineIndex;

  Instance(Columns columns) {
    this.columns = columns;
    this.hostIndex = index(columns.hostNames);
    this.machineIndex = index(columns.machineNames);
  }

  private static Map<String, Integer> index(String[] names) {
    Map<String, Integer> index = new HashMap<>(names.length * 2);
    for (int i = 0; i < names.length; i++) {
      index.put(names[i], i);
    }
    return index;
  }

  // Resources.

  public int resources() {
    return columns.resourceNames.length;
  }

  public String resourceName(int resource) {
    return columns.resourceNames[resource];
  }

  /** The resource that costs of moving are counted in; -1 when there is none. */
  public int memoryResource() {
    return columns.memoryResource;
  }

  // Hosts.

  public int hosts() {
    return columns.hostNames.length;
  }

  public String hostName(int host) {
    return columns.hostNames[host];
  }

  /** -1 when there is none of the name. */
  public int hostNamed(String name) {
    return hostIndex.getOrDefault(name, -1);
  }

  /** Whether it is on line now. */
  public boolean online(int host) {
    return columns.online[host];
  }

  public HostWish hostWish(int host) {
    return columns.hostWishes[host];
  }

  public long capacity(int host, int resource) {
    return columns.capacities[resource][host];
  }

  /** The capacity times the smallest overbooking ratio. */
  public long usable(int host, int resource) {
    return columns.usables[resource][host];
  }

  /** -1 when it belongs to none. */
  public int site(int host) {
    return columns.sites[host];
  }

  /** The link that joins it to its switch, -1 when unknown. */
  public int hostLink(int host) {
    return columns.hostLinks[host];
  }

  /** NaN when it has none. Only boot and shutdown are used of hosts. */
  public double hostAttribute(int host, Attribute attribute) {
    double[] column = columns.hostAttributes.get(attribute);
    return column == null ? Double.NaN : column[host];
  }

  // Machines.

  public int machines() {
    return columns.machineNames.length;
  }

  public String machineName(int machine) {
    return columns.machineNames[machine];
  }

  /** -1 when there is none of the name. */
  public int machineNamed(String name) {
    return machineIndex.getOrDefault(name, -1);
  }

  /** Its state in the origin. */
  public MachineState state(int machine) {
    return columns.states[machine];
  }

  /** Its state in the end; the present one where nothing else is asked for. */
  public MachineState wanted(int machine) {
    return columns.wanted[machine];
  }

  /** Where it runs or its saved state lies now; -1 for a ready one. */
  public int host(int machine) {
    return columns.hosts[machine];
  }

  /** What it uses in the origin while it runs. */
  public long present(int machine, int resource) {
    return columns.presents[resource][machine];
  }

  /** What it uses in the end if it runs then: present, or what preserve asks for. */
  public long next(int machine, int resource) {
    return columns.nexts[resource][machine];
  }

  /** Whether next differs from present in a resource. */
  public boolean demandChanges(int machine) {
    for (int r = 0; r < resources(); r++) {
      if (present(machine, r) != next(machine, r)) {
        return true;
      }
    }
    return false;
  }

  /** Present use of the memory that costs count; 0 when the instance names none. */
  public long memory(int machine) {
    return columns.memoryResource < 0 ? 0 : present(machine, columns.memoryResource);
  }

  /** May be relocated by starting it anew. */
  public boolean stateless(int machine) {
    return columns.stateless[machine];
  }

  /** NaN when it has none. */
  public double attribute(int machine, Attribute attribute) {
    double[] column = columns.attributes.get(attribute);
    return column == null ? Double.NaN : column[machine];
  }

  // Vjobs: machines of one are suspended together at the start, and resumed together.

  public int vjobs() {
    return columns.vjobNames.length;
  }

  public String vjobName(int vjob) {
    return columns.vjobNames[vjob];
  }

  /** -1 when it belongs to none. */
  public int vjob(int machine) {
    return columns.vjobs[machine];
  }

  public Indices vjobMachines(int vjob) {
    return columns.vjobMachines[vjob];
  }

  // Network.

  public int sites() {
    return columns.siteNames.length;
  }

  public String siteName(int site) {
    return columns.siteNames[site];
  }

  /** The link that joins it to the other sites, -1 when unknown. */
  public int siteLink(int site) {
    return columns.siteLinks[site];
  }

  public int links() {
    return columns.linkNames.length;
  }

  public String linkName(int link) {
    return columns.linkNames[link];
  }

  /** In Mbit/s, in each direction. */
  public long linkMbitPerS(int link) {
    return columns.linkMbitPerS[link];
  }

  /** The links from a host to another: both hosts', and both sites' where these differ. */
  public Indices path(int from, int to) {
    if (from == to) {
      return Indices.NONE;
    }
    boolean far = site(from) != site(to);
    int[] links = {
      hostLink(from),
      far && site(from) >= 0 ? siteLink(site(from)) : -1,
      far && site(to) >= 0 ? siteLink(site(to)) : -1,
      hostLink(to)
    };
    return Indices.of(Arrays.stream(links).filter(link -> link >= 0).distinct().toArray());
  }

  // Constraints.

  public List<Constraint> constraints() {
    return columns.constraints;
  }

  /** Its index, or -1. Linear: there are few. */
  public int resourceNamed(String name) {
    return List.of(columns.resourceNames).indexOf(name);
  }

  /** A builder with everything of this instance in it, to add or replace something. */
  public InstanceBuilder toBuilder() {
    return new InstanceBuilder(this);
  }
}
