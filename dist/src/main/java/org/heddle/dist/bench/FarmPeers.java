package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.heddle.dist.guest.Tool;

/** The peers of {@code bench farm}: mmdebstrap, debootstrap and mkosi, as Debian has them. */
final class FarmPeers {
  private static final Map<String, String> TOOLS = tools();

  private final Path folder;
  private final Shell shell;
  private final Consumer<String> say;
  private final String mirror;
  private final String security;

  private FarmPeers(
      Path folder, Shell shell, Consumer<String> say, String mirror, String security) {
    this.folder = folder;
    this.shell = shell;
    this.say = say;
    this.mirror = mirror;
    this.security = security;
  }

  private static Map<String, String> tools() {
    Map<String, String> tools = new LinkedHashMap<>();
    tools.put("/usr/bin/mmdebstrap", "mmdebstrap");
    tools.put("/usr/sbin/debootstrap", "debootstrap");
    tools.put("/usr/bin/mkosi", "mkosi");
    tools.put("/usr/bin/systemd-nspawn", "systemd-container");
    return tools;
  }

  static FarmPeers of(Path folder, Shell shell, Consumer<String> say)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("apt-get", "install", "-qq", "-y"));
    command.add("--no-install-recommends");
    int none = command.size();
    TOOLS.forEach((program, name) -> {
      if (!Files.exists(Path.of(program))) {
        command.add(name);
      }
    });
    if (command.size() > none) {
      say.accept("installing " + String.join(" ", command.subList(none, command.size())));
      Tool.run(Map.of("DEBIAN_FRONTEND", "noninteractive"), command.toArray(String[]::new));
    }
    return new FarmPeers(folder, shell, say, address("Debian"), address("Debian-Security"));
  }

  /** Of this machine's apt, by label. */
  private static String address(String label) throws IOException, InterruptedException {
    String said =
        Tool.run(
            "apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages");
    return said.lines()
        .filter(line -> line.startsWith(label + "|"))
        .map(line -> line.substring(label.length() + 1).replaceFirst("/$", ""))
        .findFirst()
        .orElseThrow(() -> new IOException("this machine's apt has no mirror of " + label));
  }

  /**
   * One run of each, nothing there; then with a package more, where the tool has something for it.
   */
  void round(int round, Map<String, List<Double>> cold, Map<String, List<Double>> more)
      throws IOException, InterruptedException {
    say.accept("round " + round + ": mmdebstrap");
    FarmBench.add(cold, "mmdebstrap", shell.timed(mmdebstrap("base-" + round + ".tar", "")));
    FarmBench.add(
        more,
        "mmdebstrap",
        shell.timed(mmdebstrap("more-" + round + ".tar", "," + FarmBench.MORE)));
    say.accept("round " + round + ": debootstrap");
    FarmBench.add(cold, "debootstrap", shell.timed(debootstrap(round)));
    say.accept("round " + round + ": mkosi");
    Path place = folder.resolve("mkosi-" + round);
    Files.createDirectories(place.resolve("cache"));
    try {
      FarmBench.add(cold, "mkosi", shell.timed(mkosi(place, "-f", "")));
      FarmBench.add(more, "mkosi", mkosiMore(place));
    } catch (IOException failed) {
      // It runs its steps by systemd-nspawn, which wants a machine with systemd.
      String said = String.valueOf(failed.getMessage());
      say.accept("mkosi does not work here: " + said.substring(Math.max(0, said.length() - 400)));
    }
  }

  private List<String> mmdebstrap(String tar, String include) {
    List<String> words =
        new ArrayList<>(List.of("mmdebstrap", "--mode=root", "--variant=essential"));
    words.add("--include=usr-is-merged" + include);
    words.add("--aptopt=APT::Install-Recommends \"false\"");
    for (String part : List.of("man", "info", "locale", "lintian", "doc", "X11", "bug")) {
      words.add("--dpkgopt=path-exclude=/usr/share/" + part + "/*");
    }
    words.add("--dpkgopt=path-include=/usr/share/doc/*/copyright");
    words.add("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr");
    words.addAll(List.of("bookworm", folder.resolve(tar).toString()));
    words.add("deb " + mirror + " bookworm main");
    words.add("deb " + security + " bookworm-security main");
    return words;
  }

  private List<String> debootstrap(int round) {
    Path tree = folder.resolve("debootstrap-" + round);
    return List.of(
        "sh",
        "-ec",
        "debootstrap --variant=minbase bookworm \"$1\" \"$2\" >/dev/null; tar -C \"$1\" -cf \"$1.tar\""
            + " --one-file-system .; rm -rf --one-file-system \"$1\"",
        "sh",
        tree.toString(),
        mirror);
  }

  private List<String> mkosi(Path place, String force, String more) {
    List<String> words = new ArrayList<>(List.of("mkosi", "-d", "debian", "-r", "bookworm"));
    words.addAll(List.of("-m", mirror, "-t", "tar", "--compress-output=no"));
    words.addAll(List.of("--base-packages=no", "-p", "usr-is-merged"));
    if (!more.isEmpty()) {
      words.addAll(List.of("-p", more));
    }
    words.addAll(List.of("-C", place.toString(), "-o", "image.tar", "--cache=cache"));
    words.addAll(List.of("--incremental=yes", force, "build"));
    return words;
  }

  /**
   * mkosi builds on its cached image only when that has the package: where the package is missing
   * in the result, the cached image has to be made anew (-ff), from packages that are here.
   */
  private double mkosiMore(Path place) throws IOException, InterruptedException {
    double quick = shell.timed(mkosi(place, "-f", FarmBench.MORE));
    String list = Tool.run("tar", "-tf", place.resolve("image.tar").toString());
    boolean there = list.lines().anyMatch(name -> name.endsWith("usr/bin/" + FarmBench.MORE));
    return there ? quick : shell.timed(mkosi(place, "-ff", FarmBench.MORE));
  }
}
