package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void intoAFileOnlyTheLinesThatStayGo() {
    try (Progress progress = new Progress(out, Terminal.NONE)) {
      progress.live("working");
      progress.line("done a");
      progress.live("working more");
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("done a\n");
  }

  @Test
  void onATerminalTheLiveLineIsTakenAwayAtTheEnd() {
    Terminal terminal = new Terminal(true, false, true, () -> 20);
    try (Progress progress = new Progress(out, terminal)) {
      progress.live("a text that is longer than the terminal");
      progress.line("stays");
    }
    String shown = bytes.toString(StandardCharsets.UTF_8);
    assertThat(shown).contains("a text that is lo").doesNotContain("longer");
    assertThat(shown).contains("\r\u001b[Kstays\n").endsWith("\r\u001b[K");
  }

  @Test
  void barsAreOfTheGivenLength() {
    assertThat(Progress.bar(0.5, 10, Terminal.NONE)).isEqualTo("█████░░░░░");
    assertThat(Progress.bar(7, 4, Terminal.NONE)).isEqualTo("████");
    assertThat(Progress.bar(-1, 4, new Terminal(false, false, false, () -> 80))).isEqualTo("....");
  }
}
