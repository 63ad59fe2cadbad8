package org.heddle.dist.end2end;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.dist.end2end.TestGrid.vjob;

import java.io.IOException;
import org.heddle.api.GridApi.VjobView;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Real guests on a real grid whose programs are killed in the middle of a context switch: who is
 * not involved never notices, and afterwards no machine is lost or doubled and all work is done.
 */
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultsTest {
  private TestGrid grid;
  private ProcessHandle bystander;

  @BeforeAll
  void up() throws Exception {
    grid = TestGrid.up("faults");
    grid.client.submit(
        vjob(
            """
            name: bystander
            priority: 99
            machines:
              - {name: node, image: tiny, memory: 96MiB, start: "memcheck 16 100000 > /run/check"}
            """));
    assertThat(grid.await("bystander", "running").state()).isEqualTo("running");
    bystander = grid.guest("node.bystander");
  }

  @BeforeEach
  void submitLow() {
    grid.client.submit(
        vjob(
            """
            name: low
            priority: 1
            machines:
              - {name: node, image: tiny, memory: 128MiB}
            run: %s
            """
                .formatted(TestGrid.UNTIL_TOLD)));
    grid.await("low", "running");
  }

  @AfterEach
  void theBystanderNeverNoticed() throws IOException {
    assertThat(grid.guest("node.bystander")).isEqualTo(bystander);
    for (String vjob : new String[] {"low", "urgent"}) {
      if (grid.client.vjobs().stream().anyMatch(view -> view.name().equals(vjob))) {
        VjobView ended =
            vjob.equals("low") ? grid.finish(vjob, "node.low") : grid.await(vjob, "terminated");
        assertThat(ended.exitCode())
            .as("%s: %s %s", vjob, ended.reason(), ended.output())
            .isEqualTo(TestGrid.ok());
      }
    }
    String check =
        grid.await(
            "an answer of the bystander",
            () -> grid.exec("node.bystander", "tail -n 1 /run/check").output(),
            output -> !output.isEmpty());
    assertThat(check).contains("bad=0");
    assertThat(grid.guest("node.bystander")).isEqualTo(bystander);
    grid.assertNothingLostOrDoubled();
  }

  @AfterAll
  void down() throws Exception {
    grid.close();
  }

  private void submitUrgent() {
    grid.client.submit(
        vjob(
            """
            name: urgent
            priority: 9
            machines:
              - {name: big, count: 2, image: tiny, memory: 150MiB}
            run: memcheck 16 3
            """));
  }

  @Test
  void theControllerIsKilledWhileAVjobIsBeingSuspended() throws Exception {
    submitUrgent();
    grid.awaitSwitch("suspend");
    grid.kill(" controller --state");
    assertThat(grid.upAgain()).containsExactly("controller");
  }

  @Test
  void theControllerIsKilledWhileAMachineBoots() throws Exception {
    submitUrgent();
    grid.awaitSwitch("boot");
    grid.kill(" controller --state");
    assertThat(grid.upAgain()).containsExactly("controller");
  }

  @Test
  void anAgentIsKilledWhileItsMachineIsBeingSuspended() throws Exception {
    String host = grid.machine("node.low").host().orElseThrow();
    submitUrgent();
    grid.awaitSwitch("suspend");
    grid.kill("agent", "--name", host);
    assertThat(grid.upAgain()).containsExactly("agent of " + host);
  }

  @Test
  void theSourcesAgentIsKilledWhileItsMachineIsBeingMoved() throws Exception {
    String host = grid.machine("node.low").host().orElseThrow();
    grid.client.migrate("node.low", host.equals("host1") ? "host2" : "host1");
    grid.awaitSwitch("migrate");
    grid.kill("agent", "--name", host);
    assertThat(grid.upAgain()).containsExactly("agent of " + host);
  }

  @Test
  void aGuestIsKilledAndItsVjobBeginsAgain() throws Exception {
    ProcessHandle guest = grid.guest("node.low");
    guest.destroyForcibly();
    grid.await(
        "another process for node.low",
        () -> {
          try {
            return grid.processes("qemu-system", "node.low");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        found -> found.size() == 1 && !found.getFirst().equals(guest));
  }
}
