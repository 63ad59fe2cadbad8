package org.heddle.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.heddle.model.Constraints;
import org.heddle.model.MachineGroup;

/** Constraints that people write into the files of their vjobs, at random. */
final class Whims {
  private final World world;
  private final List<MachineGroup> groups;

  Whims(World world, List<MachineGroup> groups) {
    this.world = world;
    this.groups = groups;
  }

  /** Most vjobs have none. */
  Constraints constraints() {
    List<String> texts = new ArrayList<>();
    while (texts.size() < 3 && world.chance(0.35)) {
      texts.add((world.chance(0.2) ? "always " : "") + constraint());
    }
    texts.replaceAll(text -> text.contains("root(") ? text.replace("always ", "") : text);
    return Constraints.of(texts.toArray(String[]::new));
  }

  private String constraint() {
    return switch ((int) world.random(10)) {
      case 0, 1, 2 -> "spread(" + machines() + ")";
      case 3 -> "fence(" + machines() + ", " + hosts() + ")";
      case 4 -> "ban(" + machines() + ", " + host() + ")";
      case 5 -> "gather(" + machines() + ")";
      case 6 -> "among(" + machines() + ", {site1, site2})";
      case 7 -> "split(" + groups("split") + ")";
      case 8 -> world.chance(0.3) ? "lonely(" + machines() + ")" : "root(" + machines() + ")";
      default -> "splitAmong(" + groups("splitAmong") + ", {site1, site2})";
    };
  }

  private String machines() {
    return world.chance(0.5) ? "*" : name(groups.get((int) world.random(groups.size())));
  }

  private static String name(MachineGroup group) {
    return group.count() == 1 ? group.name() : group.name() + "[1-" + group.count() + "]";
  }

  private String groups(String form) {
    String all = groups.stream().map(Whims::name).collect(Collectors.joining(", "));
    return form.equals("split") && groups.size() > 1 ? all : "{" + all + "}";
  }

  private String hosts() {
    return world.chance(0.5) ? "site" + (1 + world.random(2)) : "{" + host() + "," + host() + "}";
  }

  private String host() {
    List<SimulatedHost> hosts = List.copyOf(world.hosts());
    return hosts.get((int) world.random(hosts.size())).id().value();
  }
}
