package org.heddle.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Machines of one form within a vjob. A group of count 1 gives one machine with the group's name, a
 * larger one {@code name1 .. nameN}.
 *
 * @param image name of an image that the grid has
 * @param demand what each machine of the group wants
 * @param start command that each machine starts in the background when it has booted
 */
public record MachineGroup(
    String name,
    int count,
    String image,
    Resources demand,
    MachineKind kind,
    Optional<String> start) {
  /** More machines than this in one group are taken for a slip of the hand. */
  public static final int MAX_COUNT = 1000;

  public MachineGroup {
    Names.check("machine name", name);
    if (count < 1 || count > MAX_COUNT) {
      throw new IllegalArgumentException("count " + count + ": use 1 to " + MAX_COUNT);
    }
  }

  /** The same with another image. */
  public MachineGroup of(String other) {
    return new MachineGroup(name, count, other, demand, kind, start);
  }

  /** Short names of its machines, in order. */
  public List<String> names() {
    if (count == 1) {
      return List.of(name);
    }
    return IntStream.rangeClosed(1, count).mapToObj(i -> name + i).toList();
  }
}
