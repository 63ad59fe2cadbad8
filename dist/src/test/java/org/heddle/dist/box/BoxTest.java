package org.heddle.dist.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.heddle.api.Json;
import org.heddle.dist.box.Box.Cable;
import org.heddle.dist.box.Box.End;
import org.heddle.dist.box.Box.Route;
import org.junit.jupiter.api.Test;

class BoxTest {
  private static Box box(String id, int block, int sites, int hostsPerSite) {
    BoxSpec spec = new BoxSpec(sites, hostsPerSite, 4, 512, 8192, 10, 1000, 200);
    return new Box(id, "/state", block, 40000, 7070, spec);
  }

  @Test
  void theDefaultIsTwoSitesWithTwoHostsEach() {
    Box box = new Box("00ab", "/state", 70, 40000, 7070, BoxSpec.DEFAULT);
    assertThat(box.hosts())
        .extracting(h -> h.name() + " " + h.site().name() + " " + h.address() + " " + h.namespace())
        .containsExactly(
            "host1 site1 10.70.1.11 hd-00ab-host1",
            "host2 site1 10.70.1.12 hd-00ab-host2",
            "host3 site2 10.70.2.11 hd-00ab-host3",
            "host4 site2 10.70.2.12 hd-00ab-host4");
    assertThat(box.ramFolder(box.hosts().getFirst())).isEqualTo("/dev/shm/heddle-00ab-host1");
  }

  @Test
  void everyNameAndAddressIsThereOnceInBoxesOfEverySize() {
    for (int sites = 1; sites <= Box.MAX_SITES; sites++) {
      for (int hosts : new int[] {1, 2, Box.MAX_HOSTS_PER_SITE}) {
        Box box = box("00ab", 70, sites, hosts);
        Set<String> devices = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (End end : ends(box)) {
          assertThat(devices.add(end.namespace() + "/" + end.device())).isTrue();
          assertThat(end.device()).hasSizeLessThanOrEqualTo(15);
          end.address().ifPresent(a -> assertThat(addresses.add(a)).as(a).isTrue());
        }
        assertThat(addresses).allMatch(a -> a.startsWith("10.70."));
        assertThat(new HashSet<>(box.namespaces())).hasSize(sites + sites * hosts);
        assertThat(box.cables()).hasSize(1 + sites * hosts + sites * (sites - 1) / 2);
      }
    }
  }

  @Test
  void aPacketFindsItsWayBetweenAnyTwoHostsAndTheController() {
    for (int sites : new int[] {1, 2, 3, Box.MAX_SITES}) {
      Box box = box("00ab", 70, sites, 2);
      List<String> namespaces = new ArrayList<>(List.of(""));
      box.hosts().forEach(host -> namespaces.add(host.namespace()));
      List<String> addresses = new ArrayList<>(List.of(box.controllerAddress()));
      box.hosts().forEach(host -> addresses.add(host.address()));
      for (String from : namespaces) {
        for (int to = 0; to < addresses.size(); to++) {
          assertThat(travel(box, from, addresses.get(to)))
              .as("from '%s' to %s with %s sites", from, addresses.get(to), sites)
              .isEqualTo(namespaces.get(to));
        }
      }
    }
  }

  @Test
  void boxesWithOtherIdsAndBlocksShareNothing() {
    Box one = box("00ab", 70, 3, 3);
    Box two = box("00ac", 71, 3, 3);
    assertThat(one.namespaces()).doesNotContainAnyElementsOf(two.namespaces());
    assertThat(one.uplinkDevice()).isNotEqualTo(two.uplinkDevice());
    assertThat(one.network()).isNotEqualTo(two.network());
    assertThat(one.ramPrefix()).isNotEqualTo(two.ramPrefix());
  }

  @Test
  void aBoxIsReadFromItsJsonAsItWas() {
    Box box = box("00ab", 70, 2, 2);
    assertThat(Json.read(Json.pretty(box), Box.class)).isEqualTo(box);
  }

