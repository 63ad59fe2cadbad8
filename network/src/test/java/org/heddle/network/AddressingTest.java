package org.heddle.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineId;
import org.heddle.model.MachineKind;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.junit.jupiter.api.Test;

class AddressingTest {
  private static VjobSpec vjob(String name, int... counts) {
    List<MachineGroup> groups = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      groups.add(
          new MachineGroup(
              "g" + (char) ('a' + i),
              counts[i],
              "tiny",
              new Resources(1, 64, 64),
              MachineKind.VM,
              Optional.empty()));
    }
    return new VjobSpec(new VjobId(name), 0, "me", groups, Optional.empty());
  }

  @Test
  void machinesGetTheirPlacesInTheOrderOfTheFile() {
    SortedMap<MachineId, NetworkAttachment> places =
        Addressing.attach(
            new VjobSpec(
                new VjobId("v"),
                0,
                "me",
                List.of(
                    new MachineGroup(
                        "node",
                        2,
                        "tiny",
                        new Resources(1, 64, 64),
                        MachineKind.VM,
                        Optional.empty())),
                Optional.empty()),
            1001);
    assertThat(places.keySet())
        .containsExactly(MachineId.parse("node1.v"), MachineId.parse("node2.v"));
    NetworkAttachment second = places.lastEntry().getValue();
    assertThat(second.address()).isEqualTo("10.128.4.3");
    assertThat(second.mac()).isEqualTo("52:54:0a:80:04:03");
    assertThat(second.prefixLength()).isEqualTo(24);
    assertThat(second.hosts()).containsEntry("node1", "10.128.4.2").hasSize(2);
  }

  @Test
  void noTwoMachinesOfTheGridShareAnAddressOrACard() {
    Set<String> seen = new HashSet<>();
    TreeSet<Integer> used = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      int vni = Addressing.freeVni(used);
      used.add(vni);
      for (NetworkAttachment place :
          Addressing.attach(vjob("v" + i, 1 + i * 12, i * 12 + 2), vni).values()) {
        assertThat(seen.add(place.address())).isTrue();
        assertThat(seen.add(place.mac())).isTrue();
      }
    }
  }

  @Test
  void subnetIsAsWideAsTheVjobNeeds() {
    assertThat(prefix(253)).isEqualTo(24);
    assertThat(prefix(254)).isEqualTo(23);
    assertThat(prefix(510)).isEqualTo(22);
    assertThat(prefix(1020)).isEqualTo(22);
    assertThatThrownBy(() -> Addressing.attach(vjob("v", 1000, 21), 1000))
        .hasMessageContaining("at most 1020");
  }

  private static int prefix(int machines) {
    return Addressing.attach(vjob("v", machines - 100, 100), 1000)
        .values()
        .iterator()
        .next()
        .prefixLength();
  }

  @Test
  void lastNetworkStaysInItsRangeAndThenThereIsNone() {
    assertThat(
            Addressing.attach(vjob("v", 1), Addressing.FIRST_VNI + Addressing.BLOCKS - 1)
                .values()
                .iterator()
                .next()
                .address())
        .isEqualTo("10.255.252.2");
    TreeSet<Integer> used = new TreeSet<>();
    for (int i = 0; i < Addressing.BLOCKS; i++) {
      used.add(Addressing.FIRST_VNI + i);
    }
    assertThatThrownBy(() -> Addressing.freeVni(used)).isInstanceOf(IllegalStateException.class);
    used.remove(1007);
    assertThat(Addressing.freeVni(used)).isEqualTo(1007);
  }
}
