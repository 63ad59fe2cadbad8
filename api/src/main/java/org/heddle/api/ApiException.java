package org.heddle.api;

import java.io.IOException;

/**
 * The other side answered, and refused: what it said, as a {@link GridApi.Problem}. Any other
 * {@link IOException} of a client means that there was no answer.
 */
public final class ApiException extends IOException {
  private static final long serialVersionUID = 1;
  private final transient GridApi.Problem problem;

  public ApiException(GridApi.Problem problem) {
    super(problem.detail().isEmpty() ? problem.title() : problem.detail());
    this.problem = problem;
  }

  public GridApi.Problem problem() {
    return problem;
  }

  /** HTTP status code. */
  public int status() {
    return problem.status();
  }
}
