package org.heddle.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.heddle.api.VjobFile.Position;
import org.heddle.api.VjobFile.Problem;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The fields of one YAML mapping, read by name. Whatever is wrong goes to a shared list of problems
 * and reads as absent, so that one pass finds all problems of a file.
 */
final class YamlFields {
  private final Report report;
  private final String path;
  private final Node mapping;
  private final Map<String, Node> values = new LinkedHashMap<>();

  /** Where the problems of one document go and where its fields lie. */
  static final class Report {
    final String file;
    final List<Problem> problems;
    final TreeMap<String, Position> positions = new TreeMap<>();
    final TreeMap<Integer, ImageRecipe> recipes = new TreeMap<>();
    final String text;

    Report(String file, String text, List<Problem> problems) {
      this.text = text;
      this.file = file;
      this.problems = problems;
    }

    void add(Node at, String field, String message) {
      Position position = position(at);
      problems.add(new Problem(file, position.line(), position.column(), field, message));
    }

    static Position position(Node node) {
      return node.getStartMark()
          .map(mark -> new Position(mark.getLine() + 1, mark.getColumn() + 1))
          .orElse(new Position(1, 1));
    }
  }

  private YamlFields(Report report, String path, Node mapping) {
    this.report = report;
    this.path = path;
    this.mapping = mapping;
  }

  /**
   * Reads the keys of a mapping.
   *
   * @param path of the mapping, empty at the top
   * @return empty, with a problem reported, when the node is no mapping
   */
  static Optional<YamlFields> of(Report report, String path, Node node, Set<String> known) {
    report.positions.put(path, Report.position(node));
    if (!(node instanceof MappingNode mapping)) {
      report.add(node, path, "write 'key: value' lines here; known keys: " + sorted(known));
      return Optional.empty();
    }
    YamlFields fields = new YamlFields(report, path, mapping);
    for (NodeTuple entry : mapping.getValue()) {
      fields.take(entry, known);
    }
    return Optional.of(fields);
  }

  private void take(NodeTuple entry, Set<String> known) {
    String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
    String field = field(key);
    if (!known.contains(key)) {
      report.add(entry.getKeyNode(), field, "unknown key '" + key + "'; " + hint(key, known));
    } else if (values.putIfAbsent(key, entry.getValueNode()) != null) {
      report.add(entry.getKeyNode(), field, "given twice; keep one of them");
    } else {
      report.positions.put(field, Report.position(entry.getValueNode()));
    }
  }

  private static String hint(String key, Set<String> known) {
    return Nearest.of(key, known)
        .map(near -> "did you mean '" + near + "'?")
        .orElse("known keys: " + sorted(known));
  }

  private static String sorted(Set<String> known) {
    return String.join(", ", known);
  }

  String field(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The mapping under the key, if one stands there. */
  Optional<Node> mapping(String key) {
    return Optional.ofNullable(values.get(key)).filter(MappingNode.class::isInstance);
  }

  /** The value under the key, if it is one. */
  Optional<String> scalar(String key) {
    return values.get(key) instanceof ScalarNode scalar
        ? Optional.of(scalar.getValue())
        : Optional.empty();
  }

  Report report() {
    return report;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  void problem(String key, String message) {
    report.add(values.getOrDefault(key, mapping), field(key), message);
  }

  /** The text of a scalar; a missing or empty one is a problem that ends with the remedy. */
  Optional<String> required(String key, String remedy) {
    if (!has(key)) {
      problem(key, "is missing: " + remedy);
      return Optional.empty();
    }
    return text(key, remedy);
  }

  /** The text of a scalar, if there. */
  Optional<String> text(String key, String remedy) {
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    if (!(node instanceof ScalarNode scalar)) {
      report.add(node, field(key), "one value is wanted here, not a list or keys: " + remedy);
      return Optional.empty();
    }
    if (scalar.getTag().equals(Tag.NULL) || scalar.getValue().isBlank()) {
      report.add(node, field(key), "is empty: " + remedy);
      return Optional.empty();
    }
    return Optional.of(scalar.getValue());
  }

  /** A whole number within bounds; the default when absent or wrong (which is then reported). */
  int number(String key, int absent, int least, int most) {
    String remedy = "write a whole number from " + least + " to " + most;
    Optional<String> text = text(key, remedy);
    if (text.isEmpty()) {
      return absent;
    }
    try {
      int number = Integer.parseInt(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // told below, with the same words
    }
    problem(key, "'" + text.get() + "': " + remedy);
    return absent;
  }

  /** The elements of a list, at least one; empty when that is not so, which is reported. */
  List<Node> list(String key, String remedy) {
    Node node = values.get(key);
    if (node == null) {
      problem(key, "is missing: " + remedy);
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
      report.add(node, field(key), remedy);
      return List.of();
    }
    return new ArrayList<>(sequence.getValue());
  }
}
