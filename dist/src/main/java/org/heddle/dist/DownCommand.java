package org.heddle.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.box.GridInABox;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code heddle down}: takes the grid in a box down. */
@Command(
    name = "down",
    description = {
      "Take the grid in a box down: its machines, agents, controller, networks and memory.",
      "Works from any half-way state. The state folder stays, so that 'up' finds sleeping vjobs"
          + " again; a vjob that runs goes back to its last saved state or to waiting."
    })
final class DownCommand implements Callable<Integer> {
  @Option(
      names = "--purge",
      description = "Also delete what the grid has kept (vjobs, saved states), but not the images.")
  boolean purge;

  @Option(names = "--state", paramLabel = "DIR", description = "State folder. Default: .heddle.")
  @Nullable Path state;

  @Option(names = "--dry-run", description = "Say what would be ended, and change nothing.")
  boolean dryRun;

  private final Environment around;

  DownCommand(Environment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    Path folder = StatePath.of(state, around);
    try {
      GridInABox grid = new GridInABox(folder, Main.class.getName(), this::say);
      if (dryRun) {
        GridInABox.Ending ending = grid.ending();
        around
            .out()
            .printf(
                "would end %d programs and %d machines%s%n",
                ending.programs(),
                ending.guests(),
                purge ? ", and delete what the grid has kept" : "");
        return 0;
      }
      grid.down(purge);
      say("the grid is down");
      return 0;
    } catch (BoxException failure) {
      throw BoxFailure.of(failure);
    } catch (IOException failure) {
      throw BoxFailure.of(failure);
    }
  }

  private void say(String line) {
    around.err().println(line);
    around.err().flush();
  }
}
