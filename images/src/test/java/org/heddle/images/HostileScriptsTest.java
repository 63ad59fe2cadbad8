package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts and files of a recipe cannot do. */
@Tag("real")
final class HostileScriptsTest {
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

  private FarmException fails(String commands) {
    return catchThrowableOfType(
        FarmException.class, () -> builds.build(builds.script("hostile", commands)));
  }

  @Test
  void aForkBombEndsWithItsBuild() {
    long before = ProcessHandle.allProcesses().count();
    FarmException ended = fails("bomb() { bomb | bomb & }\nbomb\nsleep 2\nexit 3\n");
    assertThat(ended).isNotNull();
    assertThat(ProcessHandle.allProcesses().count()).isLessThan(before + 50);
  }

  @Test
  void aDiskFillerFillsItsLimitAndNotTheHost() throws Exception {
    long before = Files.getFileStore(folder).getUsableSpace();
    FarmException ended = fails("dd if=/dev/zero of=/fill bs=1M count=2000\n");
    assertThat(ended)
        .hasMessageContaining("limit of 32 MiB of disk")
        .hasMessageContaining("No space");
    assertThat(ended.log())
        .hasValueSatisfying(log -> assertThat(log).content().contains("No space"));
    assertThat(Files.getFileStore(folder).getUsableSpace()).isGreaterThan(before - (1L << 30));
  }

  @Test
  void aMemoryHogIsKilled() {
    FarmException ended = fails("x=0123456789; while :; do x=$x$x; done\n");
    assertThat(ended.kind()).isIn(FarmException.Kind.FAILED, FarmException.Kind.TIMED_OUT);
  }

  @Test
  void aListOfPackagesThatIsNoneIsNotRead() {
    assertThat(fails("mkdir -p /var/lib/dpkg; truncate -s 3G /var/lib/dpkg/status\n"))
        .hasMessageContaining("3072 MiB: that is not dpkg's");
  }

  @Test
  void aScriptThatDoesNotEndIsEnded() throws Exception {
    Builds quick =
        new Builds(folder.resolve("quick"), new Limits(Duration.ofSeconds(2), 256, 64, 32));
    FarmException ended =
        catchThrowableOfType(
            FarmException.class,
            () -> quick.build(quick.script("slow", "sleep 1000 & sleep 1000\n")));
    assertThat(ended.kind()).isEqualTo(FarmException.Kind.TIMED_OUT);
    assertThat(ended).hasMessageContaining("limit of 2 s");
    quick.assertNothingLeft();
  }

