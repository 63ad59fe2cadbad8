package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.heddle.images.recipe.Canonical;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror goes on while the farm's lists stay as they were. */
@Tag("real")
final class VanishedPackageTest {
  @TempDir Path folder;
  private Path repository;
  private HttpServer server;
  private Builds builds;

  @BeforeAll
  static void able() throws Exception {
    Builds.need();
  }

  @BeforeEach
  void aMirror() throws Exception {
    repository = Files.createDirectory(folder.resolve("repository"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().normalize().getPath();
          Path file = repository.resolve(path.substring(path.lastIndexOf('/') + 1));
          boolean there = Files.isRegularFile(file);
          exchange.sendResponseHeaders(there ? 200 : 404, there ? Files.size(file) : -1);
          if (there) {
            Files.copy(file, exchange.getResponseBody());
          }
          exchange.close();
        });
    server.start();
    builds = new Builds(folder, Limits.USUAL);
    builds.write(
        "lib/classes/parts.yaml",
        "name: parts\nfamily: unpacked\nsuite: ./\narchitectures: [amd64]\nsources: [{suite: ./,"
            + " address: \"http://127.0.0.1:"
            + server.getAddress().getPort()
            + "\"}]\n");
    builds.write("lib/recipes/p.yaml", "name: p\nfrom: parts\npackages: [part]\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aPackageThatTheMirrorNoLongerHasIsToldSoAndNewListsHelp() throws Exception {
    publish("1", 1_700_000_000);
    builds.write("lib/recipes/none.yaml", "name: none\nfrom: parts\npackages: [other]\n");
    // The lists are fetched now; the package is not.
    assertThat(
            catchThrowableOfType(FarmException.class, () -> builds.build(builds.blueprint("none"))))
        .hasMessageContaining("other");
    Files.delete(repository.resolve("part_1_all.deb"));
    publish("2", 1_700_000_060);

    FarmException gone =
        catchThrowableOfType(FarmException.class, () -> builds.build(builds.blueprint("p")));

    assertThat(gone)
        .hasMessageContaining("heddle farm build --refresh")
        .hasMessageContaining("404");
    Farm.Built built = builds.farm.build(builds.blueprint("p"), true, Progress.SILENT);
    assertThat(builds.content(built, "/usr/share/part")).isEqualTo("version 2\n");
    Farm.Built again = builds.farm.build(builds.blueprint("p"), true, Progress.SILENT);
    assertThat(again.cached()).as("the lists are still the same").isTrue();
    builds.assertNothingLeft();
  }

  /** An image without a class's packages, with files out of one that has some. */
  private Farm.Built shared(boolean refresh) throws Exception {
    builds.write(
        "lib/recipes/shared.yaml",
        "name: shared\nfrom: scratch\nfiles: [{path: /usr/share, image: p, source: /usr/share}]\n");
    return builds.farm.build(builds.blueprint("shared"), refresh, Progress.SILENT);
  }

  @Test
  void newListsOfTheRecipesThatGiveAnImageItsFilesMakeItAnew() throws Exception {
    publish("1", 1_700_000_000);
    assertThat(builds.content(shared(true), "/usr/share/part")).isEqualTo("version 1\n");
    assertThat(shared(true).cached()).as("the lists are still the same").isTrue();
    publish("2", 1_700_000_060);

    assertThat(shared(false).cached()).as("nobody asked for new lists").isTrue();
    Farm.Built anew = shared(true);

    assertThat(builds.content(anew, "/usr/share/part")).isEqualTo("version 2\n");
    assertThat(anew.image().stages().getLast().reason())
        .isEqualTo("made: what other images give it is newer than for shared");
    assertThat(shared(true).cached()).isTrue();
    builds.assertNothingLeft();
  }

  @Test
  void filesOfAnotherImageAreThoseOfTheListsThatAreInUse() throws Exception {
    publish("1", 1_700_000_000);
    Farm.Built before = shared(false);
    publish("2", 1_700_000_060);
    builds.farm.build(builds.blueprint("p"), true, Progress.SILENT);
    builds.farm.remove(before.image());

    assertThat(builds.farm.why(builds.blueprint("shared")).getLast().cached()).isFalse();
    assertThat(builds.content(shared(false), "/usr/share/part")).isEqualTo("version 2\n");
    builds.assertNothingLeft();
  }

  @Test
  void aPackageThatIsNotWhatTheListsSayIsNotTaken() throws Exception {
    publish("1", 1_700_000_000);
    Path deb = repository.resolve("part_1_all.deb");
    byte[] good = Files.readAllBytes(deb);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Files.write(deb, bad);

    FarmException refused =
        catchThrowableOfType(FarmException.class, () -> builds.build(builds.blueprint("p")));

    assertThat(refused).hasMessageContaining("Hash Sum mismatch");
    Files.write(deb, good);
    assertThat(builds.content(builds.build(builds.blueprint("p")), "/usr/share/part"))
        .isEqualTo("version 1\n");
    builds.assertNothingLeft();
  }

  @Test
  void aPackageWasUsedWhenABuildUsedItHoweverOldItIs() throws Exception {
    publish("1", 1_700_000_000);
    builds.build(builds.blueprint("p"));
    Path fetched = builds.farmFolder.resolve("packages/part_1_all.deb");
    Files.setLastModifiedTime(fetched, FileTime.from(Instant.ofEpochSecond(1_700_000_000)));

    Duration hour = Duration.ofHours(1);
    assertThat(builds.farm.clean(new Cleaning.Wish(0, hour, false)).packages()).isZero();
    assertThat(fetched).exists();
    assertThat(builds.farm.clean(new Cleaning.Wish(0, Duration.ZERO, false)).packages()).isOne();
  }

  @Test
  void aPackageIsNotUnpackedThroughALinkOfTheTree() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    publish("1", 1_700_000_000);
    builds.write(
        "lib/recipes/door.yaml",
        "name: door\nfrom: parts\nfiles: [{path: /usr/share, link: " + outside + "}]\n");
    builds.write("lib/recipes/through.yaml", "name: through\nfrom: door\npackages: [part]\n");

    Farm.Built built = builds.build(builds.blueprint("through"));

    assertThat(outside).isEmptyDirectory();
    assertThat(builds.content(built, "/usr/share/part")).isEqualTo("version 1\n");
  }

