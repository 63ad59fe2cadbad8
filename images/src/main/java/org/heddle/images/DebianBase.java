package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.images.recipe.ImageClass;

/**
 * The base of Debian's kind: apt fetches the essential packages and those of the class, and
 * mmdebstrap installs them, without a network, from a folder.
 */
final class DebianBase {
  /** Debian's name of this machine's architecture. */
  private static final String OWN =
      switch (System.getProperty("os.arch")) {
        case "amd64" -> "amd64";
        case "aarch64" -> "arm64";
        default -> "";
      };

  private static final String MERGED = "usr-is-merged";
  private static final String HOOKS = "/usr/share/mmdebstrap/hooks/merged-usr";

  /** What mmdebstrap wrote for itself, and of this machine, is not for the image. */
  private static final String SCRIPT =
      """
      "$@"
      cd "$HEDDLE_TREE"
      rm -f etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/resolv.conf etc/hostname
      if [ -d etc/apt ]; then printf '%s' "$HEDDLE_SOURCES" >etc/apt/sources.list; fi
      """;

  private final FarmFolder farm;
  private final Limits limits;

  DebianBase(FarmFolder farm, Limits limits) {
    this.farm = farm;
    this.limits = limits;
  }

  void make(StageMaker.Job job, Apt apt) throws IOException, InterruptedException, FarmException {
    ImageClass of = job.of();
    if (!job.architecture().equals(OWN)) {
      requireRunning(job.architecture(), job.log());
    }
    List<String> names = new ArrayList<>(List.of("?essential"));
    names.addAll(of.packages());
    Resolution resolution = apt.resolve(Optional.empty(), names, job.log());
    apt.fetch(resolution.debs(), job.log());
    Path repository = job.work().resolve("repository");
    apt.repository(repository, resolution, job.log());
    new Sandbox(farm, Sandbox.Action.HOST, List.of(), job.work().resolve("run-base"))
        .writing(job.tree())
        .seeing(repository)
        .limits(limits)
        .set("SOURCE_DATE_EPOCH", Long.toString(job.snapshot().epoch()))
        .set("HEDDLE_SOURCES", apt.published())
        .set("DEBIAN_FRONTEND", "noninteractive")
        .arguments(words(job, of, repository))
        .run("mmdebstrap", job.log());
  }

  /** Asks what mmdebstrap asks later; the answer can be mended. */
  private static void requireRunning(String architecture, Log log)
      throws IOException, InterruptedException, FarmException {
    Assembly.need("arch-test", "arch-test");
    if (!Command.of("arch-test", architecture).run(log, log).well()) {
      throw FarmException.invalid(
          "programs of "
              + architecture
              + " do not run on this machine: apt-get install qemu-user-static binfmt-support, and"
              + " see that binfmt_misc is mounted (mount -t binfmt_misc none"
              + " /proc/sys/fs/binfmt_misc)");
    }
  }

  private static List<String> words(StageMaker.Job job, ImageClass of, Path repository) {
    List<String> words = new ArrayList<>(List.of("sh", "-ec", SCRIPT, "sh"));
    words.addAll(List.of("mmdebstrap", "--mode=root", "--variant=essential", "--skip=check/empty"));
    words.add("--architectures=" + job.architecture());
    if (!of.packages().isEmpty()) {
      words.add("--include=" + String.join(",", of.packages()));
    }
    if (of.packages().contains(MERGED) && Files.isDirectory(Path.of(HOOKS))) {
      words.add("--hook-dir=" + HOOKS);
    }
    words.add("--aptopt=APT::Install-Recommends \"false\"");
    // The packages lie in a folder that only this user may read, and nothing comes from elsewhere.
    words.add("--aptopt=APT::Sandbox::User \"root\"");
    words.add("--dpkgopt=force-unsafe-io");
    of.exclude().forEach(path -> words.add("--dpkgopt=path-exclude=" + path));
    of.include().forEach(path -> words.add("--dpkgopt=path-include=" + path));
    words.add("");
    words.add(job.work().resolve("run-base").resolve("tree").toString());
    words.add("deb [trusted=yes] copy:" + repository + " ./");
    return words;
  }
}
