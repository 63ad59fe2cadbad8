package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Trees of Red Hat's kind, by {@code dnf --installroot}: once to download, with a network, and once
 * to install from what was downloaded, without.
 */
final class RpmFamily {
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
    RpmSources sources = RpmSources.of(farm, mirrors, limits, job.of(), job.architecture());
    // What dnf has fetched is there until it is installed.
    try (Locks.Held _ = Locks.exclusive(farm.lockOf(sources.cache()))) {
      run(job, sources, names, true);
      run(job, sources, names, false);
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

  private void run(StageMaker.Job job, RpmSources sources, List<String> names, boolean download)
      throws IOException, InterruptedException, FarmException {
    String run = download ? "run-download" : "run-install";
    List<String> words =
        new ArrayList<>(List.of("--setopt=install_weak_deps=False", "--setopt=tsflags=nodocs"));
    words.add(download ? "--downloadonly" : "--cacheonly");
    words.add("install");
    words.addAll(names);
    Path changes = download ? Files.createDirectories(job.work().resolve("asked")) : job.tree();
    Sandbox sandbox =
        new Sandbox(farm, Sandbox.Action.HOST, job.below().folders(), job.work().resolve(run))
            .writing(changes);
    sources.run(sandbox, job.work(), run, words, job.log());
  }
}
