package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.planner.instance.InstanceBuilder;
import org.jspecify.annotations.Nullable;

/** The links of a BtrPlace network view: of nodes to switches, and between switches. */
final class BtrPlaceNetwork {
  private final JsonInput in;
  private final List<Link> links = new ArrayList<>();

  /**
   * @param other number of the node or switch at the far end
   */
  private record Link(int id, long mbitPerS, int atSwitch, boolean toNode, int other) {}

  private final List<Route> routes = new ArrayList<>();

  /** A static route: numbers of nodes and links. */
  private record Route(int from, int to, Set<Integer> links) {}

  BtrPlaceNetwork(JsonInput in) {
    this.in = in;
  }

  /** The parser stands on a link. */
  void link() {
    long[] numbers = {0, 0, 0, 0};
    boolean[] node = {false};
    in.object(key -> {
      switch (key) {
        case "id" -> numbers[0] = in.number();
        case "capacity" -> numbers[1] = in.amount();
        case "switch" -> numbers[2] = in.number();
        case "physicalElement" ->
            in.object(end -> {
              switch (end) {
                case "id" -> numbers[3] = in.number();
                case "type" -> node[0] = in.string().equals("node");
                default -> in.skip();
              }
            });
        default -> in.skip();
      }
    });
    links.add(new Link((int) numbers[0], numbers[1], (int) numbers[2], node[0], (int) numbers[3]));
  }

  /** The parser stands on the routing: the default one, or static routes. */
  void routing() {
    in.object(key -> {
      switch (key) {
        case "type" -> {
          String type = in.string();
          if (!type.equals("default") && !type.equals("static")) {
            throw in.wrong("routing '" + type + "' is not known", "use default or static routing");
          }
        }
        case "routes" -> in.array(this::route);
        default -> in.skip();
      }
    });
  }

  private void route() {
    int[] ends = {-1, -1};
    Set<Integer> used = new TreeSet<>();
    in.object(key -> {
      switch (key) {
        case "nodes_map" ->
            in.object(end -> {
              switch (end) {
                case "src" -> ends[0] = in.number();
                case "dst" -> ends[1] = in.number();
                default -> in.skip();
              }
            });
        case "links" ->
            in.array(() ->
                in.object(part -> {
                  if (part.equals("link")) {
                    used.add(in.number());
                  } else {
                    in.skip();
                  }
                }));
        default -> in.skip();
      }
    });
    routes.add(new Route(ends[0], ends[1], used));
  }

  /** Routes over other links than those that the planner would count are refused. */
  private void checkRoutes() {
    Map<Integer, Link> ofNode = new TreeMap<>();
    Map<Integer, Integer> up = new TreeMap<>();
    for (Link link : links) {
      if (link.toNode) {
        ofNode.put(link.other, link);
      } else {
        up.putIfAbsent(link.atSwitch, link.id);
        up.putIfAbsent(link.other, link.id);
      }
    }
    for (Route route : routes) {
      if (!route.links.equals(path(ofNode.get(route.from), ofNode.get(route.to), up))) {
        throw in.wrong(
            "the static route from node "
                + route.from
                + " to node "
                + route.to
                + " goes over links "
                + route.links
                + ", which are not those of its nodes and their switches",
            "leave out the routing, or give routes over these");
      }
    }
  }

  private static Set<Integer> path(
      @Nullable Link from, @Nullable Link to, Map<Integer, Integer> up) {
    Set<Integer> path = new TreeSet<>();
    if (from == null || to == null) {
      return path;
    }
    path.add(from.id);
    path.add(to.id);
    if (from.atSwitch != to.atSwitch) {
      for (int at : new int[] {from.atSwitch, to.atSwitch}) {
        Integer link = up.get(at);
        if (link != null) {
          path.add(link);
        }
      }
    }
    return path;
  }

  /** Each switch becomes a site when there are several; links between them join the sites. */
  void build(InstanceBuilder builder, Numbering numbering) {
    checkRoutes();
    TreeMap<Integer, Integer> up = new TreeMap<>();
    boolean several = links.stream().map(Link::atSwitch).distinct().count() > 1;
    TreeMap<Integer, Integer> linkOfNode = new TreeMap<>();
    for (Link link : links) {
      int index = builder.link("link" + link.id, link.mbitPerS);
      if (link.toNode) {
        linkOfNode.put(link.other, index);
      } else {
        up.putIfAbsent(link.atSwitch, index);
        up.putIfAbsent(link.other, index);
      }
    }
    TreeMap<Integer, Integer> sites = new TreeMap<>();
    for (Link link : links) {
      int host = link.toNode ? numbering.host(link.other) : -1;
      if (host >= 0) {
        builder.hostLink(host, linkOfNode.getOrDefault(link.other, -1));
        if (several) {
          int site =
              sites.computeIfAbsent(
                  link.atSwitch,
                  number -> builder.site("switch" + number, up.getOrDefault(number, -1)));
          builder.siteOf(host, site);
        }
      }
    }
  }
}
