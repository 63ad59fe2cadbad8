package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Red Hat family, with a repository of two packages that the test makes. */
@Tag("real")
final class RpmTest {
  @TempDir Path folder;

  private Builds builds;
  private Path repository;
  private int version = 1;

  @BeforeEach
  void aRepository() throws Exception {
    Builds.need();
    for (String program : List.of("dnf", "rpmbuild", "createrepo_c")) {
      assumeTrue(
          Files.isExecutable(Path.of("/usr/bin", program)),
          "no " + program + " here (apt-get install dnf rpm createrepo-c)");
    }
    repository = Files.createDirectory(folder.resolve("repository"));
    rpm(repository, "hello-lib", "", "");
    rpm(repository, "hello", "Requires: hello-lib", "");
    rpm(
        repository,
        "nosy",
        "AutoReqProv: no\nProvides: /bin/sh",
        """
        %%post
        PATH=/bin; busybox --install -s /bin
        mkdir -p /mnt
        mount -t tmpfs none /mnt 2>/dev/null && echo mounted >>/found
        mknod /disk b 254 0 2>/dev/null && echo device >>/found
        [ -e %1$s ] && echo path >>/found
        [ -e /proc/1/root%1$s ] && echo root-of-1 >>/found
        echo done >>/found
        """
            .formatted(repository));
    run("createrepo_c", "-q", repository.toString());
    builds = new Builds(folder, Limits.USUAL);
    builds.write(
        "lib/classes/rpm.yaml",
        "name: redhat/test\nfamily: rpm\nsuite: \"9\"\narchitectures: [amd64]\nsize: 16MiB\n"
            + "sources: [{suite: test, address: \"file://"
            + repository
            + "\"}]\npackages: [hello-lib]\n");
    builds.write("lib/recipes/r.yaml", "name: r\nfrom: redhat/test\npackages: [hello]\n");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    builds.assertNothingLeft();
  }

  @Test
  void packagesOfARepositoryAreInstalledByDnf() throws Exception {
    Farm.Built built = builds.build(builds.blueprint("r"));

    assertThat(builds.content(built, "/usr/share/hello")).isEqualTo("hello\n");
    assertThat(builds.content(built, "/usr/share/hello-lib")).isEqualTo("hello-lib\n");
    assertThat(built.image().packages())
        .containsExactly("hello 1-1 noarch", "hello-lib 1-1 noarch");
    assertThat(Files.readString(built.folder().resolve(Images.SBOM)))
        .contains("pkg:rpm/redhat/hello-lib@1-1?arch=noarch");
  }

  @Test
  void listsAreUsedUntilNewOnesAreAskedFor() throws Exception {
    builds.build(builds.blueprint("r"));
    version = 2;
    rpm(repository, "hello", "Requires: hello-lib", "");
    run("createrepo_c", "-q", repository.toString());
    builds.write("lib/recipes/other.yaml", "name: other\nfrom: redhat/test\npackages: [hello]\n");

    Farm.Built before = builds.build(builds.blueprint("other"));
    builds.farm.clean(new Cleaning.Wish(0, Duration.ZERO, false));
    Farm.Built after = builds.farm.build(builds.blueprint("r"), true, Progress.SILENT);
    Farm.Built same = builds.farm.build(builds.blueprint("r"), true, Progress.SILENT);

    assertThat(before.image().packages()).contains("hello 1-1 noarch");
    assertThat(after.image().packages()).contains("hello 2-1 noarch");
    assertThat(after.image().stages().getFirst().reason())
        .startsWith("made: ")
        .contains("package lists are newer");
    assertThat(same.cached()).isTrue();
  }

  @Test
  void aPackagesScriptHasNoWayToTheHost() throws Exception {
    builds.shell("shell", "redhat/test", "");
    builds.write("lib/recipes/n.yaml", "name: n\nfrom: shell\npackages: [nosy]\n");

    Farm.Built built = builds.build(builds.blueprint("n"));

    assertThat(builds.content(built, "/found")).isEqualTo("done\n");
  }

  @Test
  void whatAPackageHasGoesThroughNoLinkOfTheTree() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    builds.shell(
        "door",
        "redhat/test",
        """
        scripts:
          - |
            PATH=/bin; busybox --install -s /bin
            rm -rf /var/cache /var/log /usr/share/hello-lib
            ln -s %1$s /var/cache
            ln -s %1$s /var/log
            ln -s %1$s/new /usr/share/hello
        """
            .formatted(outside));
    builds.write("lib/recipes/through.yaml", "name: through\nfrom: door\npackages: [hello]\n");
    try {
      builds.build(builds.blueprint("through"));
    } catch (FarmException refused) {
      assertThat(refused).hasMessageContaining("dnf");
    }
    assertThat(outside).isEmptyDirectory();
  }

  private void rpm(Path into, String name, String more, String scripts) throws Exception {
    Path spec =
        Files.writeString(
            folder.resolve(name + ".spec"),
            """
            Name: %1$s
            Version: %4$d
            Release: 1
            Summary: %1$s
            License: none
            BuildArch: noarch
            %2$s
            %%description
            A package of a test.
            %3$s
            %%install
            mkdir -p %%{buildroot}/usr/share
            echo %1$s >%%{buildroot}/usr/share/%1$s
            %%files
            /usr/share/%1$s
            """
                .formatted(name, more, scripts, version));
    run(
        "rpmbuild",
        "--quiet",
        "-bb",
        "--define",
        "_topdir " + folder.resolve("rpm"),
        "--define",
        "_rpmdir " + into,
        spec.toString());
  }

  private void run(String... words) throws Exception {
    Path said = folder.resolve("said");
    int code =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start()
            .waitFor();
    assertThat(code).as(Files.readString(said)).isZero();
  }
}
