package org.heddle.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.heddle.model.MachineId;
import org.junit.jupiter.api.Test;

class DeviceNamesTest {
  @Test
  void everyNameFitsInTheFifteenCharactersThatLinuxAllows() {
    String longest = "m".repeat(40) + "." + "v".repeat(40);
    assertThat(DeviceNames.tap(MachineId.parse(longest))).hasSizeLessThanOrEqualTo(15);
    assertThat(DeviceNames.bridge(0xFFFFFF)).hasSizeLessThanOrEqualTo(15);
    assertThat(DeviceNames.tunnel(0xFFFFFF)).hasSizeLessThanOrEqualTo(15);
  }

  @Test
  void aTapIsNamedByItsMachineAlone() {
    Set<String> names = new HashSet<>();
    for (int vjob = 0; vjob < 100; vjob++) {
      for (int machine = 0; machine < 100; machine++) {
        names.add(DeviceNames.tap(MachineId.parse("node" + machine + ".job" + vjob)));
      }
    }
    assertThat(names).hasSize(10_000).allMatch(DeviceNames::isTap);
    assertThat(DeviceNames.tap(MachineId.parse("node1.job1")))
        .isEqualTo(DeviceNames.tap(MachineId.parse("node1.job1")));
  }

  @Test
  void otherDevicesOfAHostAreNotTakenForOurs() {
    assertThat(DeviceNames.isTap("tp0")).isFalse();
    assertThat(DeviceNames.isTap("tap0123456789ab")).isFalse();
    assertThat(DeviceNames.isBridge("virbr0")).isFalse();
    assertThat(DeviceNames.isBridge("vb")).isFalse();
    assertThat(DeviceNames.isTunnel("vxlan1")).isFalse();
    assertThat(DeviceNames.bridgeOfTunnel("vx17")).isEqualTo("vb17");
  }
}
