package org.heddle.store.schedule;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hosts, their sites, and what their links carry: each way that much, both ways at once.
 *
 * @param startSeconds from the decision that a move begins to its first byte: a process is started
 *     elsewhere, indexes are compared
 * @param hopSeconds by which one who passes on what it is still getting is behind its own source
 */
public record Network(List<Site> sites, List<Host> hosts, double startSeconds, double hopSeconds) {
  /**
   * A site.
   *
   * @param bytesPerSecond of its link to all other sites
   * @param latencySeconds from it to any other site
   */
  public record Site(String name, double bytesPerSecond, double latencySeconds) {
    public Site {
      require(bytesPerSecond > 0 && latencySeconds >= 0, "site " + name);
    }
  }

  /**
   * A host.
   *
   * @param bytesPerSecond of its link to its site
   */
  public record Host(String name, String site, double bytesPerSecond) {
    public Host {
      require(bytesPerSecond > 0, "host " + name);
    }
  }

  public Network {
    sites = List.copyOf(sites);
    hosts = List.copyOf(hosts);
    Map<String, Site> known = new TreeMap<>();
    sites.forEach(site -> require(known.put(site.name(), site) == null, "site " + site.name()));
    Map<String, Host> seen = new TreeMap<>();
    for (Host host : hosts) {
      require(known.containsKey(host.site()), "the site of host " + host.name());
      require(
          seen.put(host.name(), host) == null, "host " + host.name() + ", which is there twice");
    }
    require(startSeconds >= 0 && hopSeconds >= 0, "a time below zero");
  }

  private static void require(boolean right, String what) {
    if (!right) {
      throw new IllegalArgumentException("a network with a wrong " + what);
    }
  }

  /** The host of that name. */
  public Host host(String name) {
    return hosts.stream()
        .filter(host -> host.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no host " + name));
  }

  Site site(Host host) {
    return sites.stream()
        .filter(site -> site.name().equals(host.site()))
        .findFirst()
        .orElseThrow(IllegalStateException::new);
  }

  /** What one move between two hosts gets when nothing else moves. */
  double rate(Host from, Host to) {
    double rate = Math.min(from.bytesPerSecond(), to.bytesPerSecond());
    return from.site().equals(to.site())
        ? rate
        : Math.min(rate, Math.min(site(from).bytesPerSecond(), site(to).bytesPerSecond()));
  }

  double latency(Host from, Host to) {
    return from.site().equals(to.site())
        ? 0
        : Math.max(site(from).latencySeconds(), site(to).latencySeconds());
  }
}
