package org.heddle.images.recipe;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads a recipe: YAML, one document. The published form is {@code docs/recipe.schema.json}. All
 * problems are found in one pass.
 */
public final class RecipeFile {
  static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  static final Pattern FROM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}(/[a-z0-9][a-z0-9._-]*)?");
  private static final Pattern PACKAGE =
      Pattern.compile("(src:|depends:)?[a-zA-Z0-9][a-zA-Z0-9+._-]*(:[a-z0-9]+)?");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.@][A-Za-z0-9_.@:\\\\-]*");
  private static final Pattern OWNER =
      Pattern.compile("([a-z_][a-z0-9_-]*|\\d{1,9}):([a-z_][a-z0-9_-]*|\\d{1,9})");
  private static final Pattern KEY = Pattern.compile("(ssh|ecdsa|sk)-\\S+ [A-Za-z0-9+/=]+( .*)?");
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,30}");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?) ?([MGT]iB)");
  private static final long LARGEST_MIB = 16L << 20;
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "from",
          "architecture",
          "groups",
          "packages",
          "files",
          "users",
          "scripts",
          "services",
          "size",
          "kernelArguments",
          "kernel",
          "format");
  private static final Set<String> FILE_KEYS =
      Set.of("path", "content", "source", "image", "link", "owner", "mode");
  private static final Set<String> USER_KEYS =
      Set.of("name", "uid", "keys", "groups", "shell", "home");

  private final Fields fields;

  private RecipeFile(Fields fields) {
    this.fields = fields;
  }

  /**
   * Reads a recipe.
   *
   * @param file its name, for messages
   */
  public static Recipe read(String file, String text) throws RecipeException {
    Fields.Report report = new Fields.Report(file);
    Optional<Recipe> recipe =
        Fields.ofFile(report, text, KEYS).map(fields -> new RecipeFile(fields).recipe());
    report.check();
    return recipe.orElseThrow();
  }

  /** The lines of the top level's keys. */
  static SortedMap<String, Integer> lines(String file, String text) {
    return Fields.ofFile(new Fields.Report(file), text, KEYS)
        .map(Fields::lines)
        .orElse(Collections.emptySortedMap());
  }

  private Recipe recipe() {
    String name = fields.required("name", "write what the image is called");
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      fields.problem(
          "name", "'" + name + "': use small letters, digits, '.', '_', '-', at most 63");
    }
    fields.required("from", "write a class such as debian/bookworm, or another recipe");
    String from =
        fields
            .text(
                "from",
                "write a class such as debian/bookworm, or a recipe",
                FROM.asMatchPredicate())
            .orElse("");
    return new Recipe(
        name,
        from,
        fields.text("architecture", "write amd64, i386 or arm64", WORD.asMatchPredicate()),
        fields.texts("groups", "write names of groups of the class", WORD.asMatchPredicate()),
        fields.texts("packages", "write names of packages", PACKAGE.asMatchPredicate()),
        files(),
        users(),
        scripts(),
        services(),
        size(fields),
        fields.content("kernelArguments"),
        fields.text("kernel", "write the name of a recipe", NAME.asMatchPredicate()),
        format());
  }

  private Optional<ImageFormat> format() {
    String remedy = "write one of " + String.join(", ", ImageFormat.words());
    Optional<String> word = fields.text("format", remedy);
    Optional<ImageFormat> format = word.flatMap(ImageFormat::of);
    if (word.isPresent() && format.isEmpty()) {
      String hint =
          Nearest.of(word.get(), ImageFormat.words())
              .map(near -> "did you mean '" + near + "'?")
              .orElse(remedy);
      fields.problem("format", "unknown format '" + word.get() + "'; " + hint);
    }
    return format;
  }

  /** A size in MiB; 0 when there is none. */
  static long size(Fields fields) {
    String remedy = "write a size such as 512MiB or 2GiB, at most 16TiB";
    Optional<String> text = fields.text("size", remedy);
    if (text.isEmpty()) {
      return 0;
    }
    Matcher match = SIZE.matcher(text.get());
    if (match.matches()) {
      long unit = "MGT".indexOf(match.group(2).charAt(0)) * 10L;
      BigDecimal mib = new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(1L << unit));
      boolean whole = mib.stripTrailingZeros().scale() <= 0;
      if (whole && mib.signum() > 0 && mib.compareTo(BigDecimal.valueOf(LARGEST_MIB)) <= 0) {
        return mib.longValueExact();
      }
    }
    fields.problem("size", "'" + text.get() + "': " + remedy);
    return 0;
  }

  private List<FileEntry> files() {
    List<FileEntry> files = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    for (Fields file : fields.mappings("files", FILE_KEYS, "each has a path and a content")) {
      file(file)
          .ifPresent(entry -> {
            if (!paths.add(entry.path())) {
              file.problem("path", "'" + entry.path() + "' is given twice; keep one of them");
            }
            files.add(entry);
          });
    }
    return files;
  }

  private static Optional<FileEntry> file(Fields file) {
    String remedy = "write an absolute path without '..', such as /etc/motd";
    file.required("path", remedy);
    Optional<String> path = file.text("path", remedy, RecipeFile::isPath);
    String owner =
        file.text("owner", "write user:group, such as root:root", OWNER.asMatchPredicate())
            .orElse("root:root");
    String mode =
        file.text("mode", "write octal digits, such as 0644", text -> text.matches("[0-7]{3,4}"))
            .map(digits -> "0".repeat(4 - digits.length()) + digits)
            .orElse("");
    long kinds = List.of("content", "link", "source").stream().filter(file::has).count();
    if (kinds > 1 || (file.has("image") && !file.has("source"))) {
      file.problem(
          "path", "give one of: content; link; source (beside the recipe); image and source");
      return Optional.empty();
    }
    return path.flatMap(at -> entry(file, at, owner, mode));
  }

  private static Optional<FileEntry> entry(Fields file, String path, String owner, String mode) {
    if (file.has("link")) {
      return file.text("link", "write where it points to")
          .map(target -> new FileEntry.Link(path, target));
    }
    if (file.has("image")) {
      Optional<String> source =
          file.text("source", "write an absolute path in that image", RecipeFile::isPath);
      return file.text("image", "write the name of a recipe", FROM.asMatchPredicate())
          .flatMap(
              image -> source.map(from -> new FileEntry.FromImage(path, owner, mode, image, from)));
    }
    if (file.has("source")) {
      String remedy = "write a path below the recipe's folder, without '..'";
      return file.text("source", remedy, text -> isPath("/" + text) && !text.startsWith("/"))
          .map(source -> new FileEntry.Copy(path, owner, mode, source));
    }
    if (file.has("content")) {
      return file.content("content")
          .map(text -> new FileEntry.Content(path, owner, mode.isEmpty() ? "0644" : mode, text));
    }
    return Optional.of(new FileEntry.Folder(path, owner, mode.isEmpty() ? "0755" : mode));
  }

  static boolean isPath(String text) {
    if (!text.startsWith("/") || text.indexOf('\0') >= 0 || text.length() > 1024) {
      return false;
    }
    for (String part : text.split("/", -1)) {
      if (part.equals("..") || part.equals(".") || part.length() > 255) {
        return false;
      }
    }
    return !text.contains("//") && (text.equals("/") || !text.endsWith("/"));
  }

  private List<User> users() {
    List<User> users = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Fields user : fields.mappings("users", USER_KEYS, "each has a name")) {
      user.required("name", "write the user's name");
      String name =
          user.text("name", "use small letters, digits, '_', '-'", USER.asMatchPredicate())
              .orElse("");
      if (!name.isEmpty() && !names.add(name)) {
        user.problem("name", "'" + name + "' is given twice; keep one of them");
      }
      int uid =
          user.text("uid", "write a number up to 60000", text -> text.matches("[1-5]?\\d{1,4}"))
              .map(Integer::parseInt)
              .orElse(-1);
      users.add(
          new User(
              name,
              uid,
              user.texts("keys", "write lines of authorized_keys", KEY.asMatchPredicate()),
              user.texts("groups", "write names of groups", USER.asMatchPredicate()),
              user.text("shell", "write an absolute path", RecipeFile::isPath).orElse(""),
              user.text("home", "write an absolute path", RecipeFile::isPath)
                  .orElse(name.equals("root") ? "/root" : "/home/" + name)));
    }
    return users;
  }

  /** An element is the text itself, or keys run and shell. */
  private List<Script> scripts() {
    List<Script> scripts = new ArrayList<>();
    int at = 0;
    for (Node node : fields.list("scripts", "write '- |' and commands")) {
      String field = "scripts[" + at++ + "]";
      if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
        scripts.add(new Script(scalar.getValue(), Script.SHELL));
        continue;
      }
      Fields.of(fields.report(), field, node, Set.of("run", "shell"))
          .ifPresent(script ->
              scripts.add(
                  new Script(
                      script.required("run", "write the commands"),
                      script
                          .text("shell", "write an absolute path", text -> text.startsWith("/"))
                          .orElse(Script.SHELL))));
    }
    return scripts;
  }

  private Services services() {
    return fields
        .mapping("services", Set.of("enable", "disable", "mask"))
        .map(services ->
            new Services(
                services.texts("enable", "write names of units", WORD.asMatchPredicate()),
                services.texts("disable", "write names of units", WORD.asMatchPredicate()),
                services.texts("mask", "write names of units", WORD.asMatchPredicate())))
        .orElse(Services.NONE);
  }
}