  @Test
  void impossibleSizesAreRefusedWithTheLimits() {
    assertThatThrownBy(() -> box("00ab", 70, 9, 1)).hasMessage("sites: 9 is not between 1 and 8");
    assertThatThrownBy(() -> box("00ab", 70, 1, 0)).hasMessageContaining("hosts per site: 0");
    assertThatThrownBy(() -> box("zz", 70, 1, 1)).hasMessageContaining("4 hex digits");
    assertThatThrownBy(() -> box("00ab", 128, 1, 1)).hasMessageContaining("10.64.0.0/10");
  }

  @Test
  void aBlockIsFreeWhenNoRouteButTheDefaultLeadsThere() {
    RoutingTable table =
        new RoutingTable(
            List.of(
                new RoutingTable.Entry("default", "eth0"),
                new RoutingTable.Entry("192.0.2.0/24", "eth0"),
                new RoutingTable.Entry("10.70.0.0/16", "hd-00ab-up"),
                new RoutingTable.Entry("10.72.5.0/24", "vpn"),
                new RoutingTable.Entry("10.74.0.9", "vpn"),
                new RoutingTable.Entry("10.80.0.0/12", "vpn")));
    List<Integer> taken = new ArrayList<>();
    for (int block = Box.FIRST_BLOCK; block < Box.FIRST_BLOCK + Box.BLOCKS; block++) {
      if (!table.free(block)) {
        taken.add(block);
      }
    }
    assertThat(taken)
        .containsExactly(
            70, 72, 74, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95);
    assertThat(table.has("10.70.0.0/16", "hd-00ab-up")).isTrue();
    assertThat(table.has("10.70.0.0/16", "other")).isFalse();
  }

  /** Follows addresses and routes from namespace to namespace; where the packet ends up. */
  private static String travel(Box box, String from, String to) {
    String here = from;
    for (int hop = 0; hop < 10; hop++) {
      Optional<String> local = connected(box, here, to);
      if (local.isPresent()) {
        return local.get();
      }
      here = connected(box, here, gateway(box, here, to)).orElseThrow();
    }
    throw new AssertionError("the packet goes round in circles");
  }

  private static String gateway(Box box, String namespace, String to) {
    return box.routes().stream()
        .filter(r -> r.namespace().equals(namespace) && inside(r.target(), to))
        .max((a, b) -> Integer.compare(length(a.target()), length(b.target())))
        .map(Route::via)
        .orElseThrow();
  }

  /** The namespace that has the address, if it is this one or joined to it by a subnet. */
  private static Optional<String> connected(Box box, String namespace, String to) {
    List<String> own = addresses(box, namespace);
    if (own.stream().anyMatch(a -> a.startsWith(to + "/"))) {
      return Optional.of(namespace);
    }
    List<String> all = new ArrayList<>(box.namespaces());
    all.add("");
    for (String mine : own) {
      for (String other : all) {
        boolean there = addresses(box, other).stream().anyMatch(a -> a.startsWith(to + "/"));
        if (there && inside(mine, to)) {
          return Optional.of(other);
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> addresses(Box box, String namespace) {
    List<String> addresses = new ArrayList<>();
    for (End end : ends(box)) {
      if (end.namespace().equals(namespace)) {
        end.address().ifPresent(addresses::add);
      }
    }
    for (Box.Site site : box.sites()) {
      if (site.namespace().equals(namespace)) {
        addresses.add(site.gateway() + "/24");
      }
    }
    return addresses;
  }

  private static List<End> ends(Box box) {
    List<End> ends = new ArrayList<>();
    for (Cable cable : box.cables()) {
      ends.add(cable.one());
      ends.add(cable.other());
    }
    return ends;
  }

  private static boolean inside(String prefix, String address) {
    int shift = 32 - length(prefix);
    return number(prefix.split("/", -1)[0]) >> shift == number(address) >> shift;
  }

  private static int length(String prefix) {
    return Integer.parseInt(prefix.split("/", -1)[1]);
  }

  private static long number(String address) {
    long number = 0;
    for (String part : address.split("\\.", -1)) {
      number = number << 8 | Long.parseLong(part);
    }
    return number;
  }
}
