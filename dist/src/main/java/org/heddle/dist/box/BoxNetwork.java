package org.heddle.dist.box;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.heddle.api.Json;
import org.heddle.dist.box.Box.Cable;
import org.heddle.dist.box.Box.End;
import org.heddle.dist.box.Box.Route;
import org.heddle.wiring.Shell;
import tools.jackson.databind.JsonNode;

/**
 * The namespaces, bridges, cables and rate limits of a box. Both directions may be asked again in
 * any half-way state: {@link #up} adds what is missing and leaves the rest as it is, {@link #down}
 * removes whatever carries the box's id.
 */
public final class BoxNetwork {
  private static final Path NAMESPACES = Path.of("/run/netns");

  /** Large enough for a full segment of offloaded TCP, small enough not to hide the rate. */
  private static final String BUCKET = "burst 256kb latency 50ms";

  /** Routers forward; nothing in the box speaks IPv6 of its own accord. */
  private static final String PREPARE =
      """
      echo 1 > /proc/sys/net/ipv4/ip_forward
      for scope in all default; do
        ipv6=/proc/sys/net/ipv6/conf/$scope/disable_ipv6
        [ ! -e $ipv6 ] || echo 1 > $ipv6
      done
      ip link set lo up
      exec tc -batch -
      """;

  private final Box box;
  private final Shell shell = Shell.here();

  public BoxNetwork(Box box) {
    this.box = box;
  }

  /** Whether something of the box is there. */
  public boolean traces() throws IOException {
    return !present().isEmpty() || devices("").contains(box.uplinkDevice());
  }

  /** Which box's uplink carries this id; empty if there is none. */
  Optional<String> owner() throws IOException {
    if (!devices("").contains(box.uplinkDevice())) {
      return Optional.empty();
    }
    String printed = shell.run("ip", "-j", "link", "show", "dev", box.uplinkDevice());
    return Optional.of(Json.MAPPER.readTree(printed).path(0).path("ifalias").asString(""));
  }

  /**
   * Takes the box's block of addresses on this machine: a route to it can be added once only, so of
   * two boxes that want the same block one gets it.
   *
   * @return false if another has it
   */
  boolean claim() throws IOException {
    if (RoutingTable.read().has(box.network(), box.uplinkDevice())) {
      return true;
    }
    addNamespaces();
    layCable(box.uplink());
    shell.run("ip", "link", "set", box.uplinkDevice(), "alias", Claim.owner(box), "up");
    try {
      shell.run("ip", "route", "add", box.network(), "dev", box.uplinkDevice());
      return true;
    } catch (Shell.Failed e) {
      if (e.error().contains("File exists")) {
        return false;
      }
      throw e;
    }
  }

  /** Brings up all that is missing. */
  public void up() throws IOException {
    addNamespaces();
    for (Cable cable : box.cables()) {
      layCable(cable);
    }
    configure("");
    for (String namespace : box.namespaces()) {
      configure(namespace);
    }
  }

  private void addNamespaces() throws IOException {
    for (String namespace : box.namespaces()) {
      Path file = NAMESPACES.resolve(namespace);
      if (Files.exists(file) && !isNamespace(file)) {
        Files.delete(file);
      }
      if (!Files.exists(file)) {
        shell.run("ip", "netns", "add", namespace);
      }
    }
  }

  /** A file without a mounted namespace is what an {@code ip netns add} leaves that was killed. */
  private static boolean isNamespace(Path file) throws IOException {
    Object own = Files.getAttribute(file, "unix:dev");
    return !own.equals(Files.getAttribute(NAMESPACES, "unix:dev"));
  }

  private void layCable(Cable cable) throws IOException {
    boolean one = devices(cable.one().namespace()).contains(cable.one().device());
    boolean other = devices(cable.other().namespace()).contains(cable.other().device());
    if (one && other) {
      return;
    }
    if (one) {
      remove(cable.one());
    }
    if (other) {
      remove(cable.other());
    }
    List<String> command = new ArrayList<>(List.of("ip", "link", "add"));
    command.addAll(place(cable.one()));
    command.addAll(List.of("type", "veth", "peer", "name"));
    command.addAll(place(cable.other()));
    shell.run(command, "");
  }

