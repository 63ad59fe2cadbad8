package org.heddle.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle machine console}. */
@Command(
    name = "console",
    description = {
      "The machine's serial console.",
      "On a terminal what is typed goes to the machine; Ctrl-] ends it.",
      "Otherwise what the machine printed so far is printed."
    })
final class MachineConsoleCommand extends GridCommand {
  /** Ctrl-], as telnet has it. */
  private static final byte ESCAPE = 0x1d;

  @Parameters(
      paramLabel = "MACHINE",
      completionCandidates = Candidates.Machines.class,
      description = "Name of the machine, such as node1.mrbayes.")
  String machine = "";

  @Option(
      names = {"-f", "--follow"},
      description = "Only print, and go on until the machine ends.")
  boolean follow;

  private final AtomicReference<@Nullable GridException> failure = new AtomicReference<>();

  @Override
  ExitCode run(GridClient grid) {
    if (around().typed() && around().output().tty() && !follow) {
      return interactive(grid);
    }
    copy(grid.console(machine, 0, follow));
    return ExitCode.OK;
  }

  private ExitCode interactive(GridClient grid) {
    grid.machine(machine); // so that a wrong name is told before the terminal is changed
    around().err().println("console of " + machine + "; Ctrl-] ends it");
    CountDownLatch ended = new CountDownLatch(1);
    try (RawTerminal _ = new RawTerminal()) {
      // Neither can be interrupted while it reads; the end of the process ends the other.
      Thread.ofPlatform()
          .daemon()
          .name("console")
          .start(() -> until(ended, () -> copy(grid.console(machine, 0, true))));
      Thread.ofPlatform().daemon().name("keys").start(() -> until(ended, () -> type(grid)));
      ended.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    around().err().println();
    GridException broken = failure.get();
    if (broken != null) {
      throw broken;
    }
    return ExitCode.OK;
  }

  private void until(CountDownLatch ended, Runnable deed) {
    try {
      deed.run();
    } catch (GridException broken) {
      failure.set(broken);
    } finally {
      ended.countDown();
    }
  }

  private void copy(InputStream console) {
    byte[] buffer = new byte[8192];
    try {
      for (int n = console.read(buffer); n >= 0; n = console.read(buffer)) {
        around().out().write(buffer, 0, n);
        around().out().flush();
      }
    } catch (IOException broken) {
      throw Failure.unreachable("the console broke off: " + broken.getMessage());
    }
  }

  private void type(GridClient grid) {
    byte[] keys = new byte[1024];
    try {
      for (int n = around().in().read(keys); n >= 0; n = around().in().read(keys)) {
        int end = 0;
        while (end < n && keys[end] != ESCAPE) {
          end++;
        }
        if (end > 0) {
          grid.type(machine, Arrays.copyOf(keys, end));
        }
        if (end < n) {
          return;
        }
      }
    } catch (IOException broken) {
      throw Failure.failed("the terminal cannot be read: " + broken.getMessage());
    }
  }
}
