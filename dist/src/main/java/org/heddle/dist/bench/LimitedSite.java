package org.heddle.dist.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.heddle.wiring.Shell;

/** Hosts as network namespaces on one bridge, each with a link of its own. Needs root. */
final class LimitedSite implements AutoCloseable {
  private static final String NETWORK = "10.250.1.";

  /** Each host's device. */
  static final String DEVICE = "eth0";

  private final String mark;
  private final List<String> namespaces = new ArrayList<>();

  private final List<String> names;

  /**
   * Without limits.
   *
   * @param mark begins the names of the namespaces
   * @param names of the hosts
   */
  LimitedSite(String mark, List<String> names) throws IOException {
    this.mark = mark;
    this.names = names;
    boolean laid = false;
    try {
      add("site");
      Shell site = site();
      site.run(
          "ip", "link", "add", "lan", "type", "bridge", "stp_state", "0", "forward_delay", "0");
      site.run("ip", "link", "set", "lan", "up");
      for (String name : names) {
        join(name);
      }
      laid = true;
    } finally {
      if (!laid) {
        close();
      }
    }
  }

  String namespace(String host) {
    return mark + "-" + host;
  }

  private Shell site() {
    return Shell.in(namespace("site"));
  }

  private static String port(String host) {
    return "to-" + host;
  }

  String address(String host) {
    return NETWORK + (10 + names.indexOf(host));
  }

  /** Words before a command that run it on a host. */
  List<String> in(String host) {
    return List.of("ip", "netns", "exec", namespace(host));
  }

  /** Bytes that a host has sent. */
  long sent(String host) throws IOException {
    String counter = "/sys/class/net/" + DEVICE + "/statistics/tx_bytes";
    return Long.parseLong(Shell.in(namespace(host)).run("cat", counter).strip());
  }

  private void add(String name) throws IOException {
    Shell.here().run("ip", "netns", "add", namespace(name));
    namespaces.add(namespace(name));
    Shell.in(namespace(name)).run("ip", "link", "set", "lo", "up");
  }

  private void join(String name) throws IOException {
    add(name);
    List<String> link = new ArrayList<>(List.of("ip", "link", "add", DEVICE));
    link.addAll(List.of("netns", namespace(name), "type", "veth"));
    link.addAll(List.of("peer", "name", port(name), "netns", namespace("site")));
    Shell.here().run(link.toArray(String[]::new));
    site().run("ip", "link", "set", port(name), "master", "lan", "up");
    Shell here = Shell.in(namespace(name));
    here.run("ip", "addr", "add", address(name) + "/24", "dev", DEVICE);
    here.run("ip", "link", "set", DEVICE, "up");
  }

  /** Limits a host's link, both ways. */
  void limit(String host, int mbit) throws IOException {
    limit(Shell.in(namespace(host)), DEVICE, mbit);
    limit(site(), port(host), mbit);
  }

  private static void limit(Shell shell, String device, int mbit) throws IOException {
    shell.run(
        "tc",
        "qdisc",
        "add",
        "dev",
        device,
        "root",
        "tbf",
        "rate",
        mbit + "mbit",
        "burst",
        "64kb",
        "latency",
        "100ms");
  }

  @Override
  public void close() throws IOException {
    for (String namespace : namespaces) {
      Shell.here().run("ip", "netns", "del", namespace);
    }
  }
}
