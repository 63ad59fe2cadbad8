package org.heddle.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageClass;
import org.heddle.images.recipe.Nearest;

/**
 * This machine's apt with lists, cache and settings of its own: for one class and architecture,
 * whatever this machine itself runs. It reads and downloads, which is all that needs a network; it
 * installs nothing.
 */
final class Apt {
  private final FarmFolder farm;
  private final ImageClass of;
  private final String architecture;
  private final List<Mirrors.Located> sources;
  private final boolean sourceCode;
  private final Path folder;

  Apt(
      FarmFolder farm,
      ImageClass of,
      String architecture,
      List<Mirrors.Located> sources,
      boolean sourceCode) {
    this.farm = farm;
    this.of = of;
    this.architecture = architecture;
    this.sources = sources;
    this.sourceCode = sourceCode;
    String parts =
        Canonical.digest(List.of(of.suite(), architecture, sourceCode, sourcesList()))
            .substring(0, 12);
    this.folder =
        farm.lists()
            .resolve((sourceCode ? "source-" : "") + of.suite() + "-" + architecture + "-" + parts);
  }

  /** Where the lists of this class and architecture lie. */
  Path lists() {
    return folder;
  }

  /** Where the packages of this class lie. */
  Path archives() {
    return farm.packages().resolve(of.suite());
  }

  private String sourcesList() {
    StringBuilder list = new StringBuilder();
    String options = of.keyring().isEmpty() ? "[trusted=yes]" : "[signed-by=" + of.keyring() + "]";
    for (Mirrors.Located one : sources) {
      String components = one.source().suite().endsWith("/") ? "" : " " + one.source().components();
      list.append(sourceCode ? "deb-src " : "deb ")
          .append(options)
          .append(' ')
          .append(one.address())
          .append(' ')
          .append(one.source().suite())
          .append(components)
          .append('\n');
    }
    return list.toString();
  }

