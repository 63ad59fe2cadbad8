package org.heddle.planner.instance;

/**
 * A rule that a placement or a schedule breaks.
 *
 * @param rule what is broken: the text of a constraint, or "capacity", "transition" ...
 * @param words where and how
 */
public record Violation(String rule, String words) {
  @Override
  public String toString() {
    return rule + ": " + words;
  }
}
