package org.heddle.dist.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.MachineView;
import org.heddle.cli.Progress;
import org.heddle.cli.Terminal;

/**
 * Tells the demo to a person: headings, the grid's events as they come, and on a terminal a line
 * that says what is being waited for. Safe to call from several threads.
 */
final class Narrator implements AutoCloseable {
  private final Progress progress;
  private final long begin = System.nanoTime();
  private int chapter;

  Narrator(PrintStream out, Terminal terminal) {
    this.progress = new Progress(out, terminal);
  }

  void heading(String text) {
    chapter++;
    progress.line("\n" + chapter + ". " + text);
  }

  void line(String text) {
    progress.line(clock() + "  " + text);
  }

  void event(EventView event) {
    line(event.subject() + ": " + event.message());
  }

  /** Which machine is where now, a line a host. */
  void place(List<MachineView> machines) {
    Map<String, StringBuilder> hosts = new TreeMap<>();
    for (MachineView machine : machines) {
      String note = machine.state().equals("running") ? "" : " (" + machine.state() + ")";
      machine
          .host()
          .map(host -> hosts.computeIfAbsent(host, _ -> new StringBuilder()))
          .ifPresent(line -> line.append("  ").append(machine.name()).append(note));
    }
    hosts.forEach((host, line) -> progress.line("            | " + host + line));
  }

  /** Says what is being waited for. */
  void waiting(String what) {
    progress.live("waiting for " + what);
  }

  void plain(String text) {
    progress.line(text);
  }

  private String clock() {
    return String.format("%8.1f s", (System.nanoTime() - begin) / 1e9);
  }

  @Override
  public void close() {
    progress.close();
  }
}
