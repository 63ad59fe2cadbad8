package org.heddle.images;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.Step;

/**
 * The digests of a build's stages, which are known before any is made: of the recipe, the stage
 * below, and what is taken in from elsewhere. Thread-safe.
 */
final class StageKeys {
  private final Snapshots snapshots;
  private final Map<String, String> tops = new ConcurrentHashMap<>();

  StageKeys(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /**
   * What a step takes in beside its recipe: the state of the package lists, or the trees of other
   * images as they are with the lists of their classes; "" for nothing.
   */
  String taken(Step step, Blueprint of) throws IOException, InterruptedException, FarmException {
    if (step.usesPackages()) {
      return snapshots.of(of).id();
    }
    if (!(step instanceof Step.Files files) || files.images().isEmpty()) {
      return "";
    }
    Map<String, Object> trees = new TreeMap<>();
    for (Map.Entry<String, Blueprint> other : files.images().entrySet()) {
      trees.put(other.getKey(), top(other.getValue()));
    }
    return Canonical.digest(trees);
  }

  /** The digest of an image's topmost stage. */
  private String top(Blueprint image) throws IOException, InterruptedException, FarmException {
    String known = tops.get(image.tree());
    if (known != null) {
      return known;
    }
    String digest = "";
    for (Step step : image.steps()) {
      digest = Blueprint.key(step, digest, taken(step, image));
    }
    tops.put(image.tree(), digest);
    return digest;
  }

  /** An image and all that others give it: its kernel, and files, at any depth. */
  static SequencedSet<Blueprint> sources(Blueprint image) {
    SequencedSet<Blueprint> all = new LinkedHashSet<>();
    addTrees(image, all);
    Build.kernel(image).ifPresent(kernel -> addTrees(kernel, all));
    return all;
  }

  private static void addTrees(Blueprint image, SequencedSet<Blueprint> all) {
    all.add(image);
    for (Step step : image.steps()) {
      if (step instanceof Step.Files files) {
        files.images().values().forEach(other -> addTrees(other, all));
      }
    }
  }
}
