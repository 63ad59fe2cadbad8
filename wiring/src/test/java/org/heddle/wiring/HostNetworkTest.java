package org.heddle.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.model.MachineId;
import org.heddle.model.NetworkAttachment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three hosts are three network namespaces on one underlay. A guest is one more namespace, with a
 * veth where a machine would have its tap.
 */
@Tag("real")
class HostNetworkTest {
  private static final MachineId NODE1 = MachineId.parse("node1.alpha");
  private static final MachineId NODE2 = MachineId.parse("node2.alpha");
  private static final MachineId OTHER1 = MachineId.parse("node1.beta");
  private static final MachineId OTHER2 = MachineId.parse("node2.beta");
  private static final String USER = "nobody";
  private static final int ALPHA = 4201;
  private static final int BETA = 4202;
  private static final String MARK = "hw" + ProcessHandle.current().pid() + "-";

  private final Shell shell = Shell.here();
  private final List<String> namespaces = new ArrayList<>();

  @BeforeEach
  void joinThreeHosts() throws IOException {
    String lan = namespace("lan");
    ip(lan, "link add lan type bridge stp_state 0 forward_delay 0", "link set lan up");
    for (int i = 1; i <= 3; i++) {
      String host = namespace("h" + i);
      ip(lan, "link add p" + i + " type veth peer name eth0 netns " + host);
      ip(lan, "link set p" + i + " master lan up");
      ip(host, "addr add " + address(i) + "/24 dev eth0", "link set eth0 up", "link set lo up");
    }
  }

  @AfterEach
  void removeNamespaces() throws IOException {
    for (String name : namespaces) {
      shell.run("ip", "netns", "del", name);
    }
  }

  @Test
  void machinesOfOneVjobReachEachOtherFromHostToHost() throws IOException {
    network(1).attach(attachment(ALPHA, "10.200.0.1", 1, 2), NODE1, USER);
    network(2).attach(attachment(ALPHA, "10.200.0.2", 1, 2), NODE2, USER);
    String first = guest(1, ALPHA, "g1", "10.200.0.1");
    String second = guest(2, ALPHA, "g2", "10.200.0.2");

    assertReaches(first, "10.200.0.2");
    assertReaches(second, "10.200.0.1");
    assertThatCode(() -> assertReaches(first, "10.200.0.2", "-s", "1422"))
        .as("a packet of %s bytes passes", HostNetwork.MTU)
        .doesNotThrowAnyException();
  }

  @Test
  void vjobsWithTheSameAddressesAreIsolated() throws IOException {
    for (int host = 1; host <= 2; host++) {
      MachineId alpha = host == 1 ? NODE1 : NODE2;
      MachineId beta = host == 1 ? OTHER1 : OTHER2;
      network(host).attach(attachment(ALPHA, "10.200.0." + host, 1, 2), alpha, USER);
      network(host).attach(attachment(BETA, "10.200.0." + host, 1, 2), beta, USER);
    }
    String alpha1 = guest(1, ALPHA, "a1", "10.200.0.1");
    String alpha2 = guest(2, ALPHA, "a2", "10.200.0.2");
    String beta2 = guest(2, BETA, "b2", "10.200.0.2");
    String beta3 = guest(1, BETA, "b3", "10.200.0.3");

    assertReaches(alpha1, "10.200.0.2");
    assertReaches(beta3, "10.200.0.2");
    assertReachesNot(alpha1, "10.200.0.3");
    assertReachesNot(alpha2, "10.200.0.3");
    assertReachesNot(beta3, "10.200.0.1");
    assertThat(neighbour(alpha1, "10.200.0.2")).isEqualTo(mac(alpha2));
    assertThat(neighbour(beta3, "10.200.0.2")).isEqualTo(mac(beta2));
  }

  @Test
  void aGuestCannotTalkToTheHostThatCarriesIt() throws IOException {
    network(1).attach(attachment(ALPHA, "10.200.0.1", 1), NODE1, USER);
    String guest = guest(1, ALPHA, "g1", "10.200.0.1");
    ip(guest, "route add " + address(1) + " dev eth0");
    assertReachesNot(guest, address(1));

    String bridgeMac = macOf(host("h1"), "vb" + ALPHA);
    ip(guest, "neigh replace " + address(1) + " lladdr " + bridgeMac + " dev eth0");
    assertThat(datagramArrives(guest, address(1))).isFalse();
    String plain = namespace("plain");
    ip(host("lan"), "link add plain type veth peer name eth0 netns " + plain);
    ip(host("lan"), "link set plain master lan up");
    ip(plain, "addr add " + address(9) + "/24 dev eth0", "link set eth0 up");
    assertReaches(plain, address(1));
    boolean arrives = false;
    for (int trial = 0; trial < 30 && !arrives; trial++) {
      arrives = datagramArrives(plain, address(1));
    }
    assertThat(arrives).as("the trial itself works").isTrue();
  }

