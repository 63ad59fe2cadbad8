package org.heddle.dist.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.dist.demo.DemoReport.Check;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineKind;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.junit.jupiter.api.Test;

final class DemoChecksTest {
  private static final List<SwitchAction> WHOLE_STORY =
      List.of(
          action("suspend", "n1.low", "host1", "host1"),
          action("suspend", "n2.low", "host2", "host2"),
          action("migrate", "f.farm", "host2", "host3"),
          action("resume", "n1.low", "host1", "host4"),
          action("resume", "n2.low", "host2", "host2"));

  @Test
  void theWholeStoryHolds() {
    assertThat(check(WHOLE_STORY, 12, 0)).allMatch(Check::ok);
  }

  @Test
  void aLatePauseIsSeen() {
    assertThat(check(WHOLE_STORY, 51, 0)).filteredOn(check -> !check.ok()).hasSize(1);
  }

  @Test
  void anExitCodeThatIsNotZeroIsSeen() {
    assertThat(check(WHOLE_STORY, 12, 3))
        .filteredOn(check -> !check.ok())
        .extracting(Check::seen)
        .containsExactly("terminated, exit code 3");
  }

  @Test
  void eachMissingPartIsSeen() {
    for (int missing = 0; missing < 4; missing++) {
      List<SwitchAction> actions = new ArrayList<>(WHOLE_STORY);
      actions.remove(missing);
      assertThat(check(actions, 12, 0)).as("without %s", missing).anyMatch(check -> !check.ok());
    }
  }

  private static List<Check> check(List<SwitchAction> actions, long skew, int exitCode) {
    TreeMap<String, Long> skews = new TreeMap<>();
    skews.put("low", skew);
    SwitchView view = new SwitchView(1, "test", 0, Optional.of(10L), actions, skews);
    return DemoChecks.of(List.of(view), List.of(vjob(exitCode)), "low");
  }

  private static SwitchAction action(String verb, String machine, String from, String to) {
    return new SwitchAction(verb, machine, Optional.of(from), Optional.of(to), "done", 0, 1, 0, "");
  }

  private static VjobView vjob(int exitCode) {
    Resources demand = new Resources(1, 128, 0);
    MachineGroup group = new MachineGroup("n", 2, "tiny", demand, MachineKind.VM, Optional.empty());
    VjobSpec spec = new VjobSpec(new VjobId("low"), 1, "me", List.of(group), Optional.empty());
    return new VjobView(
        "low",
        "terminated",
        "end",
        1,
        "me",
        "",
        0,
        Optional.of(1L),
        Optional.of(exitCode),
        "",
        spec,
        List.of(machine("n1.low"), machine("n2.low")));
  }

  private static MachineView machine(String name) {
    return new MachineView(
        name,
        "low",
        "terminated",
        Optional.empty(),
        Optional.empty(),
        "10.128.0.1",
        "52:54:00:00:00:01",
        "tiny",
        new Resources(1, 128, 0));
  }
}
