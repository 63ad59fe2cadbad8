package org.heddle.cli;

import java.nio.file.Path;
import org.heddle.api.GridClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has: which grid, and how answers are printed. */
public final class GridOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Print as ${COMPLETION-CANDIDATES}; errors too.")
  @Nullable Format format;

  @Option(
      names = "--grid",
      paramLabel = "URL",
      description = "The controller, instead of the one found.")
  @Nullable String grid;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the token for --grid.")
  @Nullable Path tokenFile;

  @Option(names = "--state", paramLabel = "DIR", description = "State folder with a client.json.")
  @Nullable Path state;

  /** What was given here, else what was given before the command's name. */
  GridOptions or(GridOptions before) {
    GridOptions both = new GridOptions();
    both.format = format == null ? before.format : format;
    both.grid = grid == null ? before.grid : grid;
    both.tokenFile = tokenFile == null ? before.tokenFile : tokenFile;
    both.state = state == null ? before.state : state;
    return both;
  }

  Format output() {
    return format == null ? Format.TABLE : format;
  }

  /** A client of the grid that is found without options. */
  public static GridClient found(Environment around) {
    return new GridOptions().connect(around);
  }

  /** A client of the grid that is meant. */
  GridClient connect(Environment around) {
    Connection connection = Connection.find(grid, tokenFile, state, around);
    return new GridClient(new LightTransport(connection.url(), connection.token()));
  }
}