  @Test
  void attachingTwiceIsAttachingOnce() throws IOException, InterruptedException {
    HostNetwork network = network(1);
    String tap = network.attach(attachment(ALPHA, "10.200.0.1", 1, 2, 3), NODE1, USER);
    Map<String, String> before = pictureOfAnUpBridge(1, "vb4201");

    assertThat(network.attach(attachment(ALPHA, "10.200.0.1", 1, 2, 3), NODE1, USER))
        .isEqualTo(tap);
    assertThat(network(1).attach(attachment(ALPHA, "10.200.0.1", 1, 2, 3), NODE1, USER))
        .isEqualTo(tap);
    assertThat(picture(1)).isEqualTo(before);
    assertThat(before.get(tap)).contains("\"user\":\"nobody\"").contains("\"master\":\"vb4201\"");
    assertThat(before.keySet()).containsExactlyInAnyOrder("lo", "eth0", "vb4201", "vx4201", tap);
  }

  @Test
  void anAttachmentThatWasCutOffIsCompletedByTheNext() throws IOException {
    ip(
        host("h1"),
        "link add vb4201 type bridge",
        "link add vx4201 type vxlan id 4201 dstport 4789");
    HostNetwork network = network(1);
    network.attach(attachment(ALPHA, "10.200.0.1", 1, 2), NODE1, USER);
    network(2).attach(attachment(ALPHA, "10.200.0.2", 1, 2), NODE2, USER);

    assertReaches(guest(1, ALPHA, "g1", "10.200.0.1"), "10.200.0.2", 2);
    assertThat(shell1("cat", "/proc/sys/net/ipv4/conf/vb4201/rp_filter").strip()).isEqualTo("1");
  }

  @Test
  void detachingLeavesNothing() throws IOException {
    Map<String, String> before = picture(1);
    HostNetwork network = network(1);
    network.attach(attachment(ALPHA, "10.200.0.1", 1, 2), NODE1, USER);
    network.attach(attachment(ALPHA, "10.200.0.2", 1, 2), NODE2, USER);
    network.attach(attachment(BETA, "10.201.0.1", 1, 2), OTHER1, USER);

    network.detach(List.of(NODE1));
    assertThat(picture(1)).containsKeys("vb4201", "vx4201", "vb4202", "vx4202");
    network.detach(List.of(NODE2));
    network.detach(List.of(NODE2));
    assertThat(picture(1)).doesNotContainKeys("vb4201", "vx4201").containsKeys("vb4202", "vx4202");
    network.detachAll();
    assertThat(picture(1).keySet()).isEqualTo(before.keySet());
  }

  @Test
  void reconcilingKeepsTheMachinesNamedAndNoOther() throws IOException {
    HostNetwork network = network(1);
    String kept = network.attach(attachment(ALPHA, "10.200.0.1", 1), NODE1, USER);
    network.attach(attachment(ALPHA, "10.200.0.2", 1), NODE2, USER);
    network.attach(attachment(BETA, "10.201.0.1", 1), OTHER1, USER);

    network(1).reconcile(List.of(NODE1));
    assertThat(picture(1).keySet())
        .containsExactlyInAnyOrder("lo", "eth0", "vb4201", "vx4201", kept);
  }

  @Test
  void aHostThatJoinsLaterIsReached() throws IOException {
    HostNetwork one = network(1);
    HostNetwork three = network(3);
    one.attach(attachment(ALPHA, "10.200.0.1", 1, 2), NODE1, USER);
    three.attach(attachment(ALPHA, "10.200.0.2", 2, 3), NODE2, USER);
    String first = guest(1, ALPHA, "g1", "10.200.0.1");
    guest(3, ALPHA, "g3", "10.200.0.2");
    assertReachesNot(first, "10.200.0.2");

    one.refreshPeers(List.of(address(1), address(3)));
    three.refreshPeers(List.of(address(1), address(3)));
    assertReaches(first, "10.200.0.2");
    assertThat(shell1("bridge", "fdb", "show", "dev", "vx4201"))
        .doesNotContain("dst " + address(2))
        .doesNotContain("00:00:00:00:00:00 dst " + address(1));
  }

  @Test
  void aRefusalOfTheKernelIsSaidAsItIs() {
    assertThatThrownBy(
            () -> network(1).attach(attachment(ALPHA, "10.200.0.1", 1), NODE1, "no-such-user"))
        .isInstanceOf(Shell.Failed.class)
        .hasMessageContaining("no-such-user");
  }

