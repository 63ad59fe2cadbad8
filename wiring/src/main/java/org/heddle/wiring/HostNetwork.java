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

  /** arp_ignore 8: answer for no address at all (Linux, Documentation/networking/ip-sysctl). */
  private static final String BRING_UP =
      """
      while read -r device; do
        ipv6=/proc/sys/net/ipv6/conf/$device/disable_ipv6
        [ ! -e $ipv6 ] || echo 1 > $ipv6
        echo 1 > /proc/sys/net/ipv4/conf/$device/rp_filter
        echo 8 > /proc/sys/net/ipv4/conf/$device/arp_ignore
        ip link set $device up
      done
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
    Map<String, Link> links = Link.all(shell);
    String bridge = DeviceNames.bridge(network.vni());
    String tunnel = DeviceNames.tunnel(network.vni());
    String tap = DeviceNames.tap(machine);
    List<String> batch = new ArrayList<>();
    batch.addAll(makeBridge(links, bridge, machine));
    batch.addAll(makeTunnel(links, bridge, tunnel, network.vni()));
    batch.addAll(makeTap(links, bridge, tap, machine, user));
    ip(batch);
    bringUp(links, List.of(bridge, tunnel, tap));
    Set<String> peers = new LinkedHashSet<>(network.peers());
    peers.addAll(knownPeers);
    setPeers(tunnel, peers);
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

  /**
   * Turns off the host's own IP on the devices and brings them up. That a device is up shows that
   * it is complete, so this comes last; after a crash before it, it is done the next time.
   */
  private void bringUp(Map<String, Link> before, List<String> devices) throws IOException {
    List<String> down = new ArrayList<>();
    for (String device : devices) {
      Link link = before.get(device);
      if (link == null || !link.up()) {
        down.add(device);
      }
    }
    if (!down.isEmpty()) {
      shell.run(List.of("sh", "-e", "-c", BRING_UP), String.join("\n", down) + "\n");
    }
  }

  /** Removes the machine's tap, and the network with the last of its taps. */
  public synchronized void detach(MachineId machine) throws IOException {
    remove(Set.of(DeviceNames.tap(machine)), Link.all(shell));
  }

  /** Removes the taps of all other machines, and the networks without a tap. */
  public synchronized void reconcile(Collection<MachineId> keep) throws IOException {
    Set<String> kept = keep.stream().map(DeviceNames::tap).collect(Collectors.toSet());
    Map<String, Link> links = Link.all(shell);
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
    ip(gone.stream().map(name -> "link del " + name).toList());
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
    for (String name : Link.all(shell).keySet()) {
      if (DeviceNames.isTunnel(name)) {
        setPeers(name, peers);
      }
    }
  }

  private void setPeers(String tunnel, Collection<String> peers) throws IOException {
    Set<String> wanted = new TreeSet<>(peers);
    wanted.remove(underlayAddress);
    Set<String> present = floodTargets(tunnel);
    List<String> batch = new ArrayList<>();
    for (String peer : wanted) {
      if (!present.contains(peer)) {
        batch.add("fdb append " + FLOOD + " dev " + tunnel + " dst " + peer);
      }
    }
    for (String peer : present) {
      if (!wanted.contains(peer)) {
        batch.add("fdb del " + FLOOD + " dev " + tunnel + " dst " + peer);
      }
    }
    runBatch("bridge", batch);
  }

  private Set<String> floodTargets(String tunnel) throws IOException {
    Set<String> targets = new TreeSet<>();
    for (JsonNode entry : Link.json(shell.run("bridge", "-j", "fdb", "show", "dev", tunnel))) {
      if (entry.path("mac").asString("").equals(FLOOD) && entry.has("dst")) {
        targets.add(entry.path("dst").asString(""));
      }
    }
    return targets;
  }

  private void ip(List<String> batch) throws IOException {
    runBatch("ip", batch);
  }

  private void runBatch(String program, List<String> batch) throws IOException {
    if (!batch.isEmpty()) {
      shell.run(List.of(program, "-batch", "-"), String.join("\n", batch) + "\n");
    }
  }
}
