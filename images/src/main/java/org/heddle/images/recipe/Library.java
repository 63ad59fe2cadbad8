package org.heddle.images.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The recipes and classes that lie in some folders: {@code recipes/NAME.yaml}, {@code
 * recipes/NAME/recipe.yaml} and {@code classes/**.yaml} below each. The first folder that has one
 * of a name wins.
 */
public final class Library {
  private static final String SUFFIX = ".yaml";
  private static final String FOLDER_FILE = "recipe" + SUFFIX;

  private final List<Path> folders;

  public Library(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  /**
   * What the asker wants otherwise than the recipe says.
   *
   * @param architecture empty: the recipe's
   * @param format empty: the recipe's
   */
  public record Wish(Optional<String> architecture, Optional<ImageFormat> format) {
    public static final Wish NONE = new Wish(Optional.empty(), Optional.empty());
  }

  private record Found(Recipe recipe, Path file, SortedMap<String, Integer> lines) {
    /** Lays what was found out later at the line of its field. */
    RecipeException at(RecipeException wrong) {
      return new RecipeException(
          wrong.problems().stream()
              .map(one ->
                  one.file().equals(file.toString()) && one.line() == 0
                      ? new Problem(
                          one.file(),
                          lines.getOrDefault(one.field(), 1),
                          one.field(),
                          one.message())
                      : one)
              .toList());
    }
  }

  /**
   * Reads a recipe and all that it refers to.
   *
   * @param named the name of a recipe, or the path of a file (with a slash, or ending in .yaml)
   * @throws RecipeException with all problems of the file that has some
   */
  public Blueprint resolve(String named, Wish wish) throws IOException, RecipeException {
    Found found =
        named.endsWith(SUFFIX) || named.contains("/") ? read(Path.of(named)) : find(named);
    return resolve(found, wish, new LinkedHashSet<>());
  }

  /** The names of the recipes, sorted. */
  public List<String> recipes() throws IOException {
    SequencedSet<String> names = new LinkedHashSet<>();
    for (Path folder : existing("recipes")) {
      try (Stream<Path> files = Files.list(folder)) {
        files.map(Library::recipeName).flatMap(Optional::stream).forEach(names::add);
      }
    }
    return names.stream().sorted().toList();
  }

  private static Optional<String> recipeName(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(SUFFIX)) {
      return Optional.of(name.substring(0, name.length() - SUFFIX.length()));
    }
    return Files.exists(file.resolve(FOLDER_FILE)) ? Optional.of(name) : Optional.empty();
  }

  /** The classes, by name. */
  public SortedMap<String, ImageClass> classes() throws IOException, RecipeException {
    SortedMap<String, ImageClass> classes = new TreeMap<>();
    for (Path folder : existing("classes")) {
      List<Path> files;
      try (Stream<Path> all = Files.walk(folder)) {
        files = all.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
      }
      for (Path file : files) {
        ImageClass read = ClassFile.read(file.toString(), Reading.text(file));
        classes.putIfAbsent(read.name(), read);
      }
    }
    return classes;
  }

  private List<Path> existing(String part) {
    return folders.stream().map(folder -> folder.resolve(part)).filter(Files::isDirectory).toList();
  }

  private Found find(String name) throws IOException, RecipeException {
    boolean possible = RecipeFile.NAME.matcher(name).matches();
    for (Path folder : possible ? existing("recipes") : List.<Path>of()) {
      for (Path file :
          List.of(folder.resolve(name + SUFFIX), folder.resolve(name).resolve(FOLDER_FILE))) {
        if (Files.exists(file)) {
          return read(file);
        }
      }
    }
    throw new RecipeException(
        name, "", "there is no recipe '" + name + "'; " + near(name, recipes()));
  }

  private static String near(String name, List<String> known) {
    List<String> near = Nearest.several(name, known, 3);
    return near.isEmpty()
        ? "there are: " + String.join(", ", known)
        : "did you mean " + String.join(" or ", near) + "?";
  }

  private static Found read(Path file) throws RecipeException {
    String text = Reading.text(file);
    return new Found(
        RecipeFile.read(file.toString(), text), file, RecipeFile.lines(file.toString(), text));
  }

  private Blueprint resolve(Found found, Wish wish, SequencedSet<String> within)
      throws IOException, RecipeException {
    Recipe recipe = found.recipe;
    String file = found.file.toString();
    if (!within.add(recipe.name())) {
      throw new RecipeException(
          file,
          "from",
          "refers to itself: " + String.join(" -> ", within) + " -> " + recipe.name());
    }
    try {
      Blueprint below = below(found, wish, within);
      List<Step> steps = new ArrayList<>(below.steps());
      groups(recipe, below.of(), file)
          .ifPresent(names -> steps.add(new Step.Packages("groups", recipe.name(), names)));
      if (!recipe.packages().isEmpty()) {
        steps.add(new Step.Packages("packages", recipe.name(), recipe.packages()));
      }
      if (!recipe.files().isEmpty() || !recipe.users().isEmpty() || !recipe.services().isEmpty()) {
        steps.add(files(found, below.architecture(), within));
      }
      if (!recipe.scripts().isEmpty()) {
        steps.add(new Step.Scripts(recipe.name(), recipe.scripts()));
      }
      return finished(recipe, below, steps, wish, within);
    } catch (RecipeException wrong) {
      throw found.at(wrong);
    } finally {
      within.remove(recipe.name());
    }
  }

  private Blueprint finished(
      Recipe recipe, Blueprint below, List<Step> steps, Wish wish, SequencedSet<String> within)
      throws IOException, RecipeException {
    ImageFormat format = wish.format().or(recipe::format).orElse(below.format());
    Optional<Blueprint> kernel = below.kernel();
    Optional<String> named =
        recipe.kernel().isPresent() || kernel.isPresent() ? recipe.kernel() : below.of().kernel();
    if (named.isPresent() && !within.contains(named.get())) {
      kernel = Optional.of(kernel(named.get(), below.architecture(), within));
    }
    return new Blueprint(
        recipe.name(),
        below.of(),
        below.architecture(),
        steps,
        format,
        recipe.sizeMiB() > 0 ? recipe.sizeMiB() : below.sizeMiB(),
        recipe.kernelArguments().orElse(below.kernelArguments()),
        kernel);
  }

  /**
   * The recipe that the kernel comes from: NAME-ARCHITECTURE, which says itself what it is built
   * for, else NAME for the same architecture.
   */
  private Blueprint kernel(String name, String architecture, SequencedSet<String> within)
      throws IOException, RecipeException {
    String own = name + "-" + architecture;
    if (recipes().contains(own)) {
      return resolve(find(own), new Wish(Optional.empty(), Optional.empty()), within);
    }
    Wish same = new Wish(Optional.of(architecture), Optional.empty());
    return resolve(find(name), same, within);
  }

  private Blueprint below(Found found, Wish wish, SequencedSet<String> within)
      throws IOException, RecipeException {
    Recipe recipe = found.recipe;
    String file = found.file.toString();
    SortedMap<String, ImageClass> classes = classes();
    ImageClass of = classes.get(recipe.from());
    Optional<String> architecture = wish.architecture().or(recipe::architecture);
    if (of != null) {
      return base(of, architecture, file);
    }
    if (!recipe.from().contains("/") && recipes().contains(recipe.from())) {
      return resolve(find(recipe.from()), new Wish(architecture, Optional.empty()), within);
    }
    List<String> known = new ArrayList<>(classes.keySet());
    known.addAll(recipes());
    throw new RecipeException(
        file, "from", "no class or recipe '" + recipe.from() + "'; " + near(recipe.from(), known));
  }

  private static Blueprint base(ImageClass of, Optional<String> wanted, String file)
      throws RecipeException {
    String architecture =
        wanted.orElse(of.architectures().isEmpty() ? "amd64" : of.architectures().getFirst());
    if (!of.architectures().isEmpty() && !of.architectures().contains(architecture)) {
      throw new RecipeException(
          file,
          "architecture",
          of.name()
              + " has no '"
              + architecture
              + "'; it has "
              + String.join(", ", of.architectures()));
    }
    return new Blueprint(
        of.name(),
        of,
        architecture,
        List.of(new Step.Base(of, architecture)),
        ImageFormat.QCOW2,
        of.sizeMiB() > 0 ? of.sizeMiB() : 1024,
        of.kernelArguments(),
        Optional.empty());
  }

  private static Optional<List<String>> groups(Recipe recipe, ImageClass of, String file)
      throws RecipeException {
    List<Problem> problems = new ArrayList<>();
    SequencedSet<String> names = new LinkedHashSet<>();
    for (String group : recipe.groups()) {
      List<String> members = of.groups().get(group);
      if (members == null) {
        String hint =
            of.groups().isEmpty() ? "it has none" : near(group, List.copyOf(of.groups().keySet()));
        problems.add(
            new Problem(file, 0, "groups", of.name() + " has no group '" + group + "'; " + hint));
      } else {
        names.addAll(members);
      }
    }
    if (!problems.isEmpty()) {
      throw new RecipeException(problems);
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(names.stream().sorted().toList());
  }

  private Step.Files files(Found found, String architecture, SequencedSet<String> within)
      throws IOException, RecipeException {
    Recipe recipe = found.recipe;
    Path folder = Optional.ofNullable(found.file.getParent()).orElse(Path.of("."));
    SortedMap<String, String> contents = new TreeMap<>();
    SortedMap<String, Blueprint> images = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    for (FileEntry entry : recipe.files()) {
      switch (entry) {
        case FileEntry.Content(_, _, _, String text) -> contents.put(entry.path(), "text " + text);
        case FileEntry.Link(_, String target) -> contents.put(entry.path(), "link " + target);
        case FileEntry.Folder _ -> contents.put(entry.path(), "folder");
        case FileEntry.FromImage(_, _, _, String image, String source) -> {
          Wish same = new Wish(Optional.of(architecture), Optional.empty());
          Blueprint other = resolve(find(image), same, within);
          images.put(image, other);
          contents.put(entry.path(), "image " + other.tree() + " " + source);
        }
        case FileEntry.Copy(_, _, _, String source) -> {
          try {
            contents.put(entry.path(), "copy " + Reading.digest(folder, source));
          } catch (IOException unreadable) {
            problems.add(
                new Problem(
                    found.file.toString(),
                    0,
                    "files",
                    "'"
                        + source
                        + "' beside the recipe cannot be read: "
                        + unreadable.getMessage()));
          }
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new RecipeException(problems);
    }
    return new Step.Files(
        recipe.name(), recipe.files(), recipe.users(), recipe.services(), contents, images, folder);
  }
}