  @Test
  void whatWasUnpackedOrTakenFromThereIsNamed() throws Exception {
    publish("1", 1_700_000_000);
    builds.recipe("takes", "  - {path: /part, image: p, source: /usr/share/part}\n", "");

    assertThat(builds.build(builds.blueprint("p")).image().packages())
        .containsExactly("part 1 all");
    Farm.Built takes = builds.build(builds.blueprint("takes"));
    assertThat(takes.image().packages()).containsExactly("part 1 all");
    assertThat(takes.folder().resolve(Images.SBOM))
        .content()
        .contains("pkg:deb/debian/part@1?arch=all");
    builds.assertNothingLeft();
  }

  /** A flat repository with one package. */
  private void publish(String version, long second) throws Exception {
    Path tree = folder.resolve("tree-" + version);
    Files.createDirectories(tree.resolve("DEBIAN"));
    Files.createDirectories(tree.resolve("usr/share"));
    Files.writeString(tree.resolve("usr/share/part"), "version " + version + "\n");
    String control =
        "Package: part\nVersion: "
            + version
            + "\nArchitecture: all\nMaintainer: a test <test@localhost>\nDescription: a part\n";
    Files.writeString(tree.resolve("DEBIAN/control"), control);
    Path deb = repository.resolve("part_" + version + "_all.deb");
    run("dpkg-deb", "--build", "--root-owner-group", tree.toString(), deb.toString());
    byte[] content = Files.readAllBytes(deb);
    byte[] packages =
        (control
                + "Filename: ./"
                + deb.getFileName()
                + "\nSize: "
                + content.length
                + "\nSHA256: "
                + Canonical.sha256(content)
                + "\n")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Files.write(repository.resolve("Packages"), packages);
    String date =
        java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME.format(
            java.time.Instant.ofEpochSecond(second).atOffset(java.time.ZoneOffset.UTC));
    Files.writeString(
        repository.resolve("Release"),
        "Date: "
            + date.replace("GMT", "UTC")
            + "\nSHA256:\n "
            + Canonical.sha256(packages)
            + " "
            + packages.length
            + " Packages\n");
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
