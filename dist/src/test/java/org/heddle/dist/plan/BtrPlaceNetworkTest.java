package org.heddle.dist.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.MachineState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BtrPlaceNetworkTest {
  private static final String TWO_SWITCHES =
      """
      {"model": {"mapping": {"readyVMs": [], "offlineNodes": [], "onlineNodes": {
          "0": {"runningVMs": [5], "sleepingVMs": []}, "1": {"runningVMs": [], "sleepingVMs": []},
          "2": {"runningVMs": [], "sleepingVMs": []}}},
        "attributes": {"nodes": {}, "vms": {}},
        "views": [{"id": "net", "switches": [{"id": 0, "capacity": -1}, {"id": 1, "capacity": -1}],
          "links": [
            {"id": 0, "capacity": 1000, "switch": 0, "physicalElement": {"type": "node", "id": 0}},
            {"id": 1, "capacity": 1000, "switch": 0, "physicalElement": {"type": "node", "id": 1}},
            {"id": 2, "capacity": 1000, "switch": 1, "physicalElement": {"type": "node", "id": 2}},
            {"id": 3, "capacity": 500, "switch": 0, "physicalElement": {"type": "switch", "id": 1}}],
          "routing": ROUTING}]},
       "constraints": [{"id": "running", "vm": 5}]}
      """;

  @TempDir Path folder;

  private Path file(String routing) throws IOException {
    return Files.writeString(
        folder.resolve("instance.json"), TWO_SWITCHES.replace("ROUTING", routing));
  }

  private static String route(int from, int to, String links) {
    return "{\"type\": \"static\", \"routes\": [{\"nodes_map\": {\"src\": "
        + from
        + ", \"dst\": "
        + to
        + "}, \"links\": ["
        + links
        + "]}]}";
  }

  private static String link(int id) {
    return "{\"link\": " + id + ", \"direction\": \"true\"}";
  }

  @Test
  void routesOverTheLinksOfTheNodesAndTheirSwitchesAreTaken() throws IOException {
    String near = link(0) + ", " + link(1);
    String far = link(0) + ", " + link(3) + ", " + link(2);
    for (String routing : List.of("{\"type\": \"default\"}", route(0, 1, near), route(0, 2, far))) {
      Instance instance = InstanceFile.instance(file(routing));
      assertThat(instance.links()).as(routing).isEqualTo(4);
    }
  }

  @Test
  void otherRoutesAreRefused() throws IOException {
    Path file = file(route(0, 2, link(0) + ", " + link(2)));
    assertThatThrownBy(() -> InstanceFile.instance(file))
        .isInstanceOf(InvalidInstance.class)
        .hasMessageContaining("the static route from node 0 to node 2 goes over links [0, 2]");
  }

  @Test
  void whatIsAddedIsJudgedTogetherWithTheFile() throws IOException {
    Path file = file("{\"type\": \"default\"}");
    Additions killed = draft -> List.of(new Constraint.InState(Indices.of(0), MachineState.KILLED));
    assertThatThrownBy(() -> InstanceFile.read(file, killed))
        .isInstanceOf(InvalidInstance.class)
        .hasMessageContaining("shall be both running and killed");
    Additions more = draft -> List.of(new Constraint.Root(Indices.of(draft.machineNamed("vm5"))));
    assertThat(InstanceFile.read(file, more).instance().constraints()).hasSize(2);
  }
}
