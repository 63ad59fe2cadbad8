package org.heddle.dist.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.dist.demo.DemoReport.Check;

/** Says from what the grid recorded whether the demo showed what it promises. Pure. */
final class DemoChecks {
  /** Machines of a vjob must be paused within this time of each other. */
  static final long MAX_SKEW_MS = 50;

  private DemoChecks() {}

  static List<Check> of(List<SwitchView> switches, List<VjobView> vjobs, String preempted) {
    List<Check> checks = new ArrayList<>();
    for (VjobView vjob : vjobs) {
      checks.add(ended(vjob));
    }
    Set<String> machines =
        vjobs.stream()
            .filter(vjob -> vjob.name().equals(preempted))
            .flatMap(vjob -> vjob.machines().stream())
            .map(machine -> machine.name())
            .collect(Collectors.toSet());
    checks.add(suspendedWhole(switches, preempted, machines));
    checks.add(
        seen(
            switches,
            "another machine was live-migrated to make room",
            action -> action.action().equals("migrate") && !machines.contains(action.machine())));
    checks.add(
        seen(
            switches,
            "a suspended machine was resumed on another host",
            action ->
                action.action().equals("resume")
                    && machines.contains(action.machine())
                    && !action.from().equals(action.to())));
    return checks;
  }

  private static Check ended(VjobView vjob) {
    boolean ok = vjob.state().equals("terminated") && vjob.exitCode().equals(Optional.of(0));
    String exit = vjob.exitCode().map(code -> ", exit code " + code).orElse("");
    return new Check(vjob.name() + " ran to its right end", ok, vjob.state() + exit);
  }

  private static Check suspendedWhole(
      List<SwitchView> switches, String vjob, Set<String> machines) {
    String what = vjob + " was suspended as a whole, paused within " + MAX_SKEW_MS + " ms";
    for (SwitchView view : switches) {
      Set<String> suspended =
          view.actions().stream()
              .filter(action -> action.action().equals("suspend"))
              .filter(action -> action.progress().equals("done"))
              .map(SwitchAction::machine)
              .collect(Collectors.toSet());
      Long skew = view.pauseSkewMs().get(vjob);
      if (!machines.isEmpty() && suspended.containsAll(machines) && skew != null) {
        return new Check(
            what, skew <= MAX_SKEW_MS, machines.size() + " machines within " + skew + " ms");
      }
    }
    return new Check(what, false, "no switch suspended all of its machines");
  }

  private static Check seen(
      List<SwitchView> switches, String what, Predicate<SwitchAction> wanted) {
    return switches.stream()
        .flatMap(view -> view.actions().stream())
        .filter(action -> action.progress().equals("done"))
        .filter(wanted)
        .findFirst()
        .map(action ->
            new Check(
                what,
                true,
                action.machine()
                    + " from "
                    + action.from().orElse("?")
                    + " to "
                    + action.to().orElse("?")))
        .orElse(new Check(what, false, "not seen"));
  }
}
