package org.heddle.dist.demo;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;

/**
 * All that a run of the demo showed, as {@code --report} writes it.
 *
 * @param ok whether every check held
 * @param durationMs of the whole run
 * @param switches the context switches in the order in which they happened
 * @param results for each vjob how it ended
 */
public record DemoReport(
    boolean ok,
    long durationMs,
    List<Check> checks,
    List<Switch> switches,
    SortedMap<String, Result> results) {

  /** One thing that the demo promises, and whether it was seen. */
  public record Check(String what, boolean ok, String seen) {}

  /**
   * One context switch.
   *
   * @param pauseSkewMs time between the first and the last pause of the vjobs that it suspended
   *     (the largest, where it suspended several); absent when it suspended none
   */
  public record Switch(
      long id,
      String cause,
      long startedMs,
      Optional<Long> durationMs,
      Optional<Long> pauseSkewMs,
      List<ActionLine> actions) {}

  /** One action; start in milliseconds from the start of the switch. */
  public record ActionLine(
      String action,
      String machine,
      Optional<String> from,
      Optional<String> to,
      long startMs,
      long durationMs,
      long downtimeMs,
      String progress) {}

  /** How a vjob ended. */
  public record Result(String state, Optional<Integer> exitCode, String reason, String output) {}

  static DemoReport of(
      long durationMs, List<Check> checks, List<SwitchView> switches, List<VjobView> vjobs) {
    TreeMap<String, Result> results = new TreeMap<>();
    for (VjobView vjob : vjobs) {
      results.put(
          vjob.name(), new Result(vjob.state(), vjob.exitCode(), vjob.reason(), vjob.output()));
    }
    boolean ok = checks.stream().allMatch(Check::ok);
    return new DemoReport(
        ok, durationMs, checks, switches.stream().map(DemoReport::line).toList(), results);
  }

  private static Switch line(SwitchView view) {
    return new Switch(
        view.id(),
        view.cause(),
        view.startedMs(),
        view.endedMs().map(end -> end - view.startedMs()),
        view.pauseSkewMs().values().stream().max(Long::compare),
        view.actions().stream().map(DemoReport::line).toList());
  }

  private static ActionLine line(SwitchAction action) {
    return new ActionLine(
        action.action(),
        action.machine(),
        action.from(),
        action.to(),
        action.startMs(),
        action.durationMs(),
        action.downtimeMs(),
        action.progress());
  }
}