  @Test
  void thereIsNoWayToTheHostsFilesDevicesSettingsOrNetwork() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "of the host");
    String tried =
        """
        exec 2>/dev/null
        set +e
        mount -t tmpfs none /mnt && echo mounted >>/found
        mount -t proc none /mnt && echo mounted-proc >>/found
        mknod /disk b 254 0 && dd if=/disk of=/dev/null count=1 && echo device >>/found
        for up in .. ../.. ../../../../../../..; do
          [ -e "$up%1$s" ] && echo up >>/found
        done
        [ -e /proc/1/root%1$s ] && echo root-of-1 >>/found
        [ -e %1$s ] && echo path >>/found
        echo core >/proc/sys/kernel/core_pattern && echo sysctl >>/found
        echo b >/proc/sysrq-trigger && echo sysrq >>/found
        mkdir -p /a /b && chroot /a /bin/true || true; cd /; for i in 1 2 3 4 5 6 7 8; do cd ..; done
        [ -e .%1$s ] && echo chroot >>/found
        hostname other && echo renamed >>/found
        ip link add dummy0 type dummy && echo network >>/found
        ping -c 1 -W 1 127.0.0.1 >/dev/null; grep -v lo: /proc/net/dev | grep : && echo cards >>/found
        kill -0 %2$d && echo sees-process >>/found
        ls /sys/fs/cgroup/* && echo cgroups >>/found
        echo done >>/found
        exit 0
        """
            .formatted(secret, ProcessHandle.current().pid());
    Farm.Built built = builds.build(builds.script("curious", tried));
    assertThat(builds.content(built, "/found")).isEqualTo("done\n");
    assertThat(secret).hasContent("of the host");
  }

  @Test
  void aLinkInTheTreeLeadsNoFileOutOfIt() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path target = Files.writeString(outside.resolve("file"), "untouched");
    builds.recipe(
        "base",
        "",
        "scripts:\n  - |\n    PATH=/bin; busybox --install -s /bin\n    ln -s "
            + outside
            + " /door\n"
            + "    ln -s "
            + target
            + " /window\n    mkdir /up; ln -s ../../../../../.."
            + outside
            + " /up/door\n");
    builds.write(
        "lib/recipes/through.yaml",
        """
        name: through
        from: base
        files:
          - {path: /door/new, content: through the door}
          - {path: /window, content: through the window}
          - {path: /up/door/other, content: up and out}
        """);
    FarmException refused =
        catchThrowableOfType(FarmException.class, () -> builds.build(builds.blueprint("through")));

    // A link to a folder that is not in the tree leads nowhere: the build is refused.
    assertThat(refused).hasMessageContaining("writing files");
    assertThat(outside).isDirectoryContaining(path -> path.equals(target));
    assertThat(target).hasContent("untouched");
    try (var left = Files.list(outside)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void aLinkThatIsAskedForGivesNothingOfTheHost() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "of the host");
    builds.script("liar", "ln -s " + secret + " /given\n");
    builds.recipe("asks", "  - {path: /got, image: liar, source: /given}\n", "");
    FarmException refused =
        catchThrowableOfType(FarmException.class, () -> builds.build(builds.blueprint("asks")));
    assertThat(refused).hasMessageContaining("link to nowhere");
  }

  @Test
  void aCommandOfTheHostMakesDevicesInAnEmptyTreeAndInNoOther() throws Exception {
    String words = "mknod $HEDDLE_TREE/null c 1 3 && echo x >$HEDDLE_TREE/null; ls $HEDDLE_TREE";
    assertThat(onTheHost("base", List.of(), words)).isEqualTo("null\n");
    Path layer = Files.createDirectory(folder.resolve("layer"));
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "of the host");
    Files.createSymbolicLink(layer.resolve("door"), outside);
    assertThat(onTheHost("later", List.of(layer), words + "; ls $HEDDLE_TREE/door/"))
        .isEqualTo("door\n");
  }

  private String onTheHost(String name, List<Path> layers, String words) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    FarmFolder farm = new FarmFolder(builds.farmFolder);
    Path work = Files.createDirectory(folder.resolve(name));
    Path changes = Files.createDirectory(work.resolve("changes"));
    try (Log log = new Log(work.resolve("log"))) {
      new Sandbox(farm, Sandbox.Action.HOST, layers, work.resolve("run"))
          .writing(changes)
          .arguments(List.of("sh", "-c", words + "; true"))
          .run(name, said, log);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aCancelledBuildLeavesNothingAndCanBeRepeated() throws Exception {
    var image = builds.script("waits", "[ -e /run/never ] || sleep 1000\n");
    FutureTask<Farm.Built> task = new FutureTask<>(() -> builds.build(image));
    Thread thread = Thread.ofPlatform().start(task);
    Path works = builds.farmFolder.resolve("work");
    for (int i = 0; i < 9600 && !runs(works, "run-scripts"); i++) {
      TimeUnit.MILLISECONDS.sleep(25);
    }
    assertThat(runs(works, "run-scripts")).as("the script was reached").isTrue();
    thread.interrupt();
    thread.join(TimeUnit.MINUTES.toMillis(4));
    assertThat(thread.isAlive()).isFalse();
    builds.assertNothingLeft();
    assertThat(builds.build(builds.script("waits", "echo fine >/out\n")).cached()).isFalse();
  }

  private static boolean runs(Path works, String part) throws Exception {
    try (var all = Files.walk(works, 2)) {
      return all.anyMatch(path -> path.endsWith(part));
    } catch (java.io.UncheckedIOException changing) {
      return false;
    }
  }
}
