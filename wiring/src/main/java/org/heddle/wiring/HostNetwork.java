package org.heddle.wiring;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.heddle.model.MachineId;
import org.heddle.model.NetworkAttachment;
import tools.jackson.databind.JsonNode;

/**
 * The private networks of vjobs on one host: for each network a bridge {@code vb<VNI>} with a VXLAN
 * tunnel {@code vx<VNI>} to the other hosts of the grid and a tap for each machine. Needs root, or
 * the capability to administer the network namespace that it works in.
 *
 * <p>Nothing is remembered here but the peers: what is there is read from the kernel each time, so
 * that all methods may be called again, by another process after a crash too. Safe for use by
 * several threads.
 *
 * <p>Networks are isolated by their VNI. The host itself has no address on the bridges and drops
 * what guests send to its own stack: IPv6 is off, ARP is not answered, and because no route leads
 * to the bridge the strict reverse path filter refuses every source address.
 */
public final class HostNetwork {
  /** 1500 of the underlay less the 50 bytes that VXLAN over IPv4 adds (RFC 7348, section 5). */
  public static final int MTU = 1450;

  private static final int VXLAN_PORT = 4789;

  /** The MAC of forwarding entries for frames to all or to an unknown card. */
  private static final String FLOOD = "00:00:00:00:00:00";

  /**
   * Turns off the host's own IP on a device and brings it up. arp_ignore 8: answer for no address
   * at all (Linux, Documentation/networking/ip-sysctl).
   */
  private static final String BRING_UP =
      """
      ipv6=/proc/sys/net/ipv6/conf/DEVICE/disable_ipv6
      [ ! -e $ipv6 ] || echo 1 > $ipv6
      echo 1 > /proc/sys/net/ipv4/conf/DEVICE/rp_filter
      echo 8 > /proc/sys/net/ipv4/conf/DEVICE/arp_ignore
      ip link set DEVICE up
      """;

  /** Each prints one line, or none at all when there is nothing. */
  private static final String LOOK =
      """
      links=$(ip -j -d link show)
      echo "$links"
      floods=$(bridge -j fdb show)
      echo "$floods"
      """;

  private final String underlayAddress;
  private final Shell shell;
  private List<String> knownPeers = List.of();

  /**
   * @param underlayAddress this host's IP address, at which the other hosts reach it
   */
  public HostNetwork(String underlayAddress) {
    this(underlayAddress, Shell.here());
  }

  /**
   * @param shell where the commands run
   */
  public HostNetwork(String underlayAddress, Shell shell) {
    this.underlayAddress = underlayAddress;
    this.shell = shell;
  }

  /**
   * Sees to it that the host has the machine's network and a tap in it.
   *
   * @param user may open the tap without privilege
   * @return name of the tap
   */
  public synchronized String attach(NetworkAttachment network, MachineId machine, String user)
      throws IOException {
    Present present = present();
    Map<String, Link> links = present.links;
    String bridge = DeviceNames.bridge(network.vni());
    String tunnel = DeviceNames.tunnel(network.vni());
    String tap = DeviceNames.tap(machine);
    List<String> batch = new ArrayList<>();
    batch.addAll(makeBridge(links, bridge, machine));
    batch.addAll(makeTunnel(links, bridge, tunnel, network.vni()));
    batch.addAll(makeTap(links, bridge, tap, machine, user));
    Set<String> peers = new LinkedHashSet<>(network.peers());
    peers.addAll(knownPeers);
    run(batch, down(links, List.of(bridge, tunnel, tap)), floods(present, tunnel, peers));
    return tap;
  }

