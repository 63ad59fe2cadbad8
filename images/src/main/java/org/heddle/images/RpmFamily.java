package org.heddle.images;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.heddle.images.recipe.ImageClass;

/**
 * Trees of Red Hat's kind, by {@code dnf --installroot}: once to download, with a network, and once
 * to install from what was downloaded, without.
 */
final class RpmFamily {
  private static final Map<String, String> ARCHITECTURES =
      Map.of("amd64", "x86_64", "i386", "i686", "arm64", "aarch64");

  private final FarmFolder farm;
  private final Mirrors mirrors;
  private final Limits limits;

  RpmFamily(FarmFolder farm, Mirrors mirrors, Limits limits) {
    this.farm = farm;
    this.mirrors = mirrors;
    this.limits = limits;
  }

  void base(StageMaker.Job job) throws IOException, InterruptedException, FarmException {
    packages(job, job.of().packages());
  }

  void packages(StageMaker.Job job, List<String> names)
      throws IOException, InterruptedException, FarmException {
    if (!Files.isExecutable(Path.of("/usr/bin/dnf"))) {
      throw FarmException.invalid(job.of().name() + " needs dnf: apt-get install dnf");
    }
    Path configuration = configuration(job);
    // What dnf has fetched is there until it is installed.
    try (Locks.Held _ = Locks.exclusive(farm.lockOf(cache(job.of())))) {
      run(job, configuration, names, true);
      run(job, configuration, names, false);
    }
    list(job);
  }

  /** Writes down what the tree has now. */
  private void list(StageMaker.Job job) throws IOException, InterruptedException, FarmException {
    List<String> words = new ArrayList<>(List.of("sh", "-ec", LIST));
    try (var out = Files.newOutputStream(job.work().resolve(Stages.PACKAGES))) {
      new Sandbox(farm, Sandbox.Action.HOST, job.below().folders(), job.work().resolve("run-list"))
          .writing(job.tree())
          .limits(limits)
          .arguments(words)
          .run("rpm", out, job.log());
    }
  }

  /** Keys of signatures are in the list, too, as packages without an architecture. */
  private static final String LIST =
      "rpm --root \"$HEDDLE_TREE\" -qa --qf"
          + " '%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH}\\n'"
          + " | grep -v ' (none)$'";

  private void run(StageMaker.Job job, Path configuration, List<String> names, boolean download)
      throws IOException, InterruptedException, FarmException {
    String run = download ? "run-download" : "run-install";
    Path tree = job.work().resolve(run).resolve("tree");
    List<String> words = new ArrayList<>(List.of("dnf", "-y", "-q", "--installroot=" + tree));
    words.add("--config=" + configuration);
    words.add("--releasever=" + job.of().suite());
    words.add("--forcearch=" + ARCHITECTURES.getOrDefault(job.architecture(), job.architecture()));
    words.addAll(List.of("--setopt=install_weak_deps=False", "--setopt=tsflags=nodocs"));
    words.addAll(download ? List.of("--downloadonly") : List.of("--cacheonly"));
    words.add("install");
    words.addAll(names);
    Path changes = download ? Files.createDirectories(job.work().resolve("asked")) : job.tree();
    Sandbox sandbox =
        new Sandbox(farm, Sandbox.Action.HOST, job.below().folders(), job.work().resolve(run))
            .writing(changes)
            .seeing(sources(job.of(), configuration))
            .inside(cache(job.of()), "/var/cache/dnf")
            .limits(limits)
            .arguments(words);
    (download ? sandbox.online() : sandbox).run("dnf", job.log());
  }

  private Path[] sources(ImageClass of, Path configuration)
      throws IOException, InterruptedException, FarmException {
    List<Path> paths = new ArrayList<>(List.of(configuration));
    if (!of.keyring().isEmpty()) {
      paths.add(Path.of(of.keyring()));
    }
    for (Mirrors.Located one : mirrors.of(of)) {
      if (one.address().startsWith("file:")) {
        paths.add(Path.of(URI.create(one.address())));
      }
    }
    return paths.toArray(Path[]::new);
  }

  /** dnf keeps it inside the tree: there, but of this machine. */
  private Path cache(ImageClass of) throws IOException {
    return Files.createDirectories(farm.packages().resolve("rpm-" + of.suite()));
  }

  private Path configuration(StageMaker.Job job)
      throws IOException, InterruptedException, FarmException {
    ImageClass of = job.of();
    StringBuilder text = new StringBuilder("[main]\nkeepcache=1\nreposdir=/nowhere\n");
    for (Mirrors.Located one : mirrors.of(of)) {
      text.append("[").append(one.source().suite()).append("]\nname=").append(one.source().suite());
      text.append("\nbaseurl=").append(one.address()).append("\nenabled=1\n");
      text.append(
          of.keyring().isEmpty()
              ? "gpgcheck=0\n"
              : "gpgcheck=1\ngpgkey=file://" + of.keyring() + "\n");
    }
    return Files.writeString(job.work().resolve("dnf.conf"), text.toString());
  }
}
