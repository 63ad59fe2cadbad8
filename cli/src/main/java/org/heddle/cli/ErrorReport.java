package org.heddle.cli;

import java.io.PrintStream;
import java.util.Objects;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridException;
import org.heddle.api.Json;

/** Prints what went wrong: a line for people, or the problem's JSON. */
final class ErrorReport {
  private final PrintStream err;
  private final Format format;

  ErrorReport(PrintStream err, Format format) {
    this.err = err;
    this.format = format;
  }

  ExitCode report(GridException failure) {
    return report(failure.problem(), text(failure));
  }

  static String text(GridException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.problem().title());
  }

  /** As another text than the problem's own, where we know more than the controller. */
  ExitCode report(Problem problem, String text) {
    if (format == Format.JSON) {
      Problem told =
          new Problem(problem.type(), problem.title(), problem.status(), text, problem.field());
      err.println(Json.write(told));
    } else {
      err.println("heddle: " + text.strip().replaceAll("\\s*\\R\\s*", "; "));
    }
    err.flush();
    return ExitCode.of(problem.type());
  }
}
