package org.heddle.dist.store;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.cli.TokenFile;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.RateLimit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that talk to other stores have in common. */
final class NetworkOptions {
  private static final Pattern RATE =
      Pattern.compile("(\\d{1,12})(?:(|k|M|G)(i?)B)?/s", Pattern.CASE_INSENSITIVE);

  @Option(
      names = "--limit",
      paramLabel = "RATE",
      description = "At most so fast, such as 50MiB/s. Default: as fast as it goes.")
  @Nullable String limit;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the token of the store that is served. Or set HEDDLE_TOKEN.")
  @Nullable Path tokenFile;

  Optional<String> token(Environment around) {
    if (tokenFile != null) {
      return Optional.of(TokenFile.read(tokenFile));
    }
    String given = around.variable("HEDDLE_TOKEN");
    return given.isBlank() ? Optional.empty() : Optional.of(given);
  }

  RateLimit limit() {
    return limit == null ? RateLimit.NONE : new RateLimit(bytesPerSecond(limit));
  }

  ConnectSettings connect(Environment around) {
    return ConnectSettings.plain().with(token(around)).with(limit());
  }

  /** Reads {@code 50MiB/s}, {@code 800kB/s}, {@code 100/s}. */
  static long bytesPerSecond(String text) {
    Matcher match = RATE.matcher(text.strip());
    long number = match.matches() ? Long.parseLong(match.group(1)) : 0;
    if (number == 0) {
      throw Failure.invalid("--limit " + text + " is no rate: write such as 50MiB/s or 800kB/s");
    }
    long step = match.group(3) != null && !match.group(3).isEmpty() ? 1024 : 1000;
    String unit = match.group(2) == null ? "" : match.group(2).toUpperCase(java.util.Locale.ROOT);
    long bytes =
        switch (unit) {
          case "K" -> step;
          case "M" -> step * step;
          case "G" -> step * step * step;
          default -> 1;
        };
    try {
      return Math.multiplyExact(number, bytes);
    } catch (ArithmeticException tooLarge) {
      throw Failure.invalid("--limit " + text + " is more than any link carries");
    }
  }
}
