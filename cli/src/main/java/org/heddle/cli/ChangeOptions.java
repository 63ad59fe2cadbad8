package org.heddle.cli;

import java.time.Duration;
import org.heddle.model.NodeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of the commands that change something. */
final class ChangeOptions {
  @Option(names = "--dry-run", description = "Show the plan and its cost, change nothing.")
  boolean dryRun;

  @Option(names = "--wait", description = "Wait until it is done, and show how it goes.")
  boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = Time.class,
      description = "Wait no longer than this (90s, 5m, 1h30m); exit code 7.")
  Duration timeout = Duration.ZERO;

  boolean waits() {
    return wait || timeout.isPositive();
  }

  /** Reads {@code 90s}, {@code 5m}, {@code 1h30m}, {@code 500ms}; a bare number is seconds. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Duration total = Duration.ZERO;
      String rest = text.matches("\\d{1,9}") ? text + "s" : text;
      while (!rest.isEmpty()) {
        int digits = 0;
        while (digits < rest.length() && NodeSet.digit(rest.charAt(digits))) {
          digits++;
        }
        int unit = digits;
        while (unit < rest.length() && !NodeSet.digit(rest.charAt(unit))) {
          unit++;
        }
        if (digits == 0 || digits > 9) {
          throw wrong(text);
        }
        total = total.plus(part(text, rest.substring(0, digits), rest.substring(digits, unit)));
        rest = rest.substring(unit);
      }
      if (!total.isPositive()) {
        throw wrong(text);
      }
      return total;
    }

    private static Duration part(String text, String number, String unit) {
      long value = Long.parseLong(number);
      return switch (unit) {
        case "ms" -> Duration.ofMillis(value);
        case "s" -> Duration.ofSeconds(value);
        case "m", "min" -> Duration.ofMinutes(value);
        case "h" -> Duration.ofHours(value);
        case "d" -> Duration.ofDays(value);
        default -> throw wrong(text);
      };
    }

    private static TypeConversionException wrong(String text) {
      return new TypeConversionException(
          "'" + text + "' is no time: write it like 90s, 5m or 1h30m");
    }
  }
}
