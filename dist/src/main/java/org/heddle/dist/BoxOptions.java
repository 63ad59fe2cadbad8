package org.heddle.dist;

import java.io.IOException;
import java.nio.file.Path;
import org.heddle.cli.Environment;
import org.heddle.cli.Format;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.box.GridInABox;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands on the grid in a box have in common. */
final class BoxOptions {
  @Option(names = "--state", paramLabel = "DIR", description = "State folder. Default: .heddle.")
  @Nullable Path state;

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  boolean dryRun;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "Print as ${COMPLETION-CANDIDATES}; errors too.")
  Format format = Format.TABLE;

  /** Work on a grid that fails in the ways of grids in a box. */
  @FunctionalInterface
  interface Work<T> {
    T on(GridInABox grid) throws IOException, BoxException;
  }

  /** Does the work; its progress goes to the error stream, its failure becomes a command's. */
  <T> T run(Environment around, Work<T> work) {
    Path folder = StatePath.of(state, around);
    try {
      return work.on(new GridInABox(folder, Main.class.getName(), line -> say(around, line)));
    } catch (BoxException failure) {
      throw BoxFailure.of(failure);
    } catch (IOException failure) {
      throw BoxFailure.of(failure);
    }
  }

  static void say(Environment around, String line) {
    around.err().println(line);
    around.err().flush();
  }
}
