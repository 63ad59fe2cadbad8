package org.heddle.controller;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Nearest;
import org.heddle.engine.Step;

/** Ends a request with a {@link Problem}. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Problem problem;

  private Refused(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }

  /** The same of a part of what was asked. */
  Refused within(String place) {
    String field = problem.field().isEmpty() ? place : place + "." + problem.field();
    return new Refused(
        new Problem(problem.type(), problem.title(), problem.status(), problem.detail(), field));
  }

  static Refused of(String type, String field, String detail) {
    return new Refused(problem(type, field, detail));
  }

  static Refused of(Step.Refusal refusal) {
    String type =
        switch (refusal.why()) {
          case INVALID -> "invalid";
          case NOT_FOUND -> "not-found";
          case CONFLICT -> "conflict";
          case INFEASIBLE -> "infeasible";
        };
    return of(type, refusal.field(), refusal.message());
  }

  /** There is no such thing; perhaps another of nearly that name was meant. */
  static Refused absent(String what, String name, Collection<String> known) {
    Optional<String> near = Nearest.of(name, known);
    String hint = near.map(other -> "; did you mean '" + other + "'?").orElse("");
    return of("not-found", "", "no " + what + " '" + name + "'" + hint);
  }

  static Problem problem(String type, String field, String detail) {
    int status =
        switch (type) {
          case "invalid" -> 400;
          case "denied" -> 403;
          case "not-found" -> 404;
          case "conflict" -> 409;
          case "infeasible" -> 422;
          case "timed-out" -> 504;
          case "unreachable" -> 503;
          default -> 500;
        };
    String title = type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1);
    return new Problem(type, title.replace('-', ' '), status, detail, field);
  }
}
