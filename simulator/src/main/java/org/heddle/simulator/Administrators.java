package org.heddle.simulator;

import java.util.List;
import java.util.stream.IntStream;
import org.heddle.engine.Event;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.VjobState;

/** Administrators who add constraints for the whole grid at random, and take them back. */
final class Administrators {
  /** More than these, and they take one back. */
  private static final int MANY = 5;

  private final World world;

  Administrators(World world) {
    this.world = world;
  }

  void act() {
    List<Long> numbers = List.copyOf(world.state().rulebook().constraints().keySet());
    boolean takesBack = !numbers.isEmpty() && world.chance(numbers.size() > MANY ? 0.8 : 0.35);
    if (takesBack) {
      long number = numbers.get((int) world.random(numbers.size()));
      world.deliver(new Event.ConstraintDropped(number));
    } else {
      world.deliver(new Event.ConstraintAsked(ConstraintTerm.parse(constraint())));
    }
  }

  private String constraint() {
    return switch ((int) world.random(16)) {
      case 0 -> "spread(" + machines() + ")";
      case 1 -> "gather(" + machines() + ")";
      case 2 -> "fence(" + machines() + ", " + hosts() + ")";
      case 3 -> "ban(" + machines() + ", " + hosts() + ")";
      case 4 -> "among(" + machines() + ", {site1, site2})";
      case 5 -> "split({" + vjob() + ", {" + vjob() + "," + vjob() + "}})";
      case 6 -> "lonely(" + machines() + ")";
      case 7 -> "root(" + machines() + ")";
      case 8 -> "quarantine(" + hosts() + ")";
      case 9 -> "runningCapacity(" + hosts() + ", " + (2 + world.random(8)) + ")";
      case 10 -> "resourceCapacity(" + hosts() + ", memory, " + 512 * (2 + world.random(8)) + ")";
      case 11 ->
          "overbook(" + hosts() + ", " + (world.chance(0.5) ? "cores" : "memory") + ", 0.75)";
      case 12 -> "offline(" + hosts() + ")";
      case 13 -> "maxOnline(*, " + (1 + world.random(4)) + ")";
      case 14 -> "serialize(*)";
      default -> "precedence(" + vjob() + ", " + vjob() + ")";
    };
  }

  private String machines() {
    return switch ((int) world.random(4)) {
      case 0 -> "*." + vjob();
      case 1 -> vjob();
      default -> "{" + vjob() + "," + vjob() + "}";
    };
  }

  /** One that is alive, if there is one. */
  private String vjob() {
    List<VjobRecord> alive =
        world.state().vjobs().values().stream()
            .filter(vjob -> vjob.state() != VjobState.TERMINATED)
            .toList();
    return alive.isEmpty()
        ? "v1"
        : alive.get((int) world.random(alive.size())).spec().name().value();
  }

  private String hosts() {
    List<Integer> numbers = IntStream.rangeClosed(1, world.hosts().size()).boxed().toList();
    String host = "host" + numbers.get((int) world.random(numbers.size()));
    return world.chance(0.3) ? "site" + (1 + world.random(2)) : host;
  }

  /** Nobody asks for anything strange any more. */
  void comeToRest() {
    List.copyOf(world.state().rulebook().constraints().keySet())
        .forEach(number -> world.deliver(new Event.ConstraintDropped(number)));
  }
}
