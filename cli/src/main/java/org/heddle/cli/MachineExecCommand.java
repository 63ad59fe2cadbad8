package org.heddle.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.heddle.api.AgentApi.ExecRequest;
import org.heddle.api.AgentApi.ExecResponse;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle machine exec}. */
@Command(
    name = "exec",
    description = {
      "Run a command in machines, and end with its exit code.",
      "In several: at the same time, each line with the machine's name before it."
    })
final class MachineExecCommand extends GridCommand {
  /** Requests at a time. */
  private static final int MOST = 16;

  @Parameters(
      index = "0",
      paramLabel = "MACHINE",
      completionCandidates = Candidates.Machines.class,
      description = "Name of the machine, or a set such as node[1-3].mrbayes.")
  String machines = "";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "After --.")
  List<String> command = List.of();

  @Option(
      names = {"-i", "--input"},
      description = "Hand standard input to the command.")
  boolean input;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = ChangeOptions.Time.class,
      description = "How long it may take (1m).")
  Duration timeout = Duration.ofMinutes(1);

  private int code;

  @Override
  public Integer call() {
    int own = super.call();
    return own == 0 ? code : own;
  }

  @Override
  ExitCode run(GridClient grid) {
    int seconds = (int) Math.max(1, timeout.toSeconds());
    ExecRequest request = new ExecRequest(command, input ? standardInput() : "", seconds);
    SequencedSet<String> names = names(List.of(machines));
    Map<String, ExecResponse> answers = ask(grid, names, request);
    if (!tables()) {
      showAll(List.of(machines), List.copyOf(answers.values()), () -> "");
    }
    answers.forEach((name, answer) -> {
      if (tables()) {
        print(answer, names.size() > 1 ? name + ": " : "");
      }
      code = Math.max(code, answer.exitCode() == 0 ? 0 : Math.clamp(answer.exitCode(), 1, 255));
    });
    return ExitCode.OK;
  }

  private Map<String, ExecResponse> ask(
      GridClient grid, SequencedSet<String> names, ExecRequest request) {
    Semaphore room = new Semaphore(MOST);
    Map<String, ExecResponse> answers = new LinkedHashMap<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Future<ExecResponse>> asked = new LinkedHashMap<>();
      for (String name : names) {
        asked.put(name, threads.submit(() -> one(grid, name, request, room)));
      }
      each(asked.entrySet(), one -> answers.put(one.getKey(), result(one.getValue())));
    }
    return answers;
  }

  private static ExecResponse one(
      GridClient grid, String machine, ExecRequest request, Semaphore room)
      throws InterruptedException {
    room.acquire();
    try {
      return grid.exec(machine, request);
    } finally {
      room.release();
    }
  }

  private static ExecResponse result(Future<ExecResponse> asked) {
    try {
      return asked.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof GridException known) {
        throw known;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw Failure.failed("interrupted");
    }
  }

  private void print(ExecResponse answer, String prefix) {
    around().out().print(prefixed(answer.output(), prefix));
    around().out().flush();
    around().err().print(prefixed(answer.error(), prefix));
    if (answer.truncated()) {
      around().err().println("heddle: " + prefix + "the output was longer than what is kept of it");
    }
    around().err().flush();
  }

  private static String prefixed(String text, String prefix) {
    if (prefix.isEmpty() || text.isEmpty()) {
      return text;
    }
    return String.join("", text.lines().map(line -> prefix + line + "\n").toList());
  }

  private String standardInput() {
    try {
      return new String(around().in().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw Failure.failed("standard input cannot be read: " + broken.getMessage());
    }
  }
}
