package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.VjobId;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.search.Intake;

/**
 * Decides which vjobs get room, in their order of precedence, and where: a vjob is admitted when a
 * placement is found for all its machines together with all machines of those admitted before it,
 * whatever runs now.
 */
final class Admission {
  private final Problem problem;
  private final Floor floor;
  private final Limits limits;
  private final SortedMap<VjobId, String> refused = new TreeMap<>();

  Admission(Problem problem, Floor floor, Limits limits) {
    this.problem = problem;
    this.floor = floor;
    this.limits = limits;
  }

  /** Reasons, for those that were not admitted. */
  SortedMap<VjobId, String> refused() {
    return refused;
  }

  /** The host of each machine of each admitted vjob. */
  SortedMap<MachineId, HostId> admit(List<VjobView> candidates) {
    List<Part> parts = new ArrayList<>();
    List<Indices> groups = new ArrayList<>();
    for (VjobView vjob : candidates) {
      groups.add(Indices.range(parts.size(), parts.size() + vjob.size()));
      for (int i = 0; i < vjob.size(); i++) {
        parts.add(Part.somewhere(vjob, i));
      }
    }
    Question question = new Question(floor, parts, problem.rules());
    Reasons reasons = new Reasons(problem, floor, question, limits);
    Indices hosts =
        Intake.take(
            question.instance(),
            groups,
            limits.search(),
            (group, lack) -> {
              VjobView vjob = candidates.get(group);
              refused.put(vjob.id(), reasons.words(vjob, lack));
            });
    SortedMap<MachineId, HostId> places = new TreeMap<>();
    for (int p = 0; p < parts.size(); p++) {
      if (hosts.at(p) >= 0) {
        Part part = parts.get(p);
        places.put(part.vjob().machine(part.index()), floor.id(hosts.at(p)));
      }
    }
    return places;
  }
}
