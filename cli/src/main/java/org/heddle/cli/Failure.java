package org.heddle.cli;

import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridException;

/**
 * Makes the exceptions that end a command: one line on standard error, and the exit code of the
 * problem's type. The detail says what is wrong and what to do.
 */
public final class Failure {
  private Failure() {}

  public static GridException invalid(String detail) {
    return of("invalid", "Invalid", 400, detail);
  }

  public static GridException notFound(String detail) {
    return of("not-found", "Not found", 404, detail);
  }

  public static GridException infeasible(String detail) {
    return of("infeasible", "Infeasible", 409, detail);
  }

  public static GridException failed(String detail) {
    return of("failed", "Failed", 500, detail);
  }

  public static GridException timedOut(String detail) {
    return of("timed-out", "Timed out", 504, detail);
  }

  public static GridException unreachable(String detail) {
    return of("unreachable", "Unreachable", 503, detail);
  }

  private static GridException of(String type, String title, int status, String detail) {
    return new GridException(new Problem(type, title, status, detail, ""));
  }
}
