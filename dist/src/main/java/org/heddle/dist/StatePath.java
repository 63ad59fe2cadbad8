package org.heddle.dist;

import java.nio.file.Path;
import org.heddle.cli.Environment;
import org.jspecify.annotations.Nullable;

/**
 * Which state folder is meant: {@code --state}, else {@code HEDDLE_STATE}, else {@code .heddle}.
 */
final class StatePath {
  private StatePath() {}

  static Path of(@Nullable Path option, Environment around) {
    if (option != null) {
      return option.toAbsolutePath().normalize();
    }
    String variable = around.variable("HEDDLE_STATE");
    return Path.of(variable.isEmpty() ? ".heddle" : variable).toAbsolutePath().normalize();
  }
}
