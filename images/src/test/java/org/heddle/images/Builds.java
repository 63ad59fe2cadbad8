package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.ImageFormat;
import org.heddle.images.recipe.Library;

/** A farm of a test: recipes are of the class scratch, with this machine's static busybox. */
final class Builds {
  static final Limits SMALL = new Limits(Duration.ofMinutes(2), 256, 64, 32);
  private static final List<String> BUSYBOX = List.of("/bin/busybox", "/usr/bin/busybox");

  final Path folder;
  final Path farmFolder;
  final Farm farm;

  Builds(Path folder, Limits limits) throws Exception {
    this.folder = folder;
    this.farmFolder = folder.resolve("farm");
    this.farm = Farm.open(farmFolder, limits, Map.of(), InstantSource.system());
    write(
        "lib/classes/scratch.yaml",
        "name: scratch\nfamily: scratch\nsuite: scratch\narchitectures: [amd64]\nsize: 16MiB\n");
  }

  /** Skips, with its reason, where builds cannot run. */
  static void need() throws Exception {
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
        "building images needs root");
    assumeTrue(busybox().isPresent(), "no static busybox here (apt-get install busybox-static)");
    boolean namespaces =
        new ProcessBuilder("unshare", "--mount", "--pid", "--fork", "--net", "true")
                .start()
                .waitFor()
            == 0;
    assumeTrue(namespaces, "this machine does not let us make namespaces");
  }

  private static Optional<Path> busybox() throws Exception {
    for (String path : BUSYBOX) {
      if (Files.isExecutable(Path.of(path))) {
        Process ldd = new ProcessBuilder("ldd", path).redirectErrorStream(true).start();
        String said =
            new String(
                ldd.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (said.contains("not a dynamic") || said.contains("statically")) {
          return Optional.of(Path.of(path));
        }
      }
    }
    return Optional.empty();
  }

  void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** A recipe with a shell; more keys may follow. */
  Blueprint recipe(String name, String files, String more) throws Exception {
    shell(name, "scratch", files + more);
    return blueprint(name);
  }

  /**
   * The text of a recipe with a shell.
   *
   * @param more files, and further keys
   */
  void shell(String name, String from, String more) throws Exception {
    Path own = folder.resolve("lib/recipes/" + name);
    Files.createDirectories(own);
    Path shell = own.resolve("busybox");
    if (!Files.exists(shell)) {
      Files.copy(busybox().orElseThrow(), shell);
    }
    write(
        "lib/recipes/" + name + "/recipe.yaml",
        "name: "
            + name
            + "\nfrom: "
            + from
            + "\nfiles:\n"
            + "  - {path: /bin/busybox, source: busybox, mode: 755}\n"
            + "  - {path: /bin/sh, link: busybox}\n"
            + more);
  }

  Blueprint blueprint(String name) throws Exception {
    return blueprint(name, Optional.of(ImageFormat.TAR));
  }

  Blueprint blueprint(String name, Optional<ImageFormat> format) throws Exception {
    Library library = new Library(List.of(folder.resolve("lib")));
    return library.resolve(name, new Library.Wish(Optional.empty(), format));
  }

  /** A recipe with one script. */
  Blueprint script(String name, String commands) throws Exception {
    StringBuilder text =
        new StringBuilder("scripts:\n  - |\n    PATH=/bin; busybox --install -s /bin\n");
    commands.lines().forEach(line -> text.append("    ").append(line).append('\n'));
    return recipe(name, "", text.toString());
  }

  Farm.Built build(Blueprint image) throws Exception {
    return farm.build(image, false, Progress.SILENT);
  }

  /** What tar says of an image of the format tar. */
  List<String> listing(Farm.Built built) throws Exception {
    Process tar =
        new ProcessBuilder("tar", "-tvf", built.folder().resolve("root.tar").toString()).start();
    try (Stream<String> lines = tar.inputReader().lines()) {
      return lines.toList();
    }
  }

  String content(Farm.Built built, String path) throws Exception {
    Process tar =
        new ProcessBuilder("tar", "-xOf", built.folder().resolve("root.tar").toString(), "." + path)
            .start();
    return new String(tar.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }

  /**
   * Nothing of a build is left: no mount, no loop device, no process, no folder, no control group.
   */
  void assertNothingLeft() throws Exception {
    assertThat(Files.readString(Path.of("/proc/self/mounts")))
        .doesNotContain(farmFolder.toString());
    try (Stream<Path> work = Files.list(farmFolder.resolve("work"))) {
      assertThat(work.toList()).isEmpty();
    }
    for (int tries = 0; ; tries++) {
      boolean devices = loops().contains(farmFolder.toString());
      boolean processes =
          ProcessHandle.allProcesses()
              .anyMatch(one -> one.info().commandLine().orElse("").contains(farmFolder.toString()));
      if (!devices && !processes) {
        break;
      }
      assertThat(tries).as("loop devices %s, processes %s", devices, processes).isLessThan(2400);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    for (String controller : List.of("pids", "memory", ".")) {
      Path groups = Path.of("/sys/fs/cgroup", controller);
      if (Files.isDirectory(groups)) {
        try (Stream<Path> all = Files.list(groups)) {
          String own = "heddle-farm-" + ProcessHandle.current().pid() + "-";
          assertThat(all.map(Path::getFileName).map(Path::toString))
              .noneMatch(one -> one.startsWith(own));
        }
      }
    }
  }

  private static String loops() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> devices = Files.list(Path.of("/sys/block"))) {
      for (Path device : devices.toList()) {
        Path file = device.resolve("loop/backing_file");
        text.append(Files.exists(file) ? read(file) : "");
      }
    }
    return text.toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException goneMeanwhile) {
      return "";
    }
  }
}
