package org.heddle.images.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Reads the file of a class: YAML, one document. All problems are found in one pass. */
public final class ClassFile {
  private static final Predicate<String> ANY = ClassFile::anything;
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "family",
          "suite",
          "sources",
          "keyring",
          "architectures",
          "packages",
          "exclude",
          "include",
          "groups",
          "kernel",
          "kernelArguments",
          "size");
  private static final Set<String> SOURCE_KEYS =
      Set.of("origin", "label", "suite", "components", "variable", "address", "optional");

  private ClassFile() {}

  private static boolean anything(String text) {
    return !text.isEmpty();
  }

  /**
   * Reads a class.
   *
   * @param file its name, for messages
   */
  public static ImageClass read(String file, String text) throws RecipeException {
    Fields.Report report = new Fields.Report(file);
    Optional<ImageClass> read = Fields.ofFile(report, text, KEYS).map(ClassFile::read);
    report.check();
    return read.orElseThrow();
  }

  private static ImageClass read(Fields fields) {
    fields.required("name", "write the class's name");
    String name =
        fields
            .text("name", "write small letters, digits, '/'", RecipeFile.FROM.asMatchPredicate())
            .orElse("");
    return new ImageClass(
        name,
        family(fields),
        fields.text("suite", "write the release").orElse(""),
        sources(fields),
        fields.text("keyring", "write the path of a keyring").orElse(""),
        fields.texts("architectures", "write names such as amd64", ANY),
        fields.texts("packages", "write names of packages", ANY),
        fields.texts("exclude", "write patterns of paths", text -> text.startsWith("/")),
        fields.texts("include", "write patterns of paths", text -> text.startsWith("/")),
        groups(fields),
        fields.text("kernel", "write the name of a recipe", RecipeFile.NAME.asMatchPredicate()),
        fields.content("kernelArguments").orElse(""),
        Math.max(RecipeFile.size(fields), 0));
  }

  private static ImageClass.Family family(Fields fields) {
    List<String> words =
        Arrays.stream(ImageClass.Family.values())
            .map(family -> family.name().toLowerCase(Locale.ROOT))
            .toList();
    String remedy = "write one of " + String.join(", ", words);
    fields.required("family", remedy);
    return fields
        .text("family", remedy, words::contains)
        .map(word -> ImageClass.Family.valueOf(word.toUpperCase(Locale.ROOT)))
        .orElse(ImageClass.Family.SCRATCH);
  }

  private static List<ImageClass.Source> sources(Fields fields) {
    List<ImageClass.Source> sources = new ArrayList<>();
    for (Fields source : fields.mappings("sources", SOURCE_KEYS, "each has a suite")) {
      sources.add(
          new ImageClass.Source(
              source.text("origin", "write what apt calls the origin").orElse(""),
              source.text("label", "write what apt calls the label").orElse(""),
              source.required("suite", "write the suite or repository"),
              source.text("components", "write components").orElse("main"),
              source.text("variable", "write the name of a variable").orElse(""),
              source.text("address", "write an address").orElse(""),
              source.text("optional", "write true or false").orElse("false").equals("true")));
    }
    return sources;
  }

  private static SortedMap<String, List<String>> groups(Fields fields) {
    SortedMap<String, List<String>> groups = new TreeMap<>();
    fields
        .mapping("groups", Set.of())
        .ifPresent(all -> {
          for (String group : all.keys()) {
            List<String> names = all.texts(group, "write names of packages", ANY);
            groups.put(group, names.stream().distinct().sorted().toList());
          }
        });
    return groups;
  }
}
