package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TableTest {
  private static Table sample() {
    return Table.of("NAME", ">SIZE", "WHY")
        .row("a", 10, "a reason that is quite long for this terminal")
        .row("longer", 7, "two\nlines");
  }

  @Test
  void nothingIsCutInAFile() {
    assertThat(sample().render(Terminal.NONE))
        .isEqualTo(
            """
            NAME    SIZE  WHY
            a         10  a reason that is quite long for this terminal
            longer     7  two lines
            """);
  }

  @Test
  void aTerminalsLinesFit() {
    assertThat(sample().render(new Terminal(true, false, true, () -> 30)))
        .isEqualTo(
            """
            NAME    SIZE  WHY
            a         10  a reason that i…
            longer     7  two lines
            """);
  }

  @Test
  void statesAreColouredWithoutDisturbingTheColumns() {
    Terminal coloured = new Terminal(true, true, true, () -> 80);
    String shown = Table.of("S", "N").row(Table.state("running"), "x").render(coloured);
    assertThat(shown).contains("\u001b[32mrunning\u001b[0m  x\n");
  }
}
