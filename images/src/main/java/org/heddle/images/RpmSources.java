package org.heddle.images;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageClass;

/**
 * Where dnf takes the packages of one class and architecture from: its settings, and what it has
 * fetched. Lists are fetched when there are none, or when they shall be fresh, and never by dnf
 * itself.
 */
final class RpmSources {
  private static final Map<String, String> ARCHITECTURES =
      Map.of("amd64", "x86_64", "i386", "i686", "arm64", "aarch64");

  /** The list of a repository's lists, which has their digests. */
  private static final Path LIST = Path.of("repodata", "repomd.xml");

  private final FarmFolder farm;
  private final Limits limits;
  private final ImageClass of;
  private final String architecture;
  private final List<Mirrors.Located> located;

  private RpmSources(
      FarmFolder farm,
      Limits limits,
      ImageClass of,
      String architecture,
      List<Mirrors.Located> located) {
    this.farm = farm;
    this.limits = limits;
    this.of = of;
    this.architecture = ARCHITECTURES.getOrDefault(architecture, architecture);
    this.located = located;
  }

  static RpmSources of(Parts parts, ImageClass of, String architecture)
      throws IOException, InterruptedException, FarmException {
    return of(parts.folder(), parts.mirrors(), parts.limits(), of, architecture);
  }

  static RpmSources of(
      FarmFolder farm, Mirrors mirrors, Limits limits, ImageClass of, String architecture)
      throws IOException, InterruptedException, FarmException {
    if (!Files.isExecutable(Path.of("/usr/bin/dnf"))) {
      throw FarmException.invalid(of.name() + " needs dnf: apt-get install dnf");
    }
    return new RpmSources(farm, limits, of, architecture, mirrors.of(of));
  }

  /** dnf keeps it inside the tree: there, but of this machine. */
  Path cache() throws IOException {
    String digest = Canonical.digest(List.of(settings(), architecture)).substring(0, 12);
    return Files.createDirectories(farm.packages().resolve("rpm-" + of.suite() + "-" + digest));
  }

  /** Whether a file below the farm's packages belongs to lists, and so is no package. */
  static boolean isList(Path file) {
    String name = file.getFileName().toString();
    Path folder = file.getParent();
    return name.endsWith(".solv")
        || name.endsWith(".solvx")
        || (folder != null && folder.endsWith(LIST.getName(0)));
  }

  /** The state of the lists; the lock of the cache is taken meanwhile. */
  Snapshot snapshot(boolean anew, FarmFolder.Work work, Log log)
      throws IOException, InterruptedException, FarmException {
    try (Locks.Held _ = Locks.exclusive(farm.lockOf(cache()))) {
      if (anew || lists().size() < located.size()) {
        fetch(work.folder(), log);
      }
      List<Object> digests = new ArrayList<>();
      for (Path list : lists()) {
        digests.add(list.getName(list.getNameCount() - 3) + " " + OciLayout.sha256(list));
      }
      return new Snapshot(Canonical.digest(digests), Snapshot.NONE.epoch());
    }
  }

  private List<Path> lists() throws IOException {
    try (Stream<Path> repositories = Files.list(cache())) {
      return repositories
          .map(folder -> folder.resolve(LIST))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private void fetch(Path work, Log log) throws IOException, InterruptedException, FarmException {
    Sandbox sandbox =
        new Sandbox(farm, Sandbox.Action.HOST, List.of(), work.resolve("run-lists"))
            .writing(Files.createDirectories(work.resolve("lists")));
    run(sandbox, work, "run-lists", List.of("makecache", "--refresh"), log);
  }

  /**
   * Runs dnf, with a network unless it is told to use its cache alone.
   *
   * @param sandbox whose tree is in the folder {@code run} of the work folder
   */
  void run(Sandbox sandbox, Path work, String run, List<String> more, Log log)
      throws IOException, InterruptedException, FarmException {
    Path configuration = Files.writeString(work.resolve("dnf.conf"), settings());
    Path tree = work.resolve(run).resolve("tree");
    List<String> words = new ArrayList<>(List.of("dnf", "-y", "-q", "--installroot=" + tree));
    words.add("--config=" + configuration);
    words.add("--releasever=" + of.suite());
    words.add("--forcearch=" + architecture);
    words.addAll(more);
    sandbox
        .seeing(seen(configuration))
        .inside(cache(), "/var/cache/dnf")
        .limits(limits)
        .arguments(words);
    (more.contains("--cacheonly") ? sandbox : sandbox.online()).run("dnf", log);
  }

  private Path[] seen(Path configuration) {
    List<Path> paths = new ArrayList<>(List.of(configuration));
    if (!of.keyring().isEmpty()) {
      paths.add(Path.of(of.keyring()));
    }
    for (Mirrors.Located one : located) {
      if (one.address().startsWith("file:")) {
        paths.add(Path.of(URI.create(one.address())));
      }
    }
    return paths.toArray(Path[]::new);
  }

  private String settings() {
    StringBuilder text =
        new StringBuilder("[main]\nkeepcache=1\nreposdir=/nowhere\nmetadata_expire=never\n");
    for (Mirrors.Located one : located) {
      text.append("[").append(one.source().suite()).append("]\nname=").append(one.source().suite());
      text.append("\nbaseurl=").append(one.address()).append("\nenabled=1\n");
      text.append(
          of.keyring().isEmpty()
              ? "gpgcheck=0\n"
              : "gpgcheck=1\ngpgkey=file://" + of.keyring() + "\n");
    }
    return text.toString();
  }
}
