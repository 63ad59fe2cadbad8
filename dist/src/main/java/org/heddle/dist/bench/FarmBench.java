package org.heddle.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.heddle.dist.guest.Cluster;
import org.heddle.dist.guest.Guest;
import org.heddle.dist.guest.Tool;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code bench farm}: the image farm beside Debian's tools, by its command as a user starts it. All
 * write a tar of a Debian of the same release from the same mirror, forced to the disk.
 */
final class FarmBench {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration BOOT = Duration.ofMinutes(2);
  private static final int MEMORY_MIB = 256;

  /** What is added to a base: a program with libraries that the base has not. */
  static final String MORE = "curl";

  private final Path folder;
  private final Path state;
  private final String heddle;
  private final Consumer<String> say;
  private final Shell shell;

  /**
   * @param folder for all that is made; new
   * @param state where the farm with the image {@code debian} is, or will be
   * @param heddle the command
   */
  FarmBench(Path folder, Path state, String heddle, Consumer<String> say) {
    this.folder = folder;
    this.state = state;
    this.heddle = heddle;
    this.say = say;
    this.shell = new Shell(folder);
  }

  /**
   * What a second image with the same base added to the content store.
   *
   * @param packages sizes of the packages that it has more, as they are published
   */
  record Growth(long first, long added, long packages) {
    double ratio() {
      return (double) added / packages;
    }
  }

  /**
   * All figures: seconds of each round by tool, bytes of files.
   *
   * @param load of the machine before and after
   */
  record Result(
      Map<String, List<Double>> cold,
      Map<String, List<Double>> more,
      List<Double> unchanged,
      List<Double> boot,
      List<Double> changedBoot,
      Growth growth,
      Map<String, Long> debian,
      List<String> load) {}

  Result run(int rounds) throws IOException, InterruptedException {
    List<String> load = new ArrayList<>(List.of(load()));
    recipes();
    Map<String, List<Double>> cold = new LinkedHashMap<>();
    Map<String, List<Double>> more = new LinkedHashMap<>();
    List<Double> unchanged = new ArrayList<>();
    FarmPeers peers = FarmPeers.of(folder, shell, say);
    for (int round = 1; round <= rounds; round++) {
      Path farm = folder.resolve("farm-" + round);
      say.accept("round " + round + ": heddle, nothing there");
      add(cold, "heddle", build(farm, "base", "--format", "tar", "--no-store"));
      say.accept("round " + round + ": heddle, a package more");
      add(more, "heddle", build(farm, "more", "--format", "tar", "--no-store"));
      for (int i = 0; i < 3; i++) {
        unchanged.add(build(farm, "more", "--format", "tar", "--no-store"));
      }
      peers.round(round, cold, more);
    }
    Growth growth = growth(folder.resolve("farm-1"));
    say.accept("debian: built before, or now");
    Tool.run(Map.of(), heddle, "farm", "build", "debian", "--farm", farm().toString());
    List<Double> boot = new ArrayList<>();
    List<Double> changed = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      say.accept("round " + round + ": from request to agent-ready");
      boot.add(boot("debian", "boot-" + round));
      Files.writeString(folder.resolve("recipes/changed.yaml"), changed(round));
      changed.add(boot("changed", "changed-" + round));
    }
    load.add(load());
    return new Result(cold, more, unchanged, boot, changed, growth, sizes(), load);
  }

  static void add(Map<String, List<Double>> times, String tool, double seconds) {
    times.computeIfAbsent(tool, _ -> new ArrayList<>()).add(seconds);
  }

  private Path farm() {
    return state.resolve("farm");
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
  }

  private void recipes() throws IOException {
    Path recipes = Files.createDirectories(folder.resolve("recipes"));
    Files.writeString(recipes.resolve("base.yaml"), "name: base\nfrom: debian/bookworm\n");
    Files.writeString(
        recipes.resolve("more.yaml"), "name: more\nfrom: base\npackages: [" + MORE + "]\n");
    Files.writeString(
        recipes.resolve("disk.yaml"), "name: disk\nfrom: debian/bookworm\ngroups: [core]\n");
    Files.writeString(
        recipes.resolve("disk-more.yaml"),
        "name: disk-more\nfrom: disk\npackages: [nginx-light, git]\n");
  }

  /** A recipe whose image is new but for its stages. */
  private static String changed(int round) {
    return "name: changed\nfrom: debian\nfiles:\n  - {path: /etc/round, content: \"%d %d\\n\"}\n"
        .formatted(round, System.nanoTime());
  }

  private double build(Path farm, String recipe, String... more)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(heddle, "farm", "build", recipe));
    words.addAll(List.of("--farm", farm.toString(), "--recipes", folder.toString()));
    words.addAll(List.of(more));
    return shell.timed(words);
  }

  private Growth growth(Path farm) throws IOException, InterruptedException {
    say.accept("two images with the same base into the content store");
    build(farm, "disk");
    long first = bytes(farm.resolve("store"));
    build(farm, "disk-more");
    long both = bytes(farm.resolve("store"));
    List<String> added = packages(farm, "disk-more");
    added.removeAll(packages(farm, "disk"));
    long packages = 0;
    for (String one : added) {
      packages += debBytes(farm, one);
    }
    return new Growth(first, both - first, packages);
  }

  private List<String> packages(Path farm, String image) throws IOException, InterruptedException {
    String said = Tool.run(heddle, "farm", "show", image, "--farm", farm.toString(), "-o", "json");
    List<String> packages = new ArrayList<>();
    JSON.readTree(said).path("packages").forEach(one -> packages.add(one.asString()));
    return packages;
  }

  /** Of a package as the farm fetched it; "name version architecture". */
  private static long debBytes(Path farm, String line) throws IOException {
    String[] part = line.split(" ", 3);
    String file = part[0] + "_" + part[1].replace(":", "%3a") + "_" + part[2] + ".deb";
    return Files.size(farm.resolve("packages/bookworm").resolve(file));
  }

  private static long bytes(Path of) throws IOException {
    try (Stream<Path> files = Files.walk(of)) {
      return files
          .filter(Files::isRegularFile)
          .mapToLong(file -> {
            try {
              return Files.size(file);
            } catch (IOException gone) {
              throw new UncheckedIOException(gone);
            }
          })
          .sum();
    }
  }

  /** Seconds from a user's request for the image until the guest's agent answers. */
  private double boot(String recipe, String name) throws IOException, InterruptedException {
    Path place = Files.createDirectories(folder.resolve(name));
    Path image = folder.resolve("image-" + name);
    long begin = System.nanoTime();
    Tool.run(
        heddle,
        "farm",
        "build",
        recipe,
        "--no-store",
        "--farm",
        farm().toString(),
        "--recipes",
        folder.toString(),
        "--into",
        image.toString());
    Guest.Shape shape =
        new Guest.Shape(name, MEMORY_MIB, Cluster.boot(image.resolve(recipe), place, 0));
    try (Guest guest = Guest.start(shape, place)) {
      guest.awaitAgent(BOOT);
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  private Map<String, Long> sizes() throws IOException, InterruptedException {
    String said =
        Tool.run(heddle, "farm", "show", "debian", "--farm", farm().toString(), "-o", "json");
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (JsonNode file : JSON.readTree(said).path("files")) {
      sizes.put(file.path("name").asString(), file.path("size").asLong());
    }
    return sizes;
  }
}
