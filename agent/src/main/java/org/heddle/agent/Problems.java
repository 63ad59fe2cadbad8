package org.heddle.agent;

import org.heddle.api.ApiException;
import org.heddle.api.GridApi.Problem;
import org.heddle.drivers.DriverException;
import org.heddle.model.Outcome;

/**
 * Refusals of the agent's API. The title of one that comes from an operation is the name of its
 * {@link Outcome.Code}.
 */
final class Problems {
  private Problems() {}

  static ApiException invalid(String detail, String field) {
    return new ApiException(new Problem("invalid", "invalid request", 400, detail, field));
  }

  static ApiException notFound(String detail) {
    return new ApiException(new Problem("not-found", "not found", 404, detail, ""));
  }

  static ApiException conflict(String detail) {
    return new ApiException(new Problem("conflict", "conflict", 409, detail, ""));
  }

  static ApiException of(DriverException failed) {
    return new ApiException(
        new Problem(
            type(failed.code()),
            failed.code().name(),
            status(failed.code()),
            String.valueOf(failed.getMessage()),
            ""));
  }

  private static String type(Outcome.Code code) {
    return switch (code) {
      case NO_ROOM -> "infeasible";
      case NO_IMAGE -> "not-found";
      case WRONG_STATE, BAD_STATE -> "conflict";
      case TIMED_OUT -> "timed-out";
      case UNREACHABLE -> "unreachable";
      case UNSUPPORTED -> "invalid";
      case DRIVER -> "failed";
    };
  }

  private static int status(Outcome.Code code) {
    return switch (code) {
      case NO_ROOM -> 507;
      case NO_IMAGE -> 404;
      case WRONG_STATE, BAD_STATE -> 409;
      case TIMED_OUT -> 504;
      case UNREACHABLE -> 502;
      case UNSUPPORTED -> 501;
      case DRIVER -> 500;
    };
  }

  static Outcome.Code code(Problem problem) {
    for (Outcome.Code code : Outcome.Code.values()) {
      if (code.name().equals(problem.title())) {
        return code;
      }
    }
    return Outcome.Code.DRIVER;
  }
}
