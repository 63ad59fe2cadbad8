package org.heddle.dist.box;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.heddle.api.Json;
import org.heddle.wiring.Shell;
import tools.jackson.databind.JsonNode;

/** The routes of the machine's own namespace, to see which blocks of addresses are free. */
record RoutingTable(List<Entry> entries) {
  record Entry(String target, String device) {}

  static RoutingTable read() throws IOException {
    String printed = Shell.here().run("ip", "-4", "-j", "route", "show");
    List<Entry> entries = new ArrayList<>();
    for (JsonNode node : Json.MAPPER.readTree(printed.isBlank() ? "[]" : printed)) {
      entries.add(new Entry(node.path("dst").asString(""), node.path("dev").asString("")));
    }
    return new RoutingTable(List.copyOf(entries));
  }

  boolean has(String target, String device) {
    return entries.contains(new Entry(target, device));
  }

  /** Whether no route but the default one leads to any address of {@code 10.BLOCK.0.0/16}. */
  boolean free(int block) {
    return entries.stream()
        .map(Entry::target)
        .filter(target -> Character.isDigit(target.charAt(0)))
        .noneMatch(target -> overlaps(target, block));
  }

  private static boolean overlaps(String target, int block) {
    String[] parts = target.split("/", 2);
    int length = Math.min(parts.length == 2 ? Integer.parseInt(parts[1]) : 32, 16);
    String[] bytes = parts[0].split("\\.", -1);
    int first16 = Integer.parseInt(bytes[0]) << 8 | Integer.parseInt(bytes[1]);
    int mask = 0xFFFF << (16 - length) & 0xFFFF;
    return length > 0 && (first16 & mask) == ((10 << 8 | block) & mask);
  }
}
