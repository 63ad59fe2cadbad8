package org.heddle.cli;

import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle vjob logs}. */
@Command(name = "logs", description = "Print what the vjob's command printed.")
final class VjobLogsCommand extends GridCommand {
  @Parameters(
      paramLabel = "VJOB",
      completionCandidates = Candidates.Vjobs.class,
      description = "Name of the vjob.")
  String vjob = "";

  @Option(
      names = {"-f", "--follow"},
      description = "Go on printing until the vjob has ended.")
  boolean follow;

  @Override
  ExitCode run(GridClient grid) {
    if (!follow) {
      print(grid.logs(vjob));
      return ExitCode.OK;
    }
    try (Progress progress = new Progress(around().err(), Terminal.NONE)) {
      Patience patience = new Patience(java.time.Duration.ZERO, progress);
      String printed = "";
      while (true) {
        VjobView view = patience.answer(() -> grid.vjob(vjob));
        String text = patience.answer(() -> grid.logs(vjob));
        print(text.startsWith(printed) ? text.substring(printed.length()) : text);
        printed = text;
        if (view.state().equals("terminated")) {
          return ExitCode.OK;
        }
        Patience.pause();
      }
    }
  }
}
