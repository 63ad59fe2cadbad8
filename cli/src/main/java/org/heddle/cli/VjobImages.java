package org.heddle.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.FarmView;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridException;
import org.heddle.api.ImageRecipe;
import org.heddle.api.RecipeSources;
import org.heddle.api.VjobFile;
import org.heddle.model.MachineGroup;

/**
 * The images of vjobs that are recipes: which there are, and the vjobs with images in their place.
 */
final class VjobImages {
  /** A group of machines whose image is to be built. */
  private record Place(int document, int group) {}

  /** A recipe that cannot be built, and what to say of it. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;
    private final transient VjobFile.Problem place;
    private final transient Problem problem;

    Wrong(VjobFile.Problem place, Problem problem) {
      super(problem.detail());
      this.place = place;
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }

    /** With its place: that in the recipe's file, where the farm has told one. */
    String text() {
      return problem.title().equals("invalid recipe") ? problem.detail() : place.toString();
    }
  }

  private final List<VjobFile.Document> documents;
  private final SequencedMap<Place, BuildRequest> wanted = new LinkedHashMap<>();

  private VjobImages(List<VjobFile.Document> documents) {
    this.documents = documents;
  }

  /** Whether some vjob has a recipe for an image. */
  static boolean any(List<VjobFile.Document> documents) {
    return documents.stream().anyMatch(document -> !document.recipes().isEmpty());
  }

  /**
   * Finds what is to be built: recipes, and images that no host has but the farm knows how to
   * build.
   */
  static VjobImages of(List<VjobFile.Document> documents, FarmView farm) throws Wrong {
    VjobImages images = new VjobImages(documents);
    for (int i = 0; i < documents.size(); i++) {
      VjobFile.Document document = documents.get(i);
      List<MachineGroup> groups = document.spec().machines();
      for (int group = 0; group < groups.size(); group++) {
        ImageRecipe recipe = document.recipes().get(group);
        String name = groups.get(group).image();
        if (recipe != null) {
          images.wanted.put(new Place(i, group), request(document, group, recipe));
        } else if (!farm.images().contains(name) && farm.recipes().contains(name)) {
          images.wanted.put(
              new Place(i, group), BuildRequest.toBoot(Optional.of(name), Optional.empty()));
        }
      }
    }
    return images;
  }

  private static BuildRequest request(VjobFile.Document document, int group, ImageRecipe recipe)
      throws Wrong {
    Path folder = Optional.ofNullable(Path.of(document.file()).getParent()).orElse(Path.of(""));
    Path file = recipe.file().isEmpty() ? Path.of(document.file()) : folder.resolve(recipe.file());
    Path beside = Optional.ofNullable(file.getParent()).orElse(Path.of(""));
    try {
      String text =
          recipe.file().isEmpty()
              ? recipe.text()
              : new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      return BuildRequest.toBoot(
          Optional.empty(),
          Optional.of(RecipeSources.gather(file.toString(), text, beside.toAbsolutePath())));
    } catch (IOException unreadable) {
      String why =
          recipe.file().isEmpty() || Files.exists(file)
              ? String.valueOf(unreadable.getMessage())
              : "there is no recipe " + file;
      throw wrong(document, group, new Problem("invalid", "Invalid", 400, why, ""));
    }
  }

  private static Wrong wrong(VjobFile.Document document, int group, Problem problem) {
    String field = "machines[" + group + "].image";
    return new Wrong(
        document.blame(field, problem.detail()),
        new Problem(problem.type(), problem.title(), problem.status(), problem.detail(), field));
  }

  boolean none() {
    return wanted.isEmpty();
  }

  /** What would be built; equal requests once, in the order of the files. */
  SequencedMap<BuildRequest, BuildView> plan(GridBuilds builds) throws Wrong {
    SequencedMap<BuildRequest, BuildView> plans = new LinkedHashMap<>();
    for (Map.Entry<Place, BuildRequest> one : wanted.entrySet()) {
      if (!plans.containsKey(one.getValue())) {
        try {
          plans.put(one.getValue(), builds.plan(one.getValue()));
        } catch (GridException refused) {
          throw wrong(one.getKey(), refused.problem());
        }
      }
    }
    return plans;
  }

  /** Builds what is missing. */
  SequencedMap<BuildRequest, BuildView> build(GridBuilds builds) throws Wrong {
    List<BuildRequest> requests = wanted.values().stream().distinct().toList();
    SequencedMap<BuildRequest, BuildView> built = new LinkedHashMap<>();
    try {
      List<BuildView> views = builds.build(requests);
      for (int i = 0; i < requests.size(); i++) {
        built.put(requests.get(i), views.get(i));
      }
      return built;
    } catch (GridBuilds.Failed failed) {
      BuildRequest request = failed.request();
      for (Map.Entry<Place, BuildRequest> one : wanted.entrySet()) {
        if (one.getValue().equals(request)) {
          throw wrong(one.getKey(), failed.problem());
        }
      }
      throw new IllegalStateException("a build that was not asked for", failed);
    }
  }

  private Wrong wrong(Place place, Problem problem) {
    return wrong(documents.get(place.document), place.group, problem);
  }

  /** The name that vjobs use; before it is built, one in its place. */
  static String name(BuildView view) {
    return view.image().isEmpty()
        ? view.name() + "-" + view.digest().substring(0, 12)
        : view.image();
  }

  /** The vjobs with images in place of recipes. */
  List<VjobFile.Document> with(Map<BuildRequest, BuildView> views) {
    List<VjobFile.Document> all = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      Map<Integer, String> images = new TreeMap<>();
      for (Map.Entry<Place, BuildRequest> one : wanted.entrySet()) {
        BuildView view = views.get(one.getValue());
        if (one.getKey().document == i && view != null) {
          images.put(one.getKey().group, name(view));
        }
      }
      all.add(documents.get(i).with(images));
    }
    return all;
  }

  /** Names for a plan that takes them for being there. */
  static List<String> names(Map<BuildRequest, BuildView> views) {
    TreeSet<String> names = new TreeSet<>();
    views.values().forEach(view -> names.add(name(view)));
    return List.copyOf(names);
  }
}
