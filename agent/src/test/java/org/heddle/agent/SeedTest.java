package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SeedTest {
  @Test
  void tellsAGuestWhatTheHouseSays() {
    var seed = Seed.of(Fixtures.launch(Fixtures.machine("node"), 1));
    assertThat(seed)
        .containsOnlyKeys("machine", "hosts", "id_ed25519", "authorized_keys")
        .containsEntry(
            "machine",
            """
            NAME=node
            VJOB=farm
            MAC=52:54:0a:80:00:02
            ADDRESS=10.128.0.2
            PREFIX=24
            MTU=1450
            """)
        .containsEntry(
            "hosts",
            """
            10.128.0.2 node node.farm
            10.128.0.3 other other.farm
            """)
        .containsEntry("id_ed25519", "PRIVATE KEY\n");
  }

  @Test
  void readsTheMemoryOfTheMachine() {
    assertThat(HostDefaults.memoryMiB("MemTotal:       24682920 kB\nMemFree: 1 kB\n"))
        .isEqualTo(18078);
  }
}