  private static List<String> makeBridge(
      Map<String, Link> links, String bridge, MachineId machine) {
    List<String> batch = new ArrayList<>();
    if (!links.containsKey(bridge)) {
      batch.add("link add " + bridge + " type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
    }
    batch.add(
        "link set " + bridge + " mtu " + MTU + " addrgenmode none alias heddle:" + machine.vjob());
    return batch;
  }

  private List<String> makeTunnel(Map<String, Link> links, String bridge, String tunnel, int vni) {
    List<String> batch = new ArrayList<>();
    if (!links.containsKey(tunnel)) {
      batch.add(
          "link add %s type vxlan id %d local %s dstport %d"
              .formatted(tunnel, vni, underlayAddress, VXLAN_PORT));
    }
    batch.add("link set " + tunnel + " mtu " + MTU + " addrgenmode none master " + bridge);
    return batch;
  }

  private static List<String> makeTap(
      Map<String, Link> links, String bridge, String tap, MachineId machine, String user) {
    List<String> batch = new ArrayList<>();
    Link old = links.get(tap);
    if (old != null && !old.owner().equals(user) && !old.carrier()) {
      batch.add("link del " + tap);
      links.remove(tap);
    }
    if (!links.containsKey(tap)) {
      batch.add("tuntap add dev " + tap + " mode tap user " + user + " vnet_hdr");
    }
    batch.add(
        "link set %s mtu %d addrgenmode none master %s alias heddle:%s"
            .formatted(tap, MTU, bridge, machine));
    return batch;
  }

  /** Those that have to be brought up: that a device is up shows that it is complete. */
  private static List<String> down(Map<String, Link> before, List<String> devices) {
    List<String> down = new ArrayList<>();
    for (String device : devices) {
      Link link = before.get(device);
      if (link == null || !link.up()) {
        down.add(device);
      }
    }
    return down;
  }

  /** Removes the machines' taps, and each network with the last of its taps. */
  public synchronized void detach(Collection<MachineId> machines) throws IOException {
    remove(machines.stream().map(DeviceNames::tap).collect(Collectors.toSet()), present().links);
  }

  /** Removes the taps of all other machines, and the networks without a tap. */
  public synchronized void reconcile(Collection<MachineId> keep) throws IOException {
    Set<String> kept = keep.stream().map(DeviceNames::tap).collect(Collectors.toSet());
    Map<String, Link> links = present().links;
    Set<String> taps = new TreeSet<>(links.keySet());
    taps.removeIf(name -> !DeviceNames.isTap(name) || kept.contains(name));
    remove(taps, links);
  }

  /** Removes every tap and network that {@link #attach} has made on this host. */
  public synchronized void detachAll() throws IOException {
    reconcile(Set.of());
  }

  private void remove(Set<String> taps, Map<String, Link> links) throws IOException {
    Map<String, Link> left = new LinkedHashMap<>(links);
    left.keySet().removeAll(taps);
    Set<String> gone = new TreeSet<>(links.keySet());
    gone.retainAll(taps);
    for (String name : left.keySet()) {
      if (DeviceNames.isBridge(name) && !hasTap(left, name)) {
        gone.add(name);
      }
      if (DeviceNames.isTunnel(name) && !hasTap(left, DeviceNames.bridgeOfTunnel(name))) {
        gone.add(name);
      }
    }
    run(gone.stream().map(name -> "link del " + name).toList(), List.of(), List.of());
  }

  private static boolean hasTap(Map<String, Link> links, String bridge) {
    return Link.ports(links, bridge).stream().anyMatch(DeviceNames::isTap);
  }

  /**
   * From now on the tunnels of all networks on this host lead to these hosts.
   *
   * @param peers IP addresses of the grid's hosts; this host's own may be among them
   */
  public synchronized void refreshPeers(List<String> peers) throws IOException {
    knownPeers = List.copyOf(peers);
    Present present = present();
    List<String> batch = new ArrayList<>();
    for (String name : present.links.keySet()) {
      if (DeviceNames.isTunnel(name)) {
        batch.addAll(floods(present, name, peers));
      }
    }
    run(List.of(), List.of(), batch);
  }

  /** What {@code bridge} has to do so that the tunnel floods to these hosts and no others. */
  private List<String> floods(Present present, String tunnel, Collection<String> peers) {
    Set<String> wanted = new TreeSet<>(peers);
    wanted.remove(underlayAddress);
    Set<String> there = present.floods.getOrDefault(tunnel, Set.of());
    List<String> batch = new ArrayList<>();
    for (String peer : wanted) {
      if (!there.contains(peer)) {
        batch.add("fdb append " + FLOOD + " dev " + tunnel + " dst " + peer);
      }
    }
    for (String peer : there) {
      if (!wanted.contains(peer)) {
        batch.add("fdb del " + FLOOD + " dev " + tunnel + " dst " + peer);
      }
    }
    return batch;
  }

  /**
   * What the kernel has.
   *
   * @param links by name
   * @param floods by tunnel, the addresses of the hosts to which it floods
   */
  private record Present(Map<String, Link> links, Map<String, Set<String>> floods) {}

  private Present present() throws IOException {
    List<String> printed = shell.run(List.of("sh", "-e"), LOOK).lines().toList();
    if (printed.size() != 2) {
      throw new IOException("not what iproute2 prints: " + printed);
    }
    Map<String, Set<String>> floods = new LinkedHashMap<>();
    for (JsonNode entry : Link.json(printed.get(1))) {
      if (entry.path("mac").asString("").equals(FLOOD) && entry.has("dst")) {
        floods
            .computeIfAbsent(entry.path("ifname").asString(""), _ -> new TreeSet<>())
            .add(entry.path("dst").asString(""));
      }
    }
    return new Present(Link.all(printed.get(0)), floods);
  }

  /** All in one shell: to start a process costs the agent more than what the process does. */
  private void run(List<String> ip, List<String> up, List<String> bridge) throws IOException {
    StringBuilder script = new StringBuilder();
    batch(script, "ip", ip);
    up.forEach(device -> script.append(BRING_UP.replace("DEVICE", device)));
    batch(script, "bridge", bridge);
    if (!script.isEmpty()) {
      shell.run(List.of("sh", "-e"), script.toString());
    }
  }

  private static void batch(StringBuilder script, String program, List<String> lines) {
    if (!lines.isEmpty()) {
      script.append(program).append(" -batch - <<'END'\n");
      lines.forEach(line -> script.append(line).append('\n'));
      script.append("END\n");
    }
  }
}
