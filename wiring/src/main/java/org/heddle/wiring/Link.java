package org.heddle.wiring;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A network device as {@code ip -j -d link} shows it.
 *
 * @param master name of the bridge that it is a port of; empty if none
 * @param owner user that may open it, if it is a tap; else empty
 * @param up whether it has been brought up
 * @param carrier a tap that is up has one while a process holds it open
 */
record Link(String name, String master, String owner, boolean up, boolean carrier) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * All devices of a namespace, by name.
   *
   * @param printed by {@code ip -j -d link show}
   */
  static Map<String, Link> all(String printed) throws IOException {
    Map<String, Link> links = new LinkedHashMap<>();
    for (JsonNode node : json(printed)) {
      Link link = of(node);
      links.put(link.name, link);
    }
    return links;
  }

  /** Reads what an iproute2 command printed; nothing at all stands for an empty list. */
  static JsonNode json(String printed) throws IOException {
    try {
      return JSON.readTree(printed.isBlank() ? "[]" : printed);
    } catch (JacksonException e) {
      throw new IOException("not the JSON that iproute2 prints: " + printed, e);
    }
  }

  private static Link of(JsonNode node) {
    return new Link(
        node.path("ifname").asString(""),
        node.path("master").asString(""),
        node.path("linkinfo").path("info_data").path("user").asString(""),
        contains(node.path("flags"), "UP"),
        contains(node.path("flags"), "LOWER_UP"));
  }

  private static boolean contains(JsonNode flags, String flag) {
    return flags.valueStream().anyMatch(f -> f.asString("").equals(flag));
  }

  /** The names of the devices that are ports of the bridge. */
  static List<String> ports(Map<String, Link> links, String bridge) {
    return links.values().stream().filter(l -> l.master.equals(bridge)).map(Link::name).toList();
  }
}
