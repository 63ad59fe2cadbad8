package org.heddle.images.recipe;

import java.util.List;
import java.util.stream.Collectors;

/** A recipe or a class that cannot be used, with all reasons. */
public final class RecipeException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<Problem> problems;

  public RecipeException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  RecipeException(String file, String field, String message) {
    this(List.of(new Problem(file, 0, field, message)));
  }

  public List<Problem> problems() {
    return problems;
  }
}
