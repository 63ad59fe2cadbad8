package org.heddle.dist.box;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The topology of one grid in a box: every name and address follows from its id, its block and its
 * size. Stored as {@code box.json}.
 *
 * <p>Of the block {@code 10.B.0.0/16}, site S has {@code 10.B.S.0/24} (its router .1, its hosts
 * from .11), the link between two sites a /30 of {@code 10.B.240.0/20}, and the link to the
 * machine's own namespace {@code 10.B.0.0/30}.
 *
 * @param id 4 hex digits that all names carry
 * @param folder the state folder that the box belongs to, absolute
 * @param block second byte of its addresses, 64 to 127
 * @param commandPort controller's port on loopback
 * @param agentPort port of each agent, and of the controller for agents, inside the box
 */
public record Box(
    String id, String folder, int block, int commandPort, int agentPort, BoxSpec spec) {
  static final int MAX_SITES = 8;
  static final int MAX_HOSTS_PER_SITE = 32;
  static final int FIRST_BLOCK = 64;
  static final int BLOCKS = 64;
  private static final int FIRST_HOST = 11;
  private static final int FIRST_SITE_LINK = 240;
  private static final String ROOT = "";

  public Box {
    if (!id.matches("[0-9a-f]{4}")) {
      throw new IllegalArgumentException("box id '" + id + "' is not 4 hex digits");
    }
    if (block < FIRST_BLOCK || block >= FIRST_BLOCK + BLOCKS) {
      throw new IllegalArgumentException("block 10." + block + " is not in 10.64.0.0/10");
    }
  }

  /** A site: a namespace with a bridge, which routes between its hosts and the other sites. */
  public record Site(int number, String name, String namespace, String gateway) {}

  /** A host: a namespace with an agent. */
  public record Host(String name, Site site, String namespace, String address) {}

  /**
   * One end of a cable.
   *
   * @param namespace empty: the machine's own
   * @param address with prefix length; empty: it is a port of the site's bridge
   */
  public record End(String namespace, String device, Optional<String> address) {}

  /** Two devices joined, with the same rate in both directions. */
  public record Cable(End one, End other, int mbit) {}

  /**
   * @param target prefix
   */
  public record Route(String namespace, String target, String via) {}

  /** How the namespaces of this box begin, and of no other box. */
  public String mark() {
    return "hd-" + id + "-";
  }

  /** Where the RAM of the host's machines lies. */
  public String ramFolder(Host host) {
    return ramPrefix() + host.name();
  }

  public String ramPrefix() {
    return "/dev/shm/heddle-" + id + "-";
  }

  public String network() {
    return "10." + block + ".0.0/16";
  }

  /** Address of the controller for agents. */
  public String controllerAddress() {
    return "10." + block + ".0.1";
  }

  String uplinkDevice() {
    return mark() + "up";
  }

  String uplinkGateway() {
    return "10." + block + ".0.2";
  }

  public List<Site> sites() {
    List<Site> sites = new ArrayList<>();
    for (int number = 1; number <= spec.sites(); number++) {
      String name = "site" + number;
      sites.add(new Site(number, name, mark() + name, "10." + block + "." + number + ".1"));
    }
    return List.copyOf(sites);
  }

  /** All hosts, numbered through the sites: host1 and host2 in site1, host3 in site2, ... */
  public List<Host> hosts() {
    List<Host> hosts = new ArrayList<>();
    for (Site site : sites()) {
      for (int i = 0; i < spec.hostsPerSite(); i++) {
        String name = "host" + (hosts.size() + 1);
        String address = "10." + block + "." + site.number() + "." + (FIRST_HOST + i);
        hosts.add(new Host(name, site, mark() + name, address));
      }
    }
    return List.copyOf(hosts);
  }

  public List<String> namespaces() {
    List<String> names = new ArrayList<>();
    sites().forEach(site -> names.add(site.namespace()));
    hosts().forEach(host -> names.add(host.namespace()));
    return List.copyOf(names);
  }

  /**
   * The link to the machine's own namespace; it is no part of the grid, so it has a host's rate.
   */
  Cable uplink() {
    return new Cable(
        new End(ROOT, uplinkDevice(), Optional.of(controllerAddress() + "/30")),
        new End(sites().getFirst().namespace(), "uplink", Optional.of(uplinkGateway() + "/30")),
        spec.hostMbit());
  }

  /** All cables: the uplink, one for each host, one for each pair of sites. */
  List<Cable> cables() {
    List<Cable> cables = new ArrayList<>();
    cables.add(uplink());
    for (Host host : hosts()) {
      cables.add(
          new Cable(
              new End(host.namespace(), "eth0", Optional.of(host.address() + "/24")),
              new End(host.site().namespace(), host.name(), Optional.empty()),
              spec.hostMbit()));
    }
    for (Site one : sites()) {
      for (Site other : sites()) {
        if (one.number() < other.number()) {
          cables.add(new Cable(siteEnd(one, other), siteEnd(other, one), spec.siteMbit()));
        }
      }
    }
    return List.copyOf(cables);
  }

  private End siteEnd(Site of, Site to) {
    return new End(of.namespace(), "to-" + to.name(), Optional.of(linkAddress(of, to) + "/30"));
  }

  /** The address of a site on its link to another: 30-bit networks, one for each pair. */
  private String linkAddress(Site of, Site to) {
    int low = Math.min(of.number(), to.number()) - 1;
    int high = Math.max(of.number(), to.number()) - 1;
    int pair = low * MAX_SITES + high;
    int offset = of.number() < to.number() ? 1 : 2;
    return "10." + block + "." + (FIRST_SITE_LINK + pair / 64) + "." + (pair % 64 * 4 + offset);
  }

  /** All routes but those that come with the addresses. */
  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    routes.add(new Route(ROOT, network(), uplinkGateway()));
    for (Host host : hosts()) {
      routes.add(new Route(host.namespace(), network(), host.site().gateway()));
    }
    Site first = sites().getFirst();
    for (Site one : sites()) {
      for (Site other : sites()) {
        if (one.number() != other.number()) {
          String subnet = "10." + block + "." + other.number() + ".0/24";
          routes.add(new Route(one.namespace(), subnet, linkAddress(other, one)));
        }
      }
      if (one.number() != first.number()) {
        String uplink = "10." + block + ".0.0/30";
        routes.add(new Route(one.namespace(), uplink, linkAddress(first, one)));
      }
    }
    return List.copyOf(routes);
  }
}
