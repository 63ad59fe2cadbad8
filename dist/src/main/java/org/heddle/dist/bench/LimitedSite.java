package org.heddle.dist.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.heddle.wiring.Shell;

/**
 * Hosts as network namespaces on one bridge, each with a link of limited rate both ways. Needs
 * root.
 */
final class LimitedSite implements AutoCloseable {
  private static final String NETWORK = "10.250.1.";

  private final String mark;
  private final List<String> namespaces = new ArrayList<>();

  /**
   * @param names of the hosts
   */
  LimitedSite(String mark, List<String> names, int mbit) throws IOException {
    this.mark = mark;
    boolean laid = false;
    try {
      add("site");
      Shell site = Shell.in(namespace("site"));
      site.run(
          "ip", "link", "add", "lan", "type", "bridge", "stp_state", "0", "forward_delay", "0");
      site.run("ip", "link", "set", "lan", "up");
      for (int i = 0; i < names.size(); i++) {
        join(names.get(i), i, mbit);
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

  static String address(int number) {
    return NETWORK + (10 + number);
  }

  private void add(String name) throws IOException {
    Shell.here().run("ip", "netns", "add", namespace(name));
    namespaces.add(namespace(name));
    Shell.in(namespace(name)).run("ip", "link", "set", "lo", "up");
  }

  private void join(String name, int number, int mbit) throws IOException {
    add(name);
    String other = "to-" + name;
    Shell.here()
        .run(
            "ip",
            "link",
            "add",
            "eth0",
            "netns",
            namespace(name),
            "type",
            "veth",
            "peer",
            "name",
            other,
            "netns",
            namespace("site"));
    Shell site = Shell.in(namespace("site"));
    site.run("ip", "link", "set", other, "master", "lan", "up");
    Shell here = Shell.in(namespace(name));
    here.run("ip", "addr", "add", address(number) + "/24", "dev", "eth0");
    here.run("ip", "link", "set", "eth0", "up");
    limit(here, "eth0", mbit);
    limit(site, other, mbit);
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
