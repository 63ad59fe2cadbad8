package org.heddle.api;

/** The other side said no, or could not be asked: {@link #problem} says which and why. */
public final class GridException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient GridApi.Problem problem;

  public GridException(GridApi.Problem problem) {
    super(message(problem));
    this.problem = problem;
  }

  public GridException(GridApi.Problem problem, Throwable cause) {
    super(message(problem), cause);
    this.problem = problem;
  }

  public GridApi.Problem problem() {
    return problem;
  }

  /** One of the types that {@link GridApi.Problem} names. */
  public String type() {
    return problem.type();
  }

  private static String message(GridApi.Problem problem) {
    String field = problem.field().isEmpty() ? "" : problem.field() + ": ";
    return field + (problem.detail().isEmpty() ? problem.title() : problem.detail());
  }
}
