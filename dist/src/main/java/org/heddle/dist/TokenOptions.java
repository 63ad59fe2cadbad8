package org.heddle.dist;

import java.nio.file.Path;
import java.util.Optional;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.cli.TokenFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the programs of a grid are told its token. */
final class TokenOptions {
  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the grid's token. Or set HEDDLE_TOKEN to the token.")
  @Nullable Path file;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The token itself; everybody on this machine can read a command line.")
  @Nullable String token;

  /** From the command line, a file that it names, or the environment; empty when there is none. */
  Optional<String> token(Environment around) {
    if (file != null && token != null) {
      throw Failure.invalid("give --token-file or --token, not both");
    }
    if (file != null) {
      return Optional.of(TokenFile.read(file));
    }
    String given = token == null ? around.variable("HEDDLE_TOKEN") : token;
    return given.isBlank() ? Optional.empty() : Optional.of(given);
  }
}
