package org.heddle.api;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A recipe that stands in a vjob file where the name of an image may stand: a file beside it, or
 * the recipe itself.
 *
 * @param file as it is written, relative to the vjob file; empty: it stands in the vjob file
 * @param text of one that stands in the vjob file, on the lines on which it stands there
 */
public record ImageRecipe(String file, String text) {
  static final String IMAGE = "image";

  /** What a message calls it. */
  public String label() {
    return file.isEmpty() ? "the recipe in this file" : file;
  }

  static Optional<ImageRecipe> of(YamlFields fields) {
    Optional<Node> inline = fields.mapping(IMAGE);
    if (inline.isPresent()) {
      return Optional.of(new ImageRecipe("", inPlace(fields.report().text, inline.get())));
    }
    return fields
        .scalar(IMAGE)
        .filter(value -> value.endsWith(".yaml") || value.endsWith(".yml"))
        .map(value -> new ImageRecipe(value, ""));
  }

  /** Blank lines and blanks before it, so that every mark in it is a mark in the whole file. */
  private static String inPlace(String text, Node node) {
    Mark begin = node.getStartMark().orElseThrow();
    Mark end = node.getEndMark().orElseThrow();
    int[] points = text.codePoints().toArray();
    int from = Math.min(points.length, begin.getIndex());
    int to = Math.min(points.length, end.getIndex());
    return "\n".repeat(begin.getLine())
        + " ".repeat(begin.getColumn())
        + new String(points, from, to - from);
  }
}
