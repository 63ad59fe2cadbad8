package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.heddle.planner.instance.InstanceBuilder;

/** The links of a BtrPlace network view: of nodes to switches, and between switches. */
final class BtrPlaceNetwork {
  private final JsonInput in;
  private final List<Link> links = new ArrayList<>();

  /**
   * @param other number of the node or switch at the far end
   */
  private record Link(int id, long mbitPerS, int atSwitch, boolean toNode, int other) {}

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

  /** Each switch becomes a site when there are several; links between them join the sites. */
  void build(InstanceBuilder builder, Numbering numbering) {
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
