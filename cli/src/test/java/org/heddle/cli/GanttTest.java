package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.api.GridApi.SwitchView;
import org.junit.jupiter.api.Test;

final class GanttTest {
  private static final Terminal UNICODE = new Terminal(true, false, true, () -> 100);
  private static final Terminal ASCII = new Terminal(true, false, false, () -> 100);

  @Test
  void anEndedSwitch() {
    assertThat(new Gantt(UNICODE).of(Samples.ended(), Samples.NOW))
        .isEqualTo(
            """
            x
            """);
  }

  @Test
  void aRunningOneInAscii() {
    assertThat(new Gantt(ASCII).of(Samples.current(), Samples.NOW))
        .isEqualTo(
            """
            x
            """);
  }

  @Test
  void aPlan() {
    assertThat(new Gantt(UNICODE).of(Samples.plan()))
        .isEqualTo(
            """
            x
            """);
  }

  @Test
  void noActionsGiveNoLines() {
    SwitchView empty = new SwitchView(1, "", 0, Optional.of(5L), List.of(), new TreeMap<>());
    assertThat(new Gantt(UNICODE).of(empty, 10)).isEmpty();
  }

  @Test
  void linesFitTheTerminalAndBarsStayOnTheAxis() {
    for (int columns = 60; columns < 200; columns += 7) {
      int width = columns;
      Terminal terminal = new Terminal(true, false, true, () -> width);
      String drawn = new Gantt(terminal).of(Samples.ended(), Samples.NOW);
      assertThat(drawn.lines().allMatch(line -> line.length() <= Math.max(width, 84)))
          .as("%d columns%n%s", width, drawn)
          .isTrue();
    }
  }

  @Test
  void coloursAreOnlyOnTheBars() {
    Terminal coloured = new Terminal(true, true, true, () -> 100);
    String drawn = new Gantt(coloured).of(Samples.ended(), Samples.NOW);
    assertThat(drawn.replaceAll("\u001b\\[[0-9]*m", ""))
        .isEqualTo(new Gantt(UNICODE).of(Samples.ended(), Samples.NOW));
    assertThat(drawn).contains("\u001b[34m██");
  }
}
