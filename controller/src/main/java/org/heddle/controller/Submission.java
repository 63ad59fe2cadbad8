package org.heddle.controller;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.heddle.api.Nearest;
import org.heddle.model.MachineGroup;
import org.heddle.model.Resources;
import org.heddle.model.VjobSpec;

/** What can be said of a vjob before the engine sees it: sizes that mean something, images. */
final class Submission {
  private static final int MOST_CORES = 1024;
  private static final long LEAST_MEMORY_MIB = 32;
  private static final long MOST_MIB = 1L << 30;

  private Submission() {}

  /** Refuses all when this grid cannot have one of them, and names its place. */
  static void check(List<VjobSpec> specs, Set<String> images) {
    for (int i = 0; i < specs.size(); i++) {
      try {
        check(specs.get(i), images);
      } catch (Refused refused) {
        throw refused.within("vjobs[" + i + "]");
      }
    }
  }

  /**
   * Refuses a vjob that this grid cannot have.
   *
   * @param images that some host of the grid has
   */
  static void check(VjobSpec spec, Set<String> images) {
    for (int i = 0; i < spec.machines().size(); i++) {
      MachineGroup group = spec.machines().get(i);
      String path = "machines[" + i + "].";
      Resources demand = group.demand();
      within(path + "cores", demand.cores(), 1, MOST_CORES, "");
      within(path + "memory", demand.memoryMiB(), LEAST_MEMORY_MIB, MOST_MIB, " MiB");
      within(path + "disk", demand.diskMiB(), 0, MOST_MIB, " MiB");
      if (!images.contains(group.image())) {
        throw Refused.of("infeasible", path + "image", unknown(group.image(), images));
      }
    }
  }

  private static void within(String field, long value, long least, long most, String unit) {
    if (value < least || value > most) {
      throw Refused.of(
          "invalid", field, value + unit + " is impossible: use " + least + " to " + most + unit);
    }
  }

  private static String unknown(String image, Set<String> images) {
    if (images.isEmpty()) {
      return "no image '" + image + "': no host of the grid has any image yet";
    }
    Optional<String> near = Nearest.of(image, images);
    String hint = near.map(other -> "; did you mean '" + other + "'?").orElse("");
    return "no image '"
        + image
        + "'; the grid has "
        + String.join(", ", List.copyOf(images))
        + hint;
  }
}
