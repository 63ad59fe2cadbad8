package org.heddle.dist.bench;

import java.util.ArrayList;
import java.util.List;
import org.heddle.dist.bench.MeasuredMigrations.Measured;
import org.heddle.dist.bench.MeasuredMigrations.Scenario;
import org.heddle.planner.order.Forecast;
import org.heddle.planner.order.MigrationModel;

/**
 * How far the migration model is from measured migrations, and the parameters with which it is
 * nearest. The error of a migration is |forecast - measured| / measured of its duration; the mean
 * is taken over all migrations of all executions, outliers included. The forecast of a plan knows
 * the plan alone, nothing of its execution.
 */
final class MigrationFit {
  private static final double FIRST_STEP = 0.08;
  private static final double LAST_STEP = 0.0005;

  /** Mean errors, as shares. */
  record Errors(double duration, double durationAfterStart, double completion) {}

  private MigrationFit() {}

  /**
   * @return errors of durations (the whole plan forecast), of durations when the measured starts
   *     are known, and of when the whole plan has ended
   */
  static Errors errors(MigrationModel model, MeasuredMigrations.Set measured) {
    Mean whole = new Mean();
    Mean started = new Mean();
    Mean completion = new Mean();
    for (Scenario scenario : measured.scenarios()) {
      List<Forecast.Span> forecast = Forecast.of(model, measured.links(), scenario.flows());
      for (List<Measured> execution : scenario.executions()) {
        compare(forecast, execution, whole);
        compare(
            Forecast.of(model, measured.links(), startedAs(scenario, execution)),
            execution,
            started);
        double end = forecast.stream().mapToDouble(Forecast.Span::endSeconds).max().orElse(0);
        double truth = execution.stream().mapToDouble(Measured::end).max().orElse(0);
        completion.add(Math.abs(end - truth) / truth);
      }
    }
    return new Errors(whole.value(), started.value(), completion.value());
  }

  private static final class Mean {
    private double sum;
    private int count;

    void add(double value) {
      sum += value;
      count++;
    }

    double value() {
      return sum / Math.max(1, count);
    }
  }

  private static void compare(List<Forecast.Span> spans, List<Measured> execution, Mean mean) {
    for (int i = 0; i < spans.size(); i++) {
      double truth = execution.get(i).seconds();
      mean.add(Math.abs(spans.get(i).seconds() - truth) / truth);
    }
  }

  private static List<Forecast.Flow> startedAs(Scenario scenario, List<Measured> execution) {
    List<Forecast.Flow> flows = new ArrayList<>();
    for (int i = 0; i < execution.size(); i++) {
      Forecast.Flow flow = scenario.flows().get(i);
      flows.add(
          new Forecast.Flow(
              flow.load(), flow.up(), flow.down(), execution.get(i).start(), List.of()));
    }
    return flows;
  }

  /** Descends by one parameter at a time, with ever smaller steps: deterministic. */
  static MigrationModel fit(MeasuredMigrations.Set measured) {
    double[] best = {0.95, 0.95, 1, 1, 0.95, 0.95};
    double least = error(best, measured);
    for (double step = FIRST_STEP; step > LAST_STEP; ) {
      boolean better = false;
      for (int p = 0; p < best.length; p++) {
        for (int sign = -1; sign <= 1; sign += 2) {
          double[] tried = best.clone();
          tried[p] += sign * step;
          double error = possible(tried) ? error(tried, measured) : Double.MAX_VALUE;
          if (error < least) {
            least = error;
            best = tried;
            better = true;
          }
        }
      }
      step = better ? step : step / 2;
    }
    return model(best);
  }

  /** No link carries more than it has, nothing takes less than no time. */
  private static boolean possible(double[] p) {
    return p[0] <= 1 && p[1] <= 1 && p[2] >= 0 && p[3] >= 0 && p[4] <= 1 && p[5] <= 1;
  }

  private static double error(double[] parameters, MeasuredMigrations.Set measured) {
    MigrationModel model = model(parameters);
    Mean mean = new Mean();
    for (Scenario scenario : measured.scenarios()) {
      List<Forecast.Span> forecast = Forecast.of(model, measured.links(), scenario.flows());
      scenario.executions().forEach(execution -> compare(forecast, execution, mean));
    }
    return mean.value();
  }

  private static MigrationModel model(double[] p) {
    return new MigrationModel(p[0], p[1], p[2], p[3], p[4], p[5]);
  }
}
