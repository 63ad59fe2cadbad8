package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.heddle.images.ImageRecord.StageUse;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.ImageFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds with a tree of busybox alone: quick, and all but packages. */
@Tag("real")
final class FarmTest {
  @TempDir Path folder;
  private Builds builds;

  @BeforeAll
  static void able() throws Exception {
    Builds.need();
  }

  @BeforeEach
  void aFarm() throws Exception {
    builds = new Builds(folder, Builds.SMALL);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    builds.assertNothingLeft();
  }

  @Test
  void aRecipeBecomesATreeWithOwnersModesLinksAndWhatScriptsDid() throws Exception {
    Blueprint image =
        builds.recipe(
            "one",
            """
              - {path: /etc/passwd, content: "root:x:0:0::/root:/bin/sh\\nann:x:1000:1000::/:/bin/sh\\n"}
              - {path: /etc/group, content: "root:x:0:\\nann:x:1000:\\n"}
              - {path: /etc/secret, content: s, mode: 640, owner: "7:8"}
              - {path: /srv, owner: "1000:1000", mode: 2775}
            """,
            "scripts:\n  - echo $SOURCE_DATE_EPOCH >/epoch; pwd >/where\n");
    Farm.Built built = builds.build(image);

    List<String> listing = builds.listing(built);
    assertThat(listing)
        .anyMatch(line -> line.matches("-rw-r----- 7/8 +1 2026-01-01 .* \\./etc/secret"));
    assertThat(listing).anyMatch(line -> line.matches("drwxrwsr-x .*1000.* \\./srv/"));
    assertThat(listing).anyMatch(line -> line.endsWith("./bin/sh -> busybox"));
    assertThat(builds.content(built, "/epoch")).isEqualTo("1767225600\n");
    assertThat(listing).noneMatch(line -> line.matches(".* \\./(proc|run|tmp|dev)/.+"));
  }

  @Test
  void whatUsersAndServicesNeedInTheTreeIsToldByName() throws Exception {
    String path = "  - {path: /bin/grep, link: busybox}\n";
    Blueprint people = builds.recipe("people", path, "users: [{name: ann}]\n");
    Blueprint units = builds.recipe("units", path, "services: {enable: [nginx]}\n");

    assertThatThrownBy(() -> builds.build(people))
        .isInstanceOf(FarmException.class)
        .hasMessageContaining("users: there is no useradd in the tree: add passwd to");
    assertThatThrownBy(() -> builds.build(units))
        .isInstanceOf(FarmException.class)
        .hasMessageContaining("services: there is no systemctl in the tree: add systemd to");
  }

  @Test
  void whatWasBuiltIsReusedAsFarAsInputsAreEqualAndWhySaysHow() throws Exception {
    Farm.Built first = builds.build(builds.script("a", "echo 1 >/one\n"));
    Farm.Built again = builds.build(builds.script("a", "echo 1 >/one\n"));
    Farm.Built changed = builds.build(builds.script("a", "echo 2 >/one\n"));

    assertThat(first.image().stages()).extracting(StageUse::cached).containsOnly(false);
    assertThat(again.cached()).isTrue();
    assertThat(again.image()).isEqualTo(first.image());
    assertThat(changed.image().stages())
        .extracting(StageUse::cached)
        .containsExactly(true, true, false);
    assertThat(changed.image().stages().getLast().reason()).startsWith("made: ");
    List<StageUse> why = builds.farm.why(builds.script("a", "echo 3 >/one\n"));
    assertThat(why).extracting(StageUse::cached).containsExactly(true, true, false);
    assertThat(why.getFirst().reason()).startsWith("would be reused");
    assertThat(builds.content(changed, "/one")).isEqualTo("2\n");
  }

