package org.heddle.dist.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.heddle.store.schedule.Forecast;
import org.heddle.store.schedule.Move;
import org.heddle.store.schedule.Plans;

/** How schedules are shown. */
final class ScheduleText {
  private ScheduleText() {}

  /** One way to do it, in seconds. */
  record Way(String name, double meanSeconds, double totalSeconds) {
    static Way of(Forecast forecast) {
      return new Way(forecast.schedule().name(), forecast.mean(), forecast.total());
    }
  }

  /** One move of the chosen one. */
  record Step(
      int number,
      String from,
      String to,
      List<String> items,
      List<Integer> after,
      boolean passedOn,
      double beginSeconds,
      double endSeconds) {}

  /** What {@code -o json} prints. */
  record Shown(Way chosen, Way naive, List<Way> others, List<Step> moves) {}

  static Shown shown(Plans plans) {
    Forecast best = plans.best();
    List<Step> steps = new ArrayList<>();
    for (Move move : best.schedule().moves()) {
      Forecast.Span span = best.moves().get(move.number());
      steps.add(
          new Step(
              move.number(),
              move.from(),
              move.to(),
              move.items(),
              move.after(),
              move.behind().isPresent(),
              span.begin(),
              span.end()));
    }
    List<Way> others = plans.ranked().stream().skip(1).map(Way::of).toList();
    return new Shown(Way.of(best), Way.of(plans.naive()), others, steps);
  }

  static String table(Plans plans) {
    Shown shown = shown(plans);
    StringBuilder text = new StringBuilder();
    text.append(String.format("%-32s %10s %10s%n", "WAY", "MEAN s", "ALL s"));
    List<Way> ways = new ArrayList<>();
    ways.add(shown.chosen());
    ways.addAll(shown.others());
    for (Way way : ways) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-32s %10.1f %10.1f%n",
              way.name(),
              way.meanSeconds(),
              way.totalSeconds()));
    }
    text.append(
        String.format(
            "%n%-5s %-14s %-14s %8s %8s  %s%n", "MOVE", "FROM", "TO", "BEGIN", "END", "AFTER"));
    for (Step step : shown.moves()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-5d %-14s %-14s %8.1f %8.1f  %s%n",
              step.number(),
              step.from(),
              step.to(),
              step.beginSeconds(),
              step.endSeconds(),
              step.passedOn() ? "as it comes" : step.after()));
    }
    return text.toString();
  }
}
