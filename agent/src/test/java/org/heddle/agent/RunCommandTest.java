package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts that run in guests, run here with each shell that guests have. */
@Timeout(600)
final class RunCommandTest {
  @TempDir Path folder;

  private Path run(String shell, String command) throws IOException, InterruptedException {
    return run(folder.resolve("run"), shell, command);
  }

  private Path run(Path here, String shell, String command)
      throws IOException, InterruptedException {
    // A PATH with busybox's programs alone, as in a tiny guest, or with Debian's.
    Path tools = folder.resolve("tools");
    if (shell.equals("busybox") && !Files.exists(tools)) {
      Files.createDirectories(tools);
      new ProcessBuilder("busybox", "--install", "-s", tools.toString()).start().waitFor();
    }
    ProcessBuilder starter =
        new ProcessBuilder(
            shell.equals("busybox") ? tools.resolve("sh").toString() : "sh",
            "-c",
            RunCommand.STARTER,
            "heddle-start",
            here.toString(),
            command,
            RunCommand.RUNNER);
    if (shell.equals("busybox")) {
      starter.environment().put("PATH", tools.toString());
    }
    starter.environment().put("HOME", folder.toString());
    Process process = starter.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return here;
  }

  private static String exit(Path run) {
    await().until(() -> Files.exists(run.resolve("run.exit")));
    try {
      return Files.readString(run.resolve("run.exit")).strip();
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"debian", "busybox"})
  void keepsOutputAndExitCode(String shell) throws Exception {
    Path run = run(shell, "echo 'it''s \"quoted\" $0'; pwd; echo bad >&2\nexit 7");
    assertThat(exit(run)).isEqualTo("7");
    assertThat(run.resolve("run.out"))
        .content()
        .contains("its \"quoted\" $0")
        .contains(folder.toString())
        .endsWith("bad\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"debian", "busybox"})
  void startsOnceHoweverOftenItIsAsked(String shell) throws Exception {
    Path count = folder.resolve("count");
    String command = "echo x >> '" + count + "'";
    Path run = run(shell, command);
    run(shell, command);
    assertThat(exit(run)).isEqualTo("0");
    run(shell, command);
    Thread.sleep(300);
    assertThat(count).hasContent("x\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"debian", "busybox"})
  void keepsTheEndOfALotOfOutput(String shell) throws Exception {
    Path run =
        run(
            shell,
            "i=0; while [ $i -lt 100 ]; do head -c 10000 /dev/zero | tr '\\0' x; echo;"
                + " i=$((i+1)); done; echo the last line; false");
    assertThat(exit(run)).isEqualTo("1");
    assertThat(Files.size(run.resolve("run.out"))).isBetween(65_536L, 800_000L);
    assertThat(run.resolve("run.out")).content().endsWith("x\nthe last line\n");
  }

  /** With both shells at once: each waits for some seconds. */
  @Test
  void aProcessLeftBehindDoesNotHoldUpTheEnd() throws Exception {
    List<String> shells = List.of("debian", "busybox");
    try {
      for (String shell : shells) {
        String command = "sleep 3600 & echo $! > '" + folder.resolve(shell) + "'; echo over";
        run(folder.resolve("run-" + shell), shell, command);
      }
      for (String shell : shells) {
        Path run = folder.resolve("run-" + shell);
        assertThat(exit(run)).as(shell).isEqualTo("0");
        assertThat(run.resolve("run.out")).hasContent("over\n");
      }
    } finally {
      for (String shell : shells) {
        long left = Long.parseLong(Files.readString(folder.resolve(shell)).strip());
        ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"debian", "busybox"})
  void outputIsThereWhileItRuns(String shell) throws Exception {
    Path go = folder.resolve("go");
    Path run = run(shell, "echo one; while [ ! -e '" + go + "' ]; do sleep 1; done; echo two");
    await()
        .until(() ->
            Files.exists(run.resolve("run.out"))
                && Files.readString(run.resolve("run.out")).equals("one\n"));
    assertThat(run.resolve("run.exit")).doesNotExist();
    Files.createFile(go);
    assertThat(exit(run)).isEqualTo("0");
    assertThat(run.resolve("run.out")).hasContent("one\ntwo\n");
  }
}
