package org.heddle.dist.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.MachineView;

/**
 * Tells the demo to a person: headings, the grid's events as they come, and on a terminal a line
 * that says what is being waited for. Safe to call from several threads.
 */
final class Narrator {
  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final String SPINNER = "|/-\\";
  private final PrintStream out;
  private final boolean terminal;
  private final long begin = System.nanoTime();
  private int chapter;
  private int turn;

  Narrator(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  synchronized void heading(String text) {
    chapter++;
    print("\n" + chapter + ". " + text);
  }

  synchronized void line(String text) {
    print(clock() + "  " + text);
  }

  synchronized void event(EventView event) {
    line(event.subject() + ": " + event.message());
  }

  /** Which machine is where now, a line a host. */
  synchronized void place(List<MachineView> machines) {
    Map<String, StringBuilder> hosts = new TreeMap<>();
    for (MachineView machine : machines) {
      machine
          .host()
          .ifPresent(host ->
              hosts
                  .computeIfAbsent(host, _ -> new StringBuilder())
                  .append("  ")
                  .append(machine.name())
                  .append(machine.state().equals("running") ? "" : " (" + machine.state() + ")"));
    }
    hosts.forEach((host, line) -> print("          | " + host + line));
  }

  /** Says what is being waited for, on the terminal's last line; nothing where there is none. */
  synchronized void waiting(String what) {
    if (terminal) {
      turn = (turn + 1) % SPINNER.length();
      out.print(CLEAR_LINE + clock() + "  " + SPINNER.charAt(turn) + " waiting for " + what);
      out.flush();
    }
  }

  synchronized void print(String text) {
    out.println((terminal ? CLEAR_LINE : "") + text);
    out.flush();
  }

  private String clock() {
    return String.format("%8.1f s", (System.nanoTime() - begin) / 1e9);
  }
}
