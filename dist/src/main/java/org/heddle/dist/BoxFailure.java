package org.heddle.dist;

import java.io.IOException;
import java.util.Objects;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridException;
import org.heddle.dist.box.BoxException;

/** Says failures of the box as the command line says all failures: one problem, one exit code. */
final class BoxFailure {
  private BoxFailure() {}

  static GridException of(BoxException failure) {
    String detail = Objects.requireNonNullElse(failure.getMessage(), "");
    Problem problem =
        switch (failure.kind()) {
          case CONFLICT -> new Problem("conflict", "Conflict", 409, detail, "");
          case DENIED -> new Problem("denied", "Denied", 403, detail, "");
          case TIMED_OUT -> new Problem("timed-out", "Timed out", 504, detail, "");
          case FAILED -> new Problem("failed", "Failed", 500, detail, "");
        };
    return new GridException(problem, failure);
  }

  static GridException of(IOException failure) {
    String detail = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    return new GridException(new Problem("failed", "Failed", 500, detail, ""), failure);
  }
}
