package org.heddle.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.heddle.cli.Environment;
import org.heddle.cli.HeddleCommand;
import org.heddle.cli.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code heddle up} and {@code heddle down} as a user types them, as far as they change nothing.
 */
class CommandsOfTheBoxTest {
  @TempDir Path state;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    Environment around =
        new Environment(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            Terminal.NONE,
            Terminal.NONE,
            false,
            Map.of("HEDDLE_STATE", state.toString()),
            state,
            InstantSource.system());
    return HeddleCommand.run(around, Main.programs(around), words);
  }

  @Test
  void anImpossibleSizeIsAWrongCommandLine() {
    assertThat(run("up", "--sites", "9", "--state", state.toString())).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("sites: 9 is not between 1 and 8");
    assertThat(state).isEmptyDirectory();
  }

  @Test
  void aDryRunTellsWhatIsMissingAndMakesNothing() {
    int code =
        run("up", "--dry-run", "--sites", "1", "--hosts-per-site", "2", "--state", "" + state);
    assertThat(code).as(err.toString(UTF_8)).isZero();
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            "would start controller\nwould start agent of host1\nwould start agent of host2\n");
    assertThat(run("down", "--dry-run", "--state", state.toString())).isZero();
    assertThat(out.toString(UTF_8)).contains("would end 0 programs and 0 machines");
    assertThat(state).isEmptyDirectory();
  }

  @Test
  void aDryRunAnswersInJsonToo() {
    assertThat(run("up", "--dry-run", "--sites", "1", "--hosts-per-site", "1", "-o", "json"))
        .as(err.toString(UTF_8))
        .isZero();
    assertThat(run("down", "--dry-run", "--purge", "-o", "json")).isZero();
    assertThat(out.toString(UTF_8).replaceAll("\\s", ""))
        .isEqualTo(
            """
            {"dryRun":true,"url":"","started":["controller","agentofhost1"]}\
            {"dryRun":true,"programs":0,"machines":0,"purged":true}\
            """);
    assertThat(state).isEmptyDirectory();
  }
}
