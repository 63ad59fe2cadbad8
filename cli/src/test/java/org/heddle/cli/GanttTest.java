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
                                                0 s       2 s       4 s       6 s
            suspend  node1.slow  host1          ██████████                               2.0 s
            suspend  node2.slow  host2          ████████████                             2.4 s
            migrate  a1.farm     host3 → host4  ████████████████████                     3.9 s, down 38 ms
            boot     u1.urgent   host1                      ████████████████████████████ 5.6 s
            boot     u2.urgent   host2                      █████                        1.0 s, failed
            resume   node1.slow  host1 → host3                                           dropped
            """);
  }

  @Test
  void aRunningOneInAscii() {
    assertThat(new Gantt(ASCII).of(Samples.current(), Samples.NOW))
        .isEqualTo(
            """
                                              0 s       1 s        2 s       3 s
            migrate  a1.farm  host2 -> host4  =====================                      2.0 s, down 35 ms
            migrate  a2.farm  host2 -> host3                       ===================== 2.0 s, goes on
            migrate  a3.farm  host2 -> host3                                             pending
            """);
  }

  @Test
  void aPlan() {
    assertThat(new Gantt(UNICODE).of(Samples.plan()))
        .isEqualTo(
            """
                                        0 s         2 s         4 s         6 s
            suspend  node1.slow  host1  ████████████                                     about 2.0 s
            boot     u1.urgent   host1              ████████████████████████████████████ about 6.0 s
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
