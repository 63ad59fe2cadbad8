package org.heddle.cli;

import java.time.Duration;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle vjob logs}. */
@Command(name = "logs", description = "Print what the vjob's command printed.")
final class VjobLogsCommand extends GridCommand {
  /** So much of what was printed is looked for in what comes next. */
  private static final int OVERLAP = 512;

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
      Patience patience = new Patience(Duration.ZERO, progress);
      String printed = "";
      while (true) {
        VjobView view = patience.answer(() -> grid.vjob(vjob));
        String text = patience.answer(() -> grid.logs(vjob));
        print(news(printed, text));
        printed = text.isEmpty() ? printed : text;
        if (view.state().equals("terminated")) {
          return ExitCode.OK;
        }
        Patience.pause();
      }
    }
  }

  /**
   * What is new in the text. The grid keeps the end of a long output only, so the text may begin
   * later than the one before; and it has none while the vjob does not run.
   */
  static String news(String printed, String text) {
    if (text.startsWith(printed)) {
      return text.substring(printed.length());
    }
    String end = printed.substring(Math.max(0, printed.length() - OVERLAP));
    int at = text.lastIndexOf(end);
    return at < 0 ? text : text.substring(at + end.length());
  }
}
