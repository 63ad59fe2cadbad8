package org.heddle.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shell parts: the launcher's set-up and the programs of the images. */
final class ScriptsTest {
  private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;

  private record Ran(int exit, String output) {}

  private Ran run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    int exit = builder.start().waitFor();
    return new Ran(exit, Files.readString(output).strip());
  }

  /** Runs lines of bash after the launcher's set-up functions were read. */
  private Ran setup(String lines) throws IOException, InterruptedException {
    String start =
        "set -euo pipefail; JAVA_MINIMUM=25; say() { echo \"heddle: $*\"; }; die() { say \"$@\";"
            + " exit 1; }; PATH="
            + folder
            + "/bin:$PATH; . launcher/setup.sh; ";
    return run(
        Map.of("CHECKOUT", CHECKOUT.toString()),
        "bash",
        "-c",
        "cd " + quoted(CHECKOUT) + "; " + start + lines);
  }

  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "'\\''") + "'";
  }

  private void program(String name, String text) throws IOException {
    Path file = folder.resolve("bin").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text, StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @ParameterizedTest
  @CsvSource({
    "1:10.0.2+ds-2+deb13u1~bpo12+1, true",
    "1:10.0.11+ds-0+deb13u1, true",
    "1:11.0.0+ds-1, true",
    "1:10.0.0+ds-2, false",
    "1:7.2+dfsg-7+deb12u18+b3, false",
    "1:9.2.4+ds-1, false",
    "(none), false",
  })
  void aQemuPackageIsGoodFromTheVersionThatMigratesMemoryRight(String version, boolean good)
      throws Exception {
    assertThat(setup("good_package '" + version + "'").exit() == 0).isEqualTo(good);
  }

  @Test
  void withoutRootTheExactCommandsAreSaidWithTheBackportsWhenTheReleaseIsTooOld() throws Exception {
    program("apt-cache", "[ \"$1\" = policy ] && echo '  Candidate: 1:7.2+dfsg-7'; exit 0\n");
    program("apt-get", "echo 'Debian|Debian|http://mirror.test/debian/'\n");

    Ran ran = setup("packages=(maven mmdebstrap); qemu=(qemu-system-x86 qemu-utils); ask_for_root");

    assertThat(ran.exit()).isZero();
    assertThat(ran.output())
        .contains("apt-get install --no-install-recommends maven mmdebstrap")
        .contains("URIs: http://mirror.test/debian\n")
        .contains(
            "apt-get install --no-install-recommends -t bookworm-backports qemu-system-x86"
                + " qemu-utils");
  }

  @Test
  void aReleaseWhoseOwnQemuIsGoodNeedsNoBackports() throws Exception {
    program("apt-cache", "[ \"$1\" = policy ] && echo '  Candidate: 1:10.0.8+ds-0'; exit 0\n");

    Ran ran = setup("packages=(); qemu=(qemu-system-x86); ask_for_root");

    assertThat(ran.output())
        .endsWith("apt-get install --no-install-recommends qemu-system-x86")
        .doesNotContain("backports");
  }

  @Test
  void aJdkIsChosenByItsVersionAndNotByItsName() throws Exception {
    jdk("a-jdk-99-by-name", "17.0.19");
    jdk("plain", "25.0.1");
    String functions =
        "eval \"$(sed -n '/^new_enough()/,/^}/p' heddle)\"; for j in "
            + folder
            + "/jvm/*; do new_enough $j && echo ${j##*/}; done";

    assertThat(setup(functions + "; true").output()).isEqualTo("plain");
  }

  private void jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve("jvm").resolve(name);
    Files.createDirectories(jdk);
    Files.writeString(
        jdk.resolve("release"),
        "IMPLEMENTOR=\"Someone\"\nJAVA_VERSION=\"" + version + "\"\nOS_ARCH=\"x86_64\"\n");
  }

  @Test
  void memcheckFindsNothingWhereNothingWasLost() throws Exception {
    Ran ran = memcheck(Files.readString(CHECKOUT.resolve("images/recipes/tiny/memcheck")));

    assertThat(ran.exit()).isZero();
    assertThat(ran.output()).isEqualTo("pass 1 bad=0\npass 2 bad=0\npass 3 bad=0\nok");
  }

  @Test
  void memcheckNoticesAPageThatKeptTheStateOfAnEarlierPass() throws Exception {
    String program = Files.readString(CHECKOUT.resolve("images/recipes/tiny/memcheck"));
    String lossy =
        program.replace("    fill(pass)\n", "    lost = page[7]; fill(pass); page[7] = lost\n");
    assertThat(lossy).isNotEqualTo(program);

    Ran ran = memcheck(lossy);

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.output()).isEqualTo("pass 1 bad=0\npass 2 bad=1\npass 3 bad=1\nfailed bad=3");
  }

  private Ran memcheck(String program) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("memcheck"), program);
    return run(Map.of(), "awk", "-f", file.toString(), "1", "3");
  }

  @Test
  void aCacheOfClassesIsUsedUntilAJarIsYounger() throws Exception {
    Path libraries = Files.createDirectory(folder.resolve("lib"));
    Path jar = Files.createFile(libraries.resolve("a.jar"));
    Path cache = Files.createFile(folder.resolve("c.aot"));
    String ask =
        "eval \"$(sed -n '/^use_cache()/,/^}/p' heddle)\"; flags=(); use_cache %s; echo ${#flags[@]}"
            .formatted(quoted(cache));
    String[] command = {
      "bash", "-euc", "cd %s; LIBRARIES=%s; %s".formatted(quoted(CHECKOUT), quoted(libraries), ask)
    };
    Instant made = Instant.parse("2026-01-01T00:00:00Z");
    Files.setLastModifiedTime(cache, FileTime.from(made));

    Files.setLastModifiedTime(jar, FileTime.from(made.minusSeconds(1)));
    assertThat(run(Map.of(), command)).isEqualTo(new Ran(0, "3"));
    Files.setLastModifiedTime(jar, FileTime.from(made.plusSeconds(1)));
    assertThat(run(Map.of(), command)).isEqualTo(new Ran(0, "0"));
    Files.delete(cache);
    assertThat(run(Map.of(), command)).isEqualTo(new Ran(0, "0"));
  }

  @Test
  void everyScriptIsSyntacticallyRight() throws Exception {
    List<String> scripts =
        List.of(
            "heddle",
            ".ci/run",
            "launcher/setup.sh",
            "launcher/mirrors.sh",
            "images/recipes/boot/init",
            "images/recipes/boot/copy-modules",
            "images/recipes/tiny/rc");
    for (String script : scripts) {
      Ran ran = run(Map.of(), "bash", "-n", CHECKOUT.resolve(script).toString());
      assertThat(ran).as(script).isEqualTo(new Ran(0, ""));
    }
  }
}
