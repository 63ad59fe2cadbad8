package org.heddle.dist;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.box.GridInABox;
import org.heddle.dist.box.GridInABox.Ending;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin BoxOptions options = new BoxOptions();

  private final Environment around;

  DownCommand(Environment around) {
    this.around = around;
  }

  /**
   * The answer as JSON has it: what lived before and was, or in a dry run would be, ended.
   *
   * @param programs controller and agents
   * @param purged what the grid has kept is deleted, too
   */
  record Answer(boolean dryRun, int programs, int machines, boolean purged) {}

  @Override
  public Integer call() {
    Ending ending = options.run(around, this::end);
    around.print(
        options.format,
        new Answer(options.dryRun, ending.programs(), ending.guests(), purge),
        () -> options.dryRun ? wouldEnd(ending) : "");
    return 0;
  }

  private Ending end(GridInABox grid) throws IOException, BoxException {
    Ending ending = grid.ending();
    if (!options.dryRun) {
      grid.down(purge);
      BoxOptions.say(around, "the grid is down");
    }
    return ending;
  }

  private String wouldEnd(Ending ending) {
    return "would end %d programs and %d machines%s%n"
        .formatted(
            ending.programs(), ending.guests(), purge ? ", and delete what the grid has kept" : "");
  }
}
