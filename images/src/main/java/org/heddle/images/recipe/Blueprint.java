package org.heddle.images.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A recipe with all that it refers to: what is to be built.
 *
 * @param of the class at the bottom
 * @param steps from the base up
 * @param kernel whose tree has /boot/vmlinuz and /boot/initrd
 */
public record Blueprint(
    String name,
    ImageClass of,
    String architecture,
    List<Step> steps,
    ImageFormat format,
    long sizeMiB,
    String kernelArguments,
    Optional<Blueprint> kernel) {
  /**
   * Counts up when the way in which images are made changes, so that old ones are not taken for
   * new.
   */
  public static final int MAKING = 1;

  public Blueprint {
    steps = List.copyOf(steps);
  }

  /** The digest of the tree alone, whatever it is written as. */
  public String tree() {
    String digest = "";
    for (Step step : steps) {
      digest = key(step, digest, "");
    }
    return digest;
  }

  /**
   * The digest of a stage.
   *
   * @param below that of the stage below; empty for the base
   * @param taken what the stage takes in beside: the state of the packages, or of other images'
   *     trees; empty for nothing
   */
  public static String key(Step step, String below, String taken) {
    return Canonical.digest(
        Map.of(
            "making", MAKING,
            "kind", step.kind(),
            "inputs", step.inputs(),
            "below", below,
            "snapshot", taken));
  }

  /** Names the image: equal recipes have it in common. */
  public String digest() {
    Map<String, Object> all = new TreeMap<>();
    all.put("tree", tree());
    all.put("name", name);
    all.put("format", format.word());
    all.put("size", sizeMiB);
    all.put("kernelArguments", kernelArguments);
    all.put("kernel", kernel.map(Blueprint::tree).orElse(""));
    return Canonical.digest(all);
  }
}
