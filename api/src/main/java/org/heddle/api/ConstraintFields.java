package org.heddle.api;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Constraints;
import org.heddle.model.MachineGroup;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the constraints of a vjob file; which hosts there are only the grid knows. */
final class ConstraintFields {
  private static final String REMEDY = "write one such as spread(node[1-3])";

  private ConstraintFields() {}

  /**
   * @param known whether all machines were read, so that their names can be held against them
   */
  static Constraints read(
      YamlFields.Report report, YamlFields fields, List<MachineGroup> groups, boolean known) {
    String key = VjobForm.CONSTRAINTS;
    if (!fields.has(key)) {
      return Constraints.NONE;
    }
    List<Node> nodes = fields.list(key, "write a list of constraints, or leave the key out");
    if (nodes.size() > Constraints.MOST) {
      fields.problem(key, "more than " + Constraints.MOST + " constraints; leave some out");
      return Constraints.NONE;
    }
    Set<String> machines = new LinkedHashSet<>();
    groups.forEach(group -> machines.addAll(group.names()));
    List<ConstraintTerm> terms = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      String path = key + "[" + i + "]";
      Node node = nodes.get(i);
      report.positions.put(path, YamlFields.Report.position(node));
      Optional<ConstraintTerm> term = read(report, node, path);
      term.filter(_ -> known)
          .flatMap(good -> Constraints.problem(good, machines))
          .ifPresent(words -> report.add(node, path, "'" + term.get() + "': " + words));
      term.ifPresent(terms::add);
    }
    return terms.size() == nodes.size() ? new Constraints(terms) : Constraints.NONE;
  }

  private static Optional<ConstraintTerm> read(YamlFields.Report report, Node node, String path) {
    if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
      report.add(node, path, REMEDY);
      return Optional.empty();
    }
    try {
      return Optional.of(ConstraintTerm.parse(scalar.getValue()));
    } catch (IllegalArgumentException wrong) {
      report.add(node, path, String.valueOf(wrong.getMessage()));
      return Optional.empty();
    }
  }
}
