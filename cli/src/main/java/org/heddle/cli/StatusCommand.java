package org.heddle.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.api.GridApi.ContentView;
import org.heddle.api.GridApi.GridStatus;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridClient;
import org.heddle.model.Resources;
import picocli.CommandLine.Command;

/** {@code heddle status}: the grid on one page. */
@Command(name = "status", description = "Show how the grid is.")
final class StatusCommand extends GridCommand {
  private static final int BAR = 20;

  @Override
  ExitCode run(GridClient grid) {
    GridStatus status = grid.status();
    show(status, () -> text(status, around().output(), around().nowMs()));
    return ExitCode.OK;
  }

  static String text(GridStatus status, Terminal terminal, long nowMs) {
    Resources used = status.used();
    Resources whole = status.capacity();
    StringBuilder out = new StringBuilder();
    String up = Human.duration(Math.max(0, nowMs - status.startedMs()) / 1000 * 1000);
    out.append(line("grid", "version " + status.version() + ", up " + up));
    out.append(line("state", state(status)));
    out.append(line("hosts", status.hostsOnline() + " of " + status.hosts() + " online"));
    out.append(line("vjobs", vjobs(status.vjobs())));
    out.append(
        line(
            "cores",
            bar(used.cores(), whole.cores(), terminal),
            used.cores() + " of " + whole.cores()));
    out.append(
        line(
            "memory",
            bar(used.memoryMiB(), whole.memoryMiB(), terminal),
            Human.share(used.memoryMiB(), whole.memoryMiB())));
    out.append(
        line(
            "disk",
            bar(used.diskMiB(), whole.diskMiB(), terminal),
            Human.share(used.diskMiB(), whole.diskMiB())));
    out.append(line("content", content(status.content())));
    status.content().trouble().forEach((host, why) -> out.append(line("", host + ": " + why)));
    status.currentSwitch().ifPresent(now -> out.append(line("switch", running(now, terminal))));
    return out.toString();
  }

  /** What moving by content has saved, on one line. */
  static String content(ContentView content) {
    return content.wholeBytes() == 0
        ? "nothing moved yet"
        : Human.bytes(content.sentBytes())
            + " sent for "
            + Human.bytes(content.wholeBytes())
            + " of images and saved states: "
            + content.savedPercent()
            + " % saved";
  }

  /** How far a switch is, on one line. */
  static String running(SwitchView now, Terminal terminal) {
    long ended = now.actions().stream().filter(action -> ended(action.progress())).count();
    double share = now.actions().isEmpty() ? 0 : (double) ended / now.actions().size();
    String done = ended + " of " + Human.count(now.actions().size(), "action");
    return "#"
        + now.id()
        + " "
        + Progress.bar(share, BAR, terminal)
        + " "
        + done
        + ", "
        + now.cause();
  }

  private static boolean ended(String progress) {
    return !progress.equals("pending") && !progress.equals("active");
  }

  private static String state(GridStatus status) {
    Optional<SwitchView> now = status.currentSwitch();
    if (now.isPresent()) {
      return "switching";
    }
    return status.settled() ? "settled" : "about to change";
  }

  private static String vjobs(Map<String, Integer> counts) {
    List<String> parts = new ArrayList<>();
    counts.forEach((state, count) -> {
      if (count > 0) {
        parts.add(count + " " + state);
      }
    });
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  private static String bar(long used, long whole, Terminal terminal) {
    return Progress.bar(whole == 0 ? 0 : (double) used / whole, BAR, terminal);
  }

  private static String line(String heading, String... values) {
    return String.format("%-8s", heading) + String.join("  ", values) + "\n";
  }
}
