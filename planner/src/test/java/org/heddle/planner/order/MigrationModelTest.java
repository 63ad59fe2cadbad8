package org.heddle.planner.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.heddle.planner.order.Forecast.Flow;
import org.heddle.planner.order.Forecast.Span;
import org.junit.jupiter.api.Test;

class MigrationModelTest {
  private static final MigrationModel EXACT = new MigrationModel(1, 1, 1, 2, 0.5, 1);
  private static final MigrationLoad LOAD = new MigrationLoad(1000, 0, 100);

  private final double rate = EXACT.goodput(1000);
  private final double alone = EXACT.seconds(LOAD, rate);

  @Test
  void aMigrationLastsWhatItCopiesAtTheRateThatIsLeftForIt() {
    assertThat(rate).isCloseTo(119.2, within(0.1));
    assertThat(alone).isCloseTo(2 + 1100 / rate, within(1e-9));
    assertThat(EXACT.seconds(new MigrationLoad(1000, 19.2, 0), rate))
        .as("cold pages slow it")
        .isCloseTo(2 + 1000 / (rate - 19.2), within(1e-9));
  }

  @Test
  void aMachineThatWritesFasterThanTheLinkIsStoppedInTheEnd() {
    assertThat(EXACT.seconds(new MigrationLoad(1000, 5000, 0), rate))
        .isCloseTo(2 + 30 * 1000 / rate, within(1e-6));
  }

  /** What idle links of the measured executions gave: 38 and 56 s, 19.7 and 28.8 s. */
  @Test
  void theFittedParametersGiveTheMeasuredTimes() {
    MigrationModel measured = MigrationModel.MEASURED;
    assertThat(measured.seconds(new MigrationLoad(2000, 2, 96), measured.goodput(500)))
        .isCloseTo(38.1, within(0.5));
    assertThat(measured.seconds(new MigrationLoad(3000, 2, 96), measured.goodput(500)))
        .isCloseTo(56.1, within(0.7));
    assertThat(measured.seconds(new MigrationLoad(2000, 2, 96), measured.goodput(1000)))
        .isCloseTo(19.7, within(0.3));
    assertThat(measured.seconds(new MigrationLoad(3000, 2, 96), measured.goodput(1000)))
        .isCloseTo(28.8, within(0.4));
  }

  @Test
  void migrationsThatShareALinkGetEqualPartsAndMoreWhenOneHasEnded() {
    MigrationLoad half = new MigrationLoad(450, 0, 100);
    List<Span> spans =
        Forecast.of(
            EXACT,
            new double[] {1000, 1000, 1000},
            List.of(flow(LOAD, 0, 1, 0), flow(half, 0, 2, 0)));

    double shared = 2 * 550 / rate;
    assertThat(spans.get(1).endSeconds()).isCloseTo(shared + 2, within(1e-6));
    double leftAfterSetup = 1100 - 550 - 2 * rate / 2;
    assertThat(spans.get(0).endSeconds())
        .isCloseTo(shared + 2 + leftAfterSetup / rate + 2, within(1e-6));
  }

  @Test
  void aSlowerLinkLeavesTheRestOfAFasterOneToOthers() {
    List<Span> spans =
        Forecast.of(
            EXACT,
            new double[] {1000, 250, 1000},
            List.of(flow(LOAD, 0, 1, 0), flow(LOAD, 0, 2, 0)));

    assertThat(spans.get(1).seconds()).isCloseTo(2 + 1100 / (rate * 0.75), within(1e-6));
  }

  @Test
  void directionsAreApartButForReceivingWhileSending() {
    List<Flow> bothWays = List.of(flow(LOAD, 0, 1, 0), flow(LOAD, 1, 0, 0));

    List<Span> fast = Forecast.of(EXACT, new double[] {1000, 1000}, bothWays);
    assertThat(fast.get(0).seconds()).isCloseTo(alone, within(1e-6));
    List<Span> slow = Forecast.of(EXACT, new double[] {500, 500}, bothWays);
    assertThat(slow.get(0).seconds()).isGreaterThan(1.5 * EXACT.seconds(LOAD, EXACT.goodput(500)));
  }

  @Test
  void migrationsWaitForOthers() {
    Flow first = flow(LOAD, 0, 1, 3);
    Flow second = new Flow(LOAD, 0, 1, 0, List.of(0));

    List<Span> spans = Forecast.of(EXACT, new double[] {1000, 1000}, List.of(first, second));

    assertThat(spans.get(0).startSeconds()).isEqualTo(3);
    assertThat(spans.get(1).startSeconds()).isEqualTo(spans.get(0).endSeconds());
    assertThatThrownBy(() ->
            Forecast.of(
                EXACT,
                new double[] {1000, 1000},
                List.of(new Flow(LOAD, 0, 1, 0, List.of(1)), second)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("circle");
  }

  private static Flow flow(MigrationLoad load, int up, int down, double start) {
    return new Flow(load, up, down, start, List.of());
  }
}