  private static List<String> place(End end) {
    return end.namespace().isEmpty()
        ? List.of(end.device())
        : List.of(end.device(), "netns", end.namespace());
  }

  private void remove(End end) throws IOException {
    List<String> command = ip(end.namespace());
    command.addAll(List.of("link", "del", end.device()));
    shell.run(command, "");
  }

  private void configure(String namespace) throws IOException {
    List<String> ip = new ArrayList<>();
    List<String> tc = new ArrayList<>();
    boolean site = box.sites().stream().anyMatch(s -> s.namespace().equals(namespace));
    if (site) {
      ip.addAll(bridge(namespace));
    }
    for (Cable cable : box.cables()) {
      for (End end : List.of(cable.one(), cable.other())) {
        if (end.namespace().equals(namespace)) {
          end.address().ifPresent(a -> ip.add("addr replace " + a + " dev " + end.device()));
          String master = end.address().isPresent() ? "" : " master lan";
          ip.add("link set " + end.device() + master + " up");
          tc.add(
              "qdisc replace dev %s root tbf rate %dmbit %s"
                  .formatted(end.device(), cable.mbit(), BUCKET));
        }
      }
    }
    for (Route route : box.routes()) {
      if (route.namespace().equals(namespace)) {
        ip.add("route replace " + route.target() + " via " + route.via());
      }
    }
    List<String> command = ip(namespace);
    command.addAll(List.of("-batch", "-"));
    shape(namespace, tc);
    shell.run(command, lines(ip));
  }

  private void shape(String namespace, List<String> tc) throws IOException {
    if (namespace.isEmpty()) {
      shell.run(List.of("tc", "-batch", "-"), lines(tc));
    } else {
      Shell.in(namespace).run(List.of("sh", "-e", "-c", PREPARE), lines(tc));
    }
  }

  private List<String> bridge(String namespace) throws IOException {
    List<String> ip = new ArrayList<>();
    if (!devices(namespace).contains("lan")) {
      ip.add("link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
    }
    String gateway =
        box.sites().stream()
            .filter(site -> site.namespace().equals(namespace))
            .map(Box.Site::gateway)
            .findFirst()
            .orElseThrow();
    ip.add("addr replace " + gateway + "/24 dev lan");
    ip.add("link set lan up");
    return ip;
  }

  /** Removes everything of the box; done when nothing of it is left. */
  public void down() throws IOException {
    if (devices("").contains(box.uplinkDevice())) {
      shell.run("ip", "link", "del", box.uplinkDevice());
    }
    for (String namespace : present()) {
      if (isNamespace(NAMESPACES.resolve(namespace))) {
        shell.run("ip", "netns", "del", namespace);
      } else {
        Files.deleteIfExists(NAMESPACES.resolve(namespace));
      }
    }
    releaseFolder();
  }

  /** The first {@code ip netns add} mounts the folder on itself; without a namespace it is idle. */
  private void releaseFolder() throws IOException {
    if (!Files.isDirectory(NAMESPACES)) {
      return;
    }
    try (Stream<Path> files = Files.list(NAMESPACES)) {
      if (files.findAny().isPresent()) {
        return;
      }
    }
    if (Mounts.has(NAMESPACES)) {
      shell.run("umount", "--lazy", NAMESPACES.toString());
    }
  }

  /** The namespaces there are that carry the box's id, those of an earlier, larger box too. */
  Set<String> present() throws IOException {
    Set<String> names = new TreeSet<>();
    if (Files.isDirectory(NAMESPACES)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(NAMESPACES, box.mark() + "*")) {
        files.forEach(file -> names.add(file.getFileName().toString()));
      }
    }
    return names;
  }

  private Set<String> devices(String namespace) throws IOException {
    List<String> command = ip(namespace);
    command.addAll(List.of("-j", "link", "show"));
    Set<String> names = new TreeSet<>();
    for (JsonNode node : Json.MAPPER.readTree(shell.run(command, ""))) {
      names.add(node.path("ifname").asString(""));
    }
    return names;
  }

  private static List<String> ip(String namespace) {
    List<String> command = new ArrayList<>(List.of("ip"));
    if (!namespace.isEmpty()) {
      command.addAll(List.of("-n", namespace));
    }
    return command;
  }

  private static String lines(List<String> batch) {
    return String.join("\n", batch) + "\n";
  }
}
