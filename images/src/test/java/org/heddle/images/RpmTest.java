package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Red Hat family, with a repository of two packages that the test makes. */
@Tag("real")
final class RpmTest {
  @TempDir Path folder;

  @Test
  void packagesOfARepositoryAreInstalledByDnf() throws Exception {
    Builds.need();
    for (String program : List.of("dnf", "rpmbuild", "createrepo_c")) {
      assumeTrue(
          Files.isExecutable(Path.of("/usr/bin", program)),
          "no " + program + " here (apt-get install dnf rpm createrepo-c)");
    }
    Path repository = Files.createDirectory(folder.resolve("repository"));
    rpm(repository, "hello-lib", "");
    rpm(repository, "hello", "Requires: hello-lib");
    run("createrepo_c", "-q", repository.toString());
    Builds builds = new Builds(folder, Limits.USUAL);
    builds.write(
        "lib/classes/rpm.yaml",
        "name: redhat/test\nfamily: rpm\nsuite: \"9\"\narchitectures: [amd64]\nsize: 16MiB\n"
            + "sources: [{suite: test, address: \"file://"
            + repository
            + "\"}]\npackages: [hello-lib]\n");
    builds.write("lib/recipes/r.yaml", "name: r\nfrom: redhat/test\npackages: [hello]\n");

    Farm.Built built = builds.build(builds.blueprint("r"));

    assertThat(builds.content(built, "/usr/share/hello")).isEqualTo("hello\n");
    assertThat(builds.content(built, "/usr/share/hello-lib")).isEqualTo("hello-lib\n");
    assertThat(built.image().packages())
        .containsExactly("hello 1-1 noarch", "hello-lib 1-1 noarch");
    assertThat(Files.readString(built.folder().resolve(Images.SBOM)))
        .contains("pkg:rpm/redhat/hello-lib@1-1?arch=noarch");
    builds.assertNothingLeft();
  }

  private void rpm(Path into, String name, String more) throws Exception {
    Path spec =
        Files.writeString(
            folder.resolve(name + ".spec"),
            """
            Name: %1$s
            Version: 1
            Release: 1
            Summary: %1$s
            License: none
            BuildArch: noarch
            %2$s
            %%description
            A package of a test.
            %%install
            mkdir -p %%{buildroot}/usr/share
            echo %1$s >%%{buildroot}/usr/share/%1$s
            %%files
            /usr/share/%1$s
            """
                .formatted(name, more));
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
