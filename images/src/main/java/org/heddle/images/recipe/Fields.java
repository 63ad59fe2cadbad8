package org.heddle.images.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The fields of one YAML mapping, read by name. What is wrong goes to a shared list of problems and
 * reads as absent, so that one pass finds all problems of a file.
 */
final class Fields {
  /** Lists within lists: recipes need 4. */
  private static final int DEEPEST = 32;

  private final Report report;
  private final String path;
  private final Node mapping;
  private final Map<String, Node> values = new LinkedHashMap<>();

  /** Where the problems of one file go. */
  static final class Report {
    final String file;
    final List<Problem> problems = new ArrayList<>();

    Report(String file) {
      this.file = file;
    }

    void add(Node at, String field, String message) {
      int line = at.getStartMark().map(Mark::getLine).orElse(0) + 1;
      problems.add(new Problem(file, line, field, message));
    }

    void check() throws RecipeException {
      if (!problems.isEmpty()) {
        throw new RecipeException(problems);
      }
    }
  }

  private Fields(Report report, String path, Node mapping) {
    this.report = report;
    this.path = path;
    this.mapping = mapping;
  }

  /** Reads a file with one document. Empty, with problems reported, when it is not that. */
  static Optional<Fields> ofFile(Report report, String text, Set<String> known) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(report.file)
            .setCodePointLimit(Reading.LONGEST)
            .setUseMarks(true)
            .build();
    try {
      Optional<Integer> tooDeep = tooDeep(settings, text);
      if (tooDeep.isPresent()) {
        report.problems.add(
            new Problem(
                report.file, tooDeep.get(), "", "lists are nested too deeply here; mind brackets"));
        return Optional.empty();
      }
      List<Node> documents = new ArrayList<>();
      new Compose(settings).composeAllFromString(text).forEach(documents::add);
      if (documents.size() == 1) {
        return of(report, "", documents.getFirst(), known);
      }
      report.problems.add(
          new Problem(report.file, 1, "", "one document is wanted, not " + documents.size()));
    } catch (MarkedYamlEngineException broken) {
      int line = broken.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      String message = "this is no YAML: " + broken.getProblem() + "; mind the indentation";
      report.problems.add(new Problem(report.file, line, "", message));
    } catch (YamlEngineException broken) {
      report.problems.add(
          new Problem(report.file, 1, "", "this is no YAML: " + broken.getMessage()));
    }
    return Optional.empty();
  }

  /** The line where a text is nested deeper than can be read: a node is made within its parent. */
  private static Optional<Integer> tooDeep(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionEndEvent) {
        depth--;
      } else if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
        return Optional.of(event.getStartMark().map(Mark::getLine).orElse(0) + 1);
      }
    }
    return Optional.empty();
  }

  static Optional<Fields> of(Report report, String path, Node node, Set<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      report.add(node, path, "write 'key: value' lines here; known keys: " + sorted(known));
      return Optional.empty();
    }
    Fields fields = new Fields(report, path, mapping);
    for (NodeTuple entry : mapping.getValue()) {
      fields.take(entry, known);
    }
    return Optional.of(fields);
  }

  private void take(NodeTuple entry, Set<String> known) {
    String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
    if (!known.isEmpty() && !known.contains(key)) {
      String hint =
          Nearest.of(key, known)
              .map(near -> "did you mean '" + near + "'?")
              .orElse("known keys: " + sorted(known));
      report.add(entry.getKeyNode(), field(key), "unknown key '" + key + "'; " + hint);
    } else if (values.putIfAbsent(key, entry.getValueNode()) != null) {
      report.add(entry.getKeyNode(), field(key), "given twice; keep one of them");
    }
  }

  private static String sorted(Set<String> known) {
    return String.join(", ", new TreeSet<>(known));
  }

  String field(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  Set<String> keys() {
    return values.keySet();
  }

  void problem(String key, String message) {
    report.add(values.getOrDefault(key, mapping), field(key), message);
  }

  /** The text of a scalar; a missing one is a problem. */
  String required(String key, String remedy) {
    if (!has(key)) {
      problem(key, "is missing: " + remedy);
      return "";
    }
    return text(key, remedy).orElse("");
  }

  /** The text of a scalar, if there. */
  Optional<String> text(String key, String remedy) {
    return Optional.ofNullable(values.get(key)).flatMap(node -> text(node, field(key), remedy));
  }

  private Optional<String> text(Node node, String field, String remedy) {
    if (!(node instanceof ScalarNode scalar)) {
      report.add(node, field, "one value is wanted here, not a list or keys: " + remedy);
      return Optional.empty();
    }
    if (scalar.getTag().equals(Tag.NULL) || scalar.getValue().isEmpty()) {
      report.add(node, field, "is empty: " + remedy);
      return Optional.empty();
    }
    return Optional.of(scalar.getValue());
  }

  /** A scalar that may be empty text, as the content of a file may. */
  Optional<String> content(String key) {
    Node node = values.get(key);
    if (node instanceof ScalarNode scalar) {
      return Optional.of(scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue());
    }
    if (node != null) {
      problem(key, "one text is wanted here, not a list or keys");
    }
    return Optional.empty();
  }

  /** A scalar that fits a pattern, told by the remedy. */
  Optional<String> text(String key, String remedy, Predicate<String> good) {
    return text(key, remedy)
        .filter(value -> fits(values.get(key), field(key), value, remedy, good));
  }

  private boolean fits(
      @Nullable Node node, String field, String value, String remedy, Predicate<String> good) {
    if (good.test(value)) {
      return true;
    }
    report.add(node == null ? mapping : node, field, "'" + value + "': " + remedy);
    return false;
  }

  /** A list of scalars; absent is empty. */
  List<String> texts(String key, String remedy, Predicate<String> good) {
    List<String> texts = new ArrayList<>();
    int at = 0;
    for (Node node : list(key, remedy)) {
      String field = field(key) + "[" + at++ + "]";
      text(node, field, remedy)
          .filter(value -> fits(node, field, value, remedy, good))
          .ifPresent(texts::add);
    }
    return texts;
  }

  /** A list of mappings; absent is empty. */
  List<Fields> mappings(String key, Set<String> known, String remedy) {
    List<Fields> fields = new ArrayList<>();
    int at = 0;
    for (Node node : list(key, remedy)) {
      of(report, field(key) + "[" + at++ + "]", node, known).ifPresent(fields::add);
    }
    return fields;
  }

  /** A mapping, if there. */
  Optional<Fields> mapping(String key, Set<String> known) {
    return Optional.ofNullable(values.get(key))
        .flatMap(node -> of(report, field(key), node, known));
  }

  /** Whether the element of a list is a scalar: both forms are allowed there. */
  List<Node> list(String key, String remedy) {
    Node node = values.get(key);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      problem(key, "write a list ('- ...' lines): " + remedy);
      return List.of();
    }
    return new ArrayList<>(sequence.getValue());
  }

  /** The line of each key's value. */
  SortedMap<String, Integer> lines() {
    SortedMap<String, Integer> lines = new TreeMap<>();
    values.forEach(
        (key, node) -> lines.put(key, node.getStartMark().map(Mark::getLine).orElse(0) + 1));
    return lines;
  }

  Report report() {
    return report;
  }
}