  private HostNetwork network(int host) {
    return new HostNetwork(address(host), Shell.in(host("h" + host)));
  }

  private static String address(int host) {
    return "10.9.0." + host;
  }

  private static NetworkAttachment attachment(int vni, String address, int... peers) {
    List<String> addresses = new ArrayList<>();
    for (int peer : peers) {
      addresses.add(address(peer));
    }
    return new NetworkAttachment(vni, "52:54:00:00:00:01", address, 24, new TreeMap<>(), addresses);
  }

  private static String host(String name) {
    return MARK + name;
  }

  private String namespace(String name) throws IOException {
    shell.run("ip", "netns", "add", host(name));
    namespaces.add(host(name));
    return host(name);
  }

  private void ip(String namespace, String... lines) throws IOException {
    shell.run(List.of("ip", "-n", namespace, "-batch", "-"), String.join("\n", lines) + "\n");
  }

  /** A namespace whose card is a port of the vjob's bridge. */
  private String guest(int host, int vni, String name, String address) throws IOException {
    String guest = namespace(name);
    ip(
        host("h" + host),
        "link add " + name + " type veth peer name eth0 netns " + guest,
        "link set " + name + " master vb" + vni + " up");
    ip(guest, "link set eth0 mtu 1450 up", "addr add " + address + "/24 dev eth0");
    return guest;
  }

  private String ping(String from, String to, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of("busybox", "ping", "-c", "1", "-W", "1"));
    command.addAll(List.of(more));
    command.add(to);
    return Shell.in(from).run(command, "");
  }

  /**
   * A fresh path may lose its first packets to address resolution, and a busy machine answers late:
   * hence many trials.
   */
  private void assertReaches(String from, String to, String... more) throws IOException {
    for (int trial = 1; ; trial++) {
      try {
        ping(from, to, more);
        return;
      } catch (Shell.Failed e) {
        if (trial == 30) {
          throw e;
        }
      }
    }
  }

  private void assertReaches(String from, String to, int host) throws IOException {
    guest(host, ALPHA, "late" + host, to);
    assertReaches(from, to);
  }

  private void assertReachesNot(String from, String to) {
    assertThatThrownBy(() -> ping(from, to)).isInstanceOf(Shell.Failed.class);
  }

  /** Whether the host's UDP counts a datagram that is sent to a port where nobody listens. */
  private boolean datagramArrives(String from, String to) throws IOException {
    long before = datagramsWithoutListener();
    String send = "for i in 1 2 3; do echo word > /dev/udp/" + to + "/9999; sleep 0.1; done; true";
    Shell.in(from).run("bash", "-c", send);
    return datagramsWithoutListener() > before;
  }

  private long datagramsWithoutListener() throws IOException {
    String udp =
        shell1("cat", "/proc/net/snmp")
            .lines()
            .filter(line -> line.matches("Udp: [0-9].*"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(udp.split(" ", -1)[2]);
  }

  private String shell1(String... command) throws IOException {
    return Shell.in(host("h1")).run(command);
  }

  private String mac(String guest) throws IOException {
    return macOf(guest, "eth0");
  }

  private String macOf(String namespace, String device) throws IOException {
    return Link.json(shell.run("ip", "-n", namespace, "-j", "link", "show", device))
        .path(0)
        .path("address")
        .asString("");
  }

  private String neighbour(String guest, String address) throws IOException {
    return Link.json(shell.run("ip", "-n", guest, "-j", "neigh", "show", address))
        .path(0)
        .path("lladdr")
        .asString("");
  }

  /** The kernel notes in the background that a bridge has a link. */
  private Map<String, String> pictureOfAnUpBridge(int host, String bridge)
      throws IOException, InterruptedException {
    Map<String, String> devices = picture(host);
    for (int i = 0; i < 1200 && !isUp(devices.getOrDefault(bridge, "")); i++) {
      Thread.sleep(50);
      devices = picture(host);
    }
    assertThat(isUp(devices.getOrDefault(bridge, ""))).as("%s", devices).isTrue();
    return devices;
  }

  private static boolean isUp(String device) {
    return device.contains("\"operstate\":\"UP\"");
  }

  /** Every device of the host with all that the kernel says of it but its timers and counters. */
  private Map<String, String> picture(int host) throws IOException {
    Map<String, String> devices = new TreeMap<>();
    String shown = shell.run("ip", "-n", host("h" + host), "-j", "-d", "link", "show");
    Link.json(shown)
        .forEach(node ->
            devices.put(
                node.path("ifname").asString(""),
                node.toString().replaceAll("\"[a-z_]*timer\":[0-9.]+,?", "")));
    return devices;
  }
}