  @Test
  void equalRequestsAtTheSameTimeAreOneBuild() throws Exception {
    Blueprint image = builds.script("same", "sleep 1; cat /proc/sys/kernel/random/uuid >/id\n");
    List<FutureTask<Farm.Built>> tasks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Farm other = Farm.open(builds.farmFolder, Builds.SMALL, Map.of(), InstantSource.system());
      FutureTask<Farm.Built> task =
          new FutureTask<>(() -> other.build(image, false, Progress.SILENT));
      Thread.ofPlatform().start(task);
      tasks.add(task);
    }
    List<Boolean> cached = new ArrayList<>();
    for (FutureTask<Farm.Built> task : tasks) {
      cached.add(task.get().cached());
    }
    assertThat(cached).containsExactlyInAnyOrder(false, true, true, true);
  }

  @Test
  void theSameRecipeGivesTheSameBytesInAnEmptyFarm() throws Exception {
    String commands = "for i in 3 1 2; do mkdir /d$i; echo $i >/d$i/f; done; ln /d1/f /d2/g\n";
    builds.script("twice", commands);
    Builds other = new Builds(folder.resolve("other"), Builds.SMALL);
    other.script("twice", commands);
    for (ImageFormat format : formats()) {
      Farm.Built first = builds.build(builds.blueprint("twice", Optional.of(format)));
      Farm.Built second = other.build(other.blueprint("twice", Optional.of(format)));
      assertThat(second.image().files())
          .as(format.word())
          .isEqualTo(first.image().files())
          .isNotEmpty();
    }
    other.assertNothingLeft();
  }

  /** Those that this machine has the programs for. */
  private static List<ImageFormat> formats() {
    List<ImageFormat> formats = new ArrayList<>(List.of(ImageFormat.values()));
    formats.remove(ImageFormat.DISK);
    formats.remove(ImageFormat.RAW);
    if (!Files.exists(Path.of("/usr/bin/mksquashfs"))) {
      formats.remove(ImageFormat.SQUASHFS);
    }
    return formats;
  }

  @Test
  void aDiskIsExportedOutOfTheContentStore() throws Exception {
    builds.script("disk", "echo hello >/greeting\n");
    Farm.Built built = builds.build(builds.blueprint("disk", Optional.of(ImageFormat.QCOW2)));
    builds.farm.keep(built.image());
    Path raw = folder.resolve("disk.raw");
    builds.farm.export(built.image(), raw);

    Process debugfs = new ProcessBuilder("debugfs", "-R", "cat /greeting", raw.toString()).start();
    assertThat(
            new String(
                debugfs.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("hello\n");
  }

  @Test
  void whatWasChangedAfterwardsIsNotGivenOut() throws Exception {
    Farm.Built built = builds.build(builds.script("signed", "true\n"));
    assertThat(builds.farm.check(built.image())).isEmpty();
    Path tar = built.folder().resolve("root.tar");
    byte[] bytes = Files.readAllBytes(tar);
    bytes[700] ^= 1;
    Files.write(tar, bytes);
    FarmException refused =
        catchThrowableOfType(
            FarmException.class, () -> builds.farm.export(built.image(), folder.resolve("x.tar")));
    assertThat(refused).hasMessageContaining("root.tar is not what was built");
    Path content = built.folder().resolve(Images.SBOM);
    Files.writeString(content, Files.readString(content) + " ");
    assertThat(builds.farm.check(built.image()))
        .contains(Images.SBOM + " is not what the farm has signed");
    assertThatThrownBy(() -> builds.farm.give(built.image(), folder.resolve("given")))
        .hasMessageContaining(Images.SBOM);
    Path description = built.folder().resolve("build.json");
    Files.writeString(description, Files.readString(description).replace("signed", "forged"));
    assertThat(builds.farm.check(built.image()))
        .anyMatch(one -> one.contains("not what the farm has signed"));
  }

  @Test
  void cleaningTakesWhatNoImageNeedsAndNothingElse() throws Exception {
    Farm.Built kept = builds.build(builds.script("kept", "echo kept >/x\n"));
    Farm.Built gone = builds.build(builds.script("gone", "dd if=/dev/zero of=/x bs=1M count=4\n"));
    builds.farm.remove(gone.image());
    Cleaning.Wish all = new Cleaning.Wish(0, Duration.ZERO, false);

    assertThat(builds.farm.clean(new Cleaning.Wish(0, Duration.ofHours(1), false)).stages())
        .isZero();
    assertThat(builds.farm.clean(new Cleaning.Wish(1L << 40, Duration.ZERO, false)).stages())
        .isZero();
    Cleaning.Report report = builds.farm.clean(all);

    assertThat(report.stages()).isEqualTo(1);
    assertThat(report.bytesFreed()).isGreaterThanOrEqualTo(4 << 20);
    assertThat(builds.farm.list()).extracting(ImageRecord::name).containsExactly("kept");
    builds.farm.remove(kept.image());
    assertThat(builds.farm.clean(all).stages()).isGreaterThanOrEqualTo(2);
    assertThat(builds.build(builds.script("kept", "echo kept >/x\n")).cached()).isFalse();
  }

  @Test
  void whatIsLeftOfAnImageWithoutItsDescriptionIsNoImage() throws Exception {
    Blueprint blueprint = builds.script("half", "echo 1 >/one\n");
    Farm.Built first = builds.build(blueprint);
    Files.delete(first.folder().resolve(Images.BUILD));
    assertThat(builds.farm.find(blueprint)).isEmpty();
    assertThat(builds.farm.list()).isEmpty();

    Farm.Built again = builds.build(blueprint);
    assertThat(again.cached()).isFalse();
    assertThat(builds.farm.check(again.image())).isEmpty();

    Files.delete(again.folder().resolve(Images.BUILD));
    Farm.open(builds.farmFolder, Builds.SMALL, Map.of(), InstantSource.system());
    assertThat(again.folder()).doesNotExist();
  }

  /** A file that cannot be deleted ends a removal in its middle, as a kill would. */
  @Test
  void aRemovalThatDoesNotComeToItsEndLeavesNoImage() throws Exception {
    Blueprint blueprint = builds.script("half", "echo 1 >/one\n");
    Farm.Built built = builds.build(blueprint);
    Path stuck = Files.createDirectory(built.folder().resolve("stuck"));
    run("mount", "-t", "tmpfs", "tmpfs", stuck.toString());
    try {
      assertThatThrownBy(() -> builds.farm.remove(built.image()))
          .isInstanceOf(java.io.IOException.class);
      assertThat(built.folder()).exists();
      assertThat(builds.farm.find(blueprint)).isEmpty();
    } finally {
      run("umount", stuck.toString());
    }
    assertThat(builds.build(blueprint).cached()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6, 8})
  void aFullDiskIsToldAndWhenThereIsRoomTheBuildGoesOn(int mib) throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=" + mib + "m", "tmpfs", small.toString());
    try {
      Builds full = new Builds(small, Builds.SMALL);
      Blueprint image = full.script("s", "dd if=/dev/urandom of=/large bs=1M count=3\n");
      FarmException told = catchThrowableOfType(FarmException.class, () -> full.build(image));
      assertThat(told).hasMessageContaining("o space left on ");
      full.assertNothingLeft();
      run("mount", "-o", "remount,size=64m", small.toString());
      assertThat(full.farm.check(full.build(image).image())).isEmpty();
    } finally {
      run("umount", "--lazy", small.toString());
    }
  }

  /** In the kernel's table of locks, since a process may look at its own in no other way. */
  @Test
  void aFarmThatIsOpenedAgainLeavesTheLocksOfWhatIsBeingMade() throws Exception {
    FarmFolder.Work work = new FarmFolder(builds.farmFolder).work();
    String entry =
        " "
            + ProcessHandle.current().pid()
            + " [0-9a-f:]+:"
            + Files.getAttribute(work.lock(), "unix:ino")
            + " ";
    try (work) {
      Farm.open(builds.farmFolder, Builds.SMALL, Map.of(), InstantSource.system());
      assertThat(work.folder()).exists();
      assertThat(Files.readString(Path.of("/proc/locks"))).containsPattern(entry);
    }
  }

  @Test
  void manyMayGiveOneImageAtTheSameTime() throws Exception {
    Farm.Built built = builds.build(builds.script("given", "echo 1 >/one\n"));
    Path into = folder.resolve("images/given");
    List<FutureTask<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<Boolean> task =
          new FutureTask<>(() -> {
            builds.farm.give(built.image(), into);
            return true;
          });
      Thread.ofPlatform().start(task);
      tasks.add(task);
    }
    for (FutureTask<Boolean> task : tasks) {
      assertThat(task.get()).isTrue();
    }
    assertThat(into.resolve("root.tar")).hasSameBinaryContentAs(built.folder().resolve("root.tar"));
    try (var left = Files.list(folder.resolve("images"))) {
      assertThat(left).containsExactly(into);
    }
  }

  @Test
  void aTreeThatDoesNotFitItsDiskIsToldSo() throws Exception {
    builds.script("big", "dd if=/dev/urandom of=/x bs=1M count=20\n");
    FarmException refused =
        catchThrowableOfType(
            FarmException.class,
            () -> builds.build(builds.blueprint("big", Optional.of(ImageFormat.RAW))));
    assertThat(refused).hasMessageContaining("does not fit into 16 MiB");
  }

  @Test
  void aDiskThatRefersToAnotherFileIsNotImported() throws Exception {
    Path secret = folder.resolve("secret.raw");
    Path qcow2 = folder.resolve("x.qcow2");
    run("truncate", "-s", "1M", secret.toString());
    run("mkfs.ext4", "-q", secret.toString());
    run(
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-b",
        secret.toString(),
        "-F",
        "raw",
        qcow2.toString());
    FarmException refused =
        catchThrowableOfType(
            FarmException.class,
            () ->
                builds.farm.take(
                    new Import.Wish(qcow2, "cloud", Optional.empty(), Optional.empty())));
    assertThat(refused).hasMessageContaining("refers to another file");
    Farm.Built taken =
        builds.farm.take(new Import.Wish(secret, "plain", Optional.empty(), Optional.empty()));
    assertThat(taken.folder().resolve("disk.qcow2")).exists();
    assertThat(builds.farm.check(taken.image())).isEmpty();
  }

  private static void run(String... words) throws Exception {
    assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
  }
}
