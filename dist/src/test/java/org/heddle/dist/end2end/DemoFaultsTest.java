package org.heddle.dist.end2end;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.heddle.api.GridApi.VjobView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a program, with tiny guests in all its parts, ended in the middle of a switch. */
@Tag("real")
@Timeout(1200)
final class DemoFaultsTest {
  private static final String LOW =
      """
      name: mrbayes
      priority: 10
      machines:
        - {name: node, count: 3, image: tiny, memory: 256MiB}
      run: while [ ! -e /run/go ]; do sleep 1; done
      """;
  private static final String MIDDLE =
      """
      name: farm
      priority: 50
      machines:
        - {name: worker, count: 4, image: tiny, memory: 128MiB, start: "memcheck 8 9999 >/run/check"}
      run: while [ ! -e /run/go ]; do sleep 1; done
      """;
  private static final String URGENT =
      """
      name: urgent
      priority: 100
      machines:
        - {name: fast, count: 2, image: tiny, memory: 512MiB}
      run: sleep 2
      """;

  @TempDir Path examples;
  private Path state;
  private Process demo;

  @BeforeEach
  void start(TestInfo test) throws Exception {
    state = TestGrid.folder("demo-" + test.getTestMethod().orElseThrow().getName().hashCode());
    Files.writeString(examples.resolve("mrbayes.yaml"), LOW);
    Files.writeString(examples.resolve("farm.yaml"), MIDDLE);
    Files.writeString(examples.resolve("urgent.yaml"), URGENT);
    ProcessBuilder builder = TestGrid.program(state, "demo", "--examples", examples.toString());
    // Whoever is started in the background by a script has interrupts ignored, and so has the demo.
    builder.command().addAll(0, List.of("env", "--default-signal=INT"));
    demo = builder.redirectErrorStream(true).redirectOutput(log().toFile()).start();
  }

  private Path log() {
    return state.resolve("demo.log");
  }

  @AfterEach
  void end() throws Exception {
    demo.destroyForcibly().waitFor();
    TestGrid.purge(state);
  }

  @Test
  void interruptedTheDemoTakesEverythingDown() throws Exception {
    awaitLine("mrbayes: starting");
    TestGrid grid = TestGrid.join(state);
    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor())
        .isZero();
    assertThat(demo.waitFor(4, TimeUnit.MINUTES)).as("ended: %s", told()).isTrue();
    assertThat(demo.exitValue()).isNotZero();
    assertThat(told()).contains("The grid is down");
    grid.client.close();
    grid.assertNothingLeft();
  }

  @Test
  void killedInTheMiddleOfASwitchTheDemoLeavesAGridThatGoesOn() throws Exception {
    awaitLine("mrbayes: suspending");
    demo.destroyForcibly().waitFor();
    try (TestGrid grid = TestGrid.join(state)) {
      List<ProcessHandle> before = grid.processes("qemu-system", "farm");
      VjobView urgent = grid.await("urgent", "terminated");
      assertThat(urgent.exitCode()).as(urgent.reason()).isEqualTo(TestGrid.ok());
      VjobView low = grid.finish("mrbayes", "node1.mrbayes");
      assertThat(low.exitCode()).as("%s %s", low.reason(), low.output()).isEqualTo(TestGrid.ok());
      grid.assertNothingLostOrDoubled();
      assertThat(grid.client.vjob("farm").state()).isEqualTo("running");
      assertThat(grid.processes("qemu-system", "farm"))
          .as("machines that were not moved are the same processes")
          .containsAnyElementsOf(before);
      for (int i = 1; i <= 4; i++) {
        assertThat(grid.exec("worker" + i + ".farm", "tail -n 1 /run/check").output())
            .contains("bad=0");
      }
    }
  }

  private void awaitLine(String words) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(8);
    while (!told().contains(words)) {
      assertThat(demo.isAlive()).as("the demo ended early: %s", told()).isTrue();
      assertThat(System.nanoTime()).as("waited for '%s': %s", words, told()).isLessThan(end);
      TestGrid.sleep(50);
    }
  }

  private String told() throws IOException {
    return Files.exists(log()) ? Files.readString(log()) : "";
  }
}
