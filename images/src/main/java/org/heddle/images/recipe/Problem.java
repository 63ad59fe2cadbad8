package org.heddle.images.recipe;

/**
 * One thing that is wrong with a file, where, and what to do.
 *
 * @param line counted from 1; 0: there is no line to name
 * @param field its path, such as {@code files[0].mode}; empty: the file as a whole
 */
public record Problem(String file, int line, String field, String message) {
  /** As it is shown: {@code web.yaml:7: packages[1]: 'a b': write ...}. */
  @Override
  public String toString() {
    return file
        + (line > 0 ? ":" + line : "")
        + ": "
        + (field.isEmpty() ? "" : field + ": ")
        + message;
  }
}