  /**
   * The snapshot in use; the lists are fetched when there are none, or when they shall be fresh.
   */
  Snapshot snapshot(boolean refresh, Log log)
      throws IOException, InterruptedException, FarmException {
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("lists-" + folder.getFileName()))) {
      Path known = folder.resolve("snapshot");
      if (!Files.exists(known) || refresh) {
        prepare();
        checkKeyring();
        Command.of(
                farm.online(
                    words("apt-get", Map.of(), "update", "-o", "APT::Update::Error-Mode=any")))
            .check(log);
        Snapshot fresh = read();
        Path written =
            Files.writeString(folder.resolve("snapshot.new"), fresh.id() + " " + fresh.epoch());
        Files.move(written, known, StandardCopyOption.ATOMIC_MOVE);
      }
      String[] parts = Files.readString(known).split(" ", 2);
      return new Snapshot(parts[0], Long.parseLong(parts[1]));
    }
  }

  /** When the lists in use were fetched. */
  Instant fetched() throws IOException {
    Path known = folder.resolve("snapshot");
    return Files.exists(known) ? Files.getLastModifiedTime(known).toInstant() : Instant.EPOCH;
  }

  private void checkKeyring() throws FarmException {
    if (!of.keyring().isEmpty() && !Files.exists(Path.of(of.keyring()))) {
      throw FarmException.invalid(
          of.name()
              + " is signed with keys that are not here: "
              + of.keyring()
              + "; install the package that has them (such as debian-archive-keyring,"
              + " ubuntu-keyring)");
    }
  }

  private void prepare() throws IOException {
    Files.createDirectories(folder.resolve("state/lists/partial"));
    Files.createDirectories(folder.resolve("cache"));
    Files.createDirectories(folder.resolve("none/partial"));
    Files.createDirectories(archives().resolve("partial"));
    Files.writeString(folder.resolve("status"), "");
    Files.writeString(folder.resolve("sources.list"), sourcesList());
  }

  private Snapshot read() throws IOException {
    List<Object> digests = new ArrayList<>();
    long epoch = 0;
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.resolve("state/lists"))) {
      files = all.filter(file -> file.toString().endsWith("Release")).sorted().toList();
    }
    for (Path file : files) {
      digests.add(Canonical.sha256(Files.readAllBytes(file)));
      for (String line :
          Files.readString(file).lines().filter(one -> one.startsWith("Date: ")).toList()) {
        String date = line.substring("Date: ".length()).replace("UTC", "GMT").strip();
        epoch =
            Math.max(
                epoch,
                ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toEpochSecond());
      }
    }
    return new Snapshot(Canonical.digest(digests), epoch > 0 ? epoch : Snapshot.NONE.epoch());
  }

  private List<String> words(String program, Map<String, String> more, String... arguments) {
    Map<String, String> options = new TreeMap<>();
    options.put("Dir::Etc::SourceList", folder.resolve("sources.list").toString());
    options.put("Dir::Etc::SourceParts", "/dev/null");
    options.put("Dir::Etc::Preferences", "/dev/null");
    options.put("Dir::Etc::PreferencesParts", "/dev/null");
    options.put("Dir::State", folder.resolve("state").toString());
    options.put("Dir::State::status", folder.resolve("status").toString());
    options.put("Dir::Cache", folder.resolve("cache").toString());
    options.put("Dir::Cache::archives", folder.resolve("none").toString());
    options.put("APT::Architecture", architecture);
    options.put("APT::Architectures", architecture);
    options.put("APT::Sandbox::User", "");
    options.put("APT::Install-Recommends", "false");
    options.put("Acquire::Languages", "none");
    options.put("Acquire::Retries", "3");
    options.put("Acquire::ForceHash", "SHA256");
    options.put("Debug::NoLocking", "true");
    options.putAll(more);
    // With -qq apt does not say why it cannot do something.
    List<String> words = new ArrayList<>(List.of(program, "-q"));
    options.forEach((key, value) -> words.addAll(List.of("-o", key + "=" + value)));
    words.addAll(List.of(arguments));
    return words;
  }

  /** Whether a package with this name is known. */
  boolean knows(String name) throws IOException, InterruptedException {
    Command ask = Command.of(words("apt-cache", Map.of(), "show", "--no-all-versions", name));
    OutputStream nowhere = OutputStream.nullOutputStream();
    return ask.run(nowhere, nowhere).well();
  }

  /**
   * Asks apt what to do, and beside that what to fetch: each takes it most of a second.
   *
   * @param status dpkg's list of what the tree has; empty: nothing
   */
  Resolution resolve(Optional<Path> status, List<String> names, Log log)
      throws IOException, InterruptedException, FarmException {
    Map<String, String> options = new HashMap<>();
    status.ifPresent(file -> options.put("Dir::State::status", file.toString()));
    List<String> wanted = List.of(with(names, "install", "-y"));
    FutureTask<String> uris =
        new FutureTask<>(() ->
            ask(
                words("apt-get", options, with(wanted, "--print-uris")),
                OutputStream.nullOutputStream()));
    Thread beside = Thread.ofVirtual().name("apt-uris").start(uris);
    try {
      String order = ask(words("apt-get", options, with(wanted, "-s")), log);
      return new Resolution(AptAnswers.debs(Waiting.result(uris), log), AptAnswers.order(order));
    } finally {
      beside.interrupt();
      beside.join();
    }
  }

  private static String[] with(List<String> names, String... before) {
    List<String> words = new ArrayList<>(List.of(before));
    words.addAll(names);
    return words.toArray(String[]::new);
  }

  /** The packages themselves, without what they depend on. */
  List<Deb> packages(List<String> names, Log log)
      throws IOException, InterruptedException, FarmException {
    List<Deb> debs =
        AptAnswers.debs(
            ask(words("apt-get", Map.of(), with(names, "download", "--print-uris")), log), log);
    if (debs.size() < names.size()) {
      throw FarmException.failed(
          "apt named " + debs.size() + " files for " + names.size() + " packages: " + names);
    }
    return debs;
  }

  /** The files of a package's source code. */
  List<Deb> sourceFiles(String name, Log log)
      throws IOException, InterruptedException, FarmException {
    String uris =
        ask(words("apt-get", Map.of(), "source", "--tar-only", "--print-uris", name), log);
    return AptAnswers.debs(uris, log);
  }

  /** What a package that stands for others depends on. */
  List<String> dependencies(String name, Log log)
      throws IOException, InterruptedException, FarmException {
    List<String> names = new ArrayList<>();
    String said =
        ask(words("apt-cache", Map.of(), "depends", "--no-recommends", "--no-suggests", name), log);
    for (String line : said.lines().toList()) {
      if (line.startsWith("  Depends: ") && !line.contains("<")) {
        names.add(line.substring("  Depends: ".length()).strip());
      }
    }
    return names;
  }

  /** Runs apt; what it says of an unknown package becomes a suggestion. */
  private String ask(List<String> words, OutputStream log)
      throws IOException, InterruptedException, FarmException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    Command.Ended ended = Command.of(words).run(out, log);
    if (ended.well()) {
      return out.toString(StandardCharsets.UTF_8);
    }
    String said =
        AptAnswers.reasons(out.toString(StandardCharsets.UTF_8))
            + AptAnswers.errors(ended.errors());
    Optional<String> unknown = AptAnswers.unknown(said);
    if (unknown.isPresent()) {
      throw FarmException.notFound(unknown(unknown.get()));
    }
    log.write((said + "\n").getBytes(StandardCharsets.UTF_8));
    throw FarmException.invalid(of.name() + " cannot have these packages; apt says:\n" + said);
  }

  private String unknown(String name) throws IOException, InterruptedException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    OutputStream nowhere = OutputStream.nullOutputStream();
    Command.of(words("apt-cache", Map.of(), "pkgnames")).run(out, nowhere);
    List<String> near =
        Nearest.several(name, out.toString(StandardCharsets.UTF_8).lines().toList(), 3);
    return String.format(
        Locale.ROOT,
        "%s has no package '%s'%s",
        of.name(),
        name,
        near.isEmpty()
            ? "; see: apt-cache search"
            : "; did you mean " + String.join(" or ", near) + "?");
  }

  /** Fetches what is not in the cache yet. */
  void fetch(List<Deb> wanted, Log log) throws IOException, InterruptedException, FarmException {
    new Fetching(farm, archives()).fetch(wanted, log, this::gone);
  }

  private String gone() throws IOException {
    return "a mirror of "
        + of.name()
        + " no longer has what this farm's package lists name (they are of "
        + fetched()
        + "); fetch new lists, and make anew what they change: heddle farm build --refresh";
  }

  /** A folder with these packages that mmdebstrap can take for a mirror. */
  void repository(Path into, Resolution resolution, Log log)
      throws IOException, InterruptedException, FarmException {
    Files.createDirectories(into);
    for (Deb deb : resolution.debs()) {
      Files.createLink(into.resolve(deb.published()), archives().resolve(deb.cached()));
    }
    List<String> names = new ArrayList<>();
    for (Resolution.Operation operation : resolution.order()) {
      if (operation instanceof Resolution.Unpack(String name, String version)) {
        names.add(name + "=" + version);
      }
    }
    String shown = ask(words("apt-cache", Map.of(), with(names, "show")), log);
    StringBuilder index = new StringBuilder();
    for (String line : shown.lines().toList()) {
      boolean file = line.startsWith("Filename: ");
      index
          .append(file ? "Filename: ./" + line.substring(line.lastIndexOf('/') + 1) : line)
          .append('\n');
    }
    Files.writeString(into.resolve("Packages"), index.toString());
  }

  /** Lines for the image's own sources.list. */
  String published() {
    return sourcesList().replaceAll("\\[[^]]*\\] ", "");
  }
}
