package org.heddle.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.MachineGroup;
import org.heddle.model.VjobSpec;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A vjob file: YAML, one vjob a document. The published form is the JSON Schema {@code
 * docs/vjob.schema.json} among this module's resources. Either there are problems and nothing
 * should be done, or every document is a vjob.
 */
public record VjobFile(List<Document> documents, List<Problem> problems) {
  /** More than this is not a vjob file. */
  private static final int LONGEST = 1 << 20;

  public VjobFile {
    documents = List.copyOf(documents);
    problems = List.copyOf(problems);
  }

  /** A place in a file, both counted from 1. */
  public record Position(int line, int column) {}

  /** One thing that is wrong, where, and what to do. */
  public record Problem(String file, int line, int column, String field, String message) {
    /** As it is shown: {@code mrbayes.yaml:7: machines[0].memory: '256 MiBs': write ...}. */
    @Override
    public String toString() {
      return file + ":" + line + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
  }

  /**
   * A vjob and where its fields lie in the file.
   *
   * @param positions by path of the field, such as {@code machines[0].memory}; the empty path is
   *     the document itself
   * @param recipes of groups of machines, by their place, whose image is one: what the
   *     specification says there is no image yet
   */
  public record Document(
      String file,
      VjobSpec spec,
      SortedMap<String, Position> positions,
      SortedMap<Integer, ImageRecipe> recipes) {
    public Document {
      recipes = Collections.unmodifiableSortedMap(new TreeMap<>(recipes));
      positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
    }

    /** The same vjob with images for recipes, by the place of the group of machines. */
    public Document with(Map<Integer, String> images) {
      List<MachineGroup> groups = new ArrayList<>(spec.machines());
      images.forEach((place, image) -> groups.set(place, groups.get(place).of(image)));
      return new Document(
          file,
          new VjobSpec(
              spec.name(), spec.priority(), spec.owner(), groups, spec.run(), spec.constraints()),
          positions,
          Collections.emptySortedMap());
    }

    /** Lays a refusal of the controller at the line of its field, or of what contains the field. */
    public Problem blame(String field, String message) {
      String path = field;
      while (!positions.containsKey(path) && !path.isEmpty()) {
        path = path.substring(0, Math.max(0, path.lastIndexOf('.')));
      }
      Position at = positions.getOrDefault(path, new Position(1, 1));
      return new Problem(file, at.line(), at.column(), field, message);
    }
  }

  /**
   * Reads a file.
   *
   * @param file its name, for messages
   * @param user owner of vjobs that name none
   */
  public static VjobFile read(String file, String text, String user) {
    List<Problem> problems = new ArrayList<>();
    List<Document> documents = new ArrayList<>();
    Map<String, Integer> names = new LinkedHashMap<>();
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setCodePointLimit(LONGEST).setUseMarks(true).build();
    try {
      for (Node node : new Compose(settings).composeAllFromString(text)) {
        YamlFields.Report report = new YamlFields.Report(file, text, problems);
        Optional<VjobSpec> spec = VjobForm.read(report, node, user);
        spec.ifPresent(good -> once(good, names, report, node));
        spec.ifPresent(
            good -> documents.add(new Document(file, good, report.positions, report.recipes)));
      }
    } catch (MarkedYamlEngineException broken) {
      problems.add(broken(file, broken));
    } catch (YamlEngineException broken) {
      problems.add(new Problem(file, 1, 1, "", "this is no YAML: " + broken.getMessage()));
    } catch (StackOverflowError tooDeep) { // A node is made within its parent.
      problems.add(new Problem(file, 1, 1, "", "lists are nested too deeply; mind brackets"));
    }
    if (problems.isEmpty() && documents.isEmpty()) {
      problems.add(new Problem(file, 1, 1, "", "no vjob in it: write at least name and machines"));
    }
    return new VjobFile(problems.isEmpty() ? documents : List.of(), problems);
  }

  private static void once(
      VjobSpec spec, Map<String, Integer> names, YamlFields.Report report, Node node) {
    String name = spec.name().value();
    Position at = report.positions.getOrDefault(VjobForm.NAME, YamlFields.Report.position(node));
    Integer before = names.putIfAbsent(name, at.line());
    if (before != null) {
      String message =
          "'" + name + "' is the name of the vjob at line " + before + " too; give it another";
      report.problems.add(new Problem(report.file, at.line(), at.column(), VjobForm.NAME, message));
    }
  }

  private static Problem broken(String file, MarkedYamlEngineException broken) {
    int line = broken.getProblemMark().map(Mark::getLine).orElse(0) + 1;
    int column = broken.getProblemMark().map(Mark::getColumn).orElse(0) + 1;
    return new Problem(
        file,
        line,
        column,
        "",
        "this is no YAML: " + broken.getProblem() + "; mind the indentation");
  }
}
