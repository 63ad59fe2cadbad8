package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.heddle.drivers.Capability.LiveMigrating.Incoming;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.drivers.MachineConfig.ImageFiles;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;
import org.heddle.model.Resources;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only real guests show: that no byte of memory or disk is lost on the way. */
@Tag("real")
@Timeout(600)
class QemuGuestTest {
  private static final MachineId MACHINE = MachineId.parse("node1.guest");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;
  private QemuWorld world;
  private QemuDriver a;
  private QemuDriver b;

  @BeforeEach
  void open() throws Exception {
    world = new QemuWorld(folder);
    a = new QemuDriver(world.config("a"));
    b = new QemuDriver(world.config("b"));
  }

  @AfterEach
  void close() throws Exception {
    a.stop(MACHINE, Duration.ZERO);
    b.stop(MACHINE, Duration.ZERO);
    a.close();
    b.close();
    world.close();
  }

  @Test
  void memoryAndDiskStayRightOverMigrationsAndASuspend() throws Exception {
    MachineConfig config = withDisk();
    a.boot(config);
    a.awaitReady(MACHINE, PATIENCE);
    shell(a, "memcheck 16 1000000 >/run/memory 2>&1 &");
    shell(
        a,
        "(i=0; while :; do printf n%07d $i | dd of=/dev/vda bs=512 seek=$i conv=sync,fsync;"
            + " echo $i >/run/written; i=$((i+1)); done) >/dev/null 2>&1 &");
    QemuDriver here = a;
    QemuDriver there = b;
    for (int move = 0; move < 3; move++) {
      awaitProgress(here);
      Incoming incoming = prepareBesideOthers(there, config);
      Instant stopped = here.migrate(MACHINE, incoming, _ -> {});
      Instant started = there.arrive(MACHINE, PATIENCE);
      assertThat(Duration.between(stopped, started)).isLessThan(Duration.ofSeconds(20));
      here.stop(MACHINE, Duration.ZERO);
      QemuDriver next = here;
      here = there;
      there = next;
    }
    awaitProgress(here);
    here.pause(MACHINE, Instant.EPOCH);
    here.save(MACHINE, "s1");
    try (Stream<Path> files = Files.list(here.savedState(MACHINE, "s1"))) {
      Path receiving = there.receiving(MACHINE, "s1");
      for (Path file : files.toList()) {
        Files.copy(file, receiving.resolve(file.getFileName().toString()));
      }
    }
    there.admit(MACHINE, "s1");
    there.restore(config, "s1");
    there.proceed(MACHINE, Instant.EPOCH);
    awaitProgress(there);
    assertNothingLost(there);
  }

  /** Ports of the range are in use by somebody else. */
  private Incoming prepareBesideOthers(QemuDriver driver, MachineConfig config) throws Exception {
    int first = world.config("a").ports().first();
    try (Closeable _ = occupied(first);
        Closeable _ = occupied(first + 2)) {
      Incoming incoming = driver.prepare(config, world.address());
      assertThat(List.of(incoming.memoryPort(), incoming.diskPort()))
          .doesNotContain(first, first + 2)
          .doesNotHaveDuplicates();
      return incoming;
    }
  }

  private Closeable occupied(int port) throws IOException {
    try {
      return new ServerSocket(port, 1, InetAddress.getByName(world.address()));
    } catch (BindException e) {
      return () -> {}; // by somebody else, indeed
    }
  }

  /** Memory passes and disk writes go on. */
  private void awaitProgress(QemuDriver driver) throws Exception {
    String counts = "grep -c pass /run/memory; cat /run/written";
    List<String> before = shell(driver, counts).lines().toList();
    await()
        .atMost(PATIENCE)
        .until(() -> {
          List<String> now = shell(driver, counts).lines().toList();
          return now.size() == 2
              && Integer.parseInt(now.get(0)) > Integer.parseInt(before.get(0)) + 1
              && (before.size() < 2 || !now.get(1).equals(before.get(1)));
        });
  }

  private void assertNothingLost(QemuDriver driver) throws Exception {
    assertThat(shell(driver, "grep pass /run/memory | grep -vc 'bad=0$'; true")).isEqualTo("0\n");
    assertThat(shell(driver, "grep -c failed /run/memory; true")).isEqualTo("0\n");
    // While the count is written anew the file is empty for a moment.
    String count = "n=; until [ \"$n\" ]; do n=$(cat /run/written); done; echo $n";
    int written = Integer.parseInt(shell(driver, count).strip());
    assertThat(written).isGreaterThan(10);
    assertThat(
            shell(
                driver,
                "echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/vda bs=512 count="
                    + written
                    + " 2>/dev/null | tr -d '\\000' | fold -w 8 | awk '$1 != sprintf(\"n%07d\", NR - 1) { bad++ }"
                    + " END { print NR, bad + 0 }'"))
        .isEqualTo(written + " 0\n");
  }

  @Test
  void targetKilledInMidStreamHarmsNothing() throws Exception {
    MachineConfig config = withDisk();
    a.boot(config);
    a.awaitReady(MACHINE, PATIENCE);
    shell(a, "yes noise | head -c 24000000 >/run/noise; memcheck 8 1000000 >/run/memory 2>&1 &");
    shell(a, "dd if=/dev/urandom of=/dev/vda bs=1M count=2 conv=fsync; md5sum </dev/vda >/run/sum");
    for (long after : new long[] {1, 4 << 20, 12 << 20}) {
      Incoming incoming = b.prepare(config, world.address());
      boolean disk = after == 1;
      int port = disk ? incoming.diskPort() : incoming.memoryPort();
      try (WatchedLink link = new WatchedLink(port, after, () -> kill("b"))) {
        Incoming watched =
            new Incoming(
                world.address(),
                disk ? incoming.memoryPort() : link.port(),
                disk ? link.port() : incoming.diskPort());
        assertThatThrownBy(() -> a.migrate(MACHINE, watched, _ -> {}))
            .isInstanceOf(DriverException.class);
        assertThat(link.done()).isTrue();
      }
      assertThat(live(a)).isEqualTo(Live.RUNNING);
      await().atMost(PATIENCE).until(() -> live(b) == Live.NONE);
    }
    a.migrate(MACHINE, b.prepare(config, world.address()), _ -> {});
    b.arrive(MACHINE, PATIENCE);
    assertThat(shell(b, "grep pass /run/memory | grep -vc 'bad=0$'; true")).isEqualTo("0\n");
    assertThat(shell(b, "echo 3 >/proc/sys/vm/drop_caches; md5sum </dev/vda | cmp - /run/sum"))
        .isEmpty();
  }

  @Test
  void saveThatFailsCanBeTriedAgainOrGivenUp() throws Exception {
    boot();
    Path blocked = world.config("a").stateDirectory().resolve("states").resolve("node1.guest");
    Files.writeString(blocked, "in the way");
    a.pause(MACHINE, Instant.EPOCH);
    assertThatThrownBy(() -> a.save(MACHINE, "s1")).isInstanceOf(DriverException.class);
    assertThat(live(a)).isEqualTo(Live.PAUSED);
    a.close();
    Files.delete(blocked);
    a = new QemuDriver(world.config("a"));
    assertThat(live(a)).isEqualTo(Live.PAUSED);
    a.save(MACHINE, "s1");
    a.restore(world.config(MACHINE, 2), "s1");
    a.discard(MACHINE, "s1");
    Files.writeString(blocked, "in the way");
    assertThatThrownBy(() -> a.save(MACHINE, "s2")).isInstanceOf(DriverException.class);
    Files.delete(blocked);
    a.proceed(MACHINE, Instant.EPOCH);
    assertThat(live(a)).isEqualTo(Live.RUNNING);
    shell(a, "echo later >/run/note");
    a.pause(MACHINE, Instant.EPOCH);
    a.save(MACHINE, "s3");
    a.restore(world.config(MACHINE, 3), "s3");
    a.proceed(MACHINE, Instant.EPOCH);
    assertThat(shell(a, "cat /run/note")).isEqualTo("later\n");
  }

  @Test
  void qemuIsConfinedTheConsoleIsReadAndTypedOnAndTheGuestGoesDownWhenAsked() throws Exception {
    boot();
    String status = Files.readString(Path.of("/proc/" + world.pid("a", MACHINE) + "/status"));
    assertThat(status).containsPattern("Uid:\\s65534\\s65534\\s65534\\s65534");
    assertThat(status).containsPattern("Seccomp:\\s2");
    assertThat(shell(a, "tar tf /dev/vda | head -1; cat /sys/block/vda/serial"))
        .isEqualTo("hosts\nheddle-seed");
    try (OutputStream line = a.input(MACHINE)) {
      line.write("\necho typed-$((40 + 2))\n".getBytes(UTF_8));
      await().atMost(PATIENCE).until(() -> console().contains("typed-42"));
    }
    assertThat(a.exec(MACHINE, List.of("sh", "-c", "kill -9 $$"), new byte[0], PATIENCE).exitCode())
        .isEqualTo(128 + 9);
    assertThatThrownBy(
            () -> a.exec(MACHINE, List.of("sleep", "1234"), new byte[0], Duration.ofMillis(300)))
        .extracting(thrown -> ((DriverException) thrown).code())
        .isEqualTo(Code.TIMED_OUT);
    await().atMost(PATIENCE).until(() -> shell(a, "ps | grep 'sleep 123[4]'; true").isEmpty());
    AtomicBoolean died = new AtomicBoolean();
    a.onDeath(_ -> died.set(true));
    a.stop(MACHINE, PATIENCE);
    assertThat(a.machines()).isEmpty();
    assertThat(died).isFalse();
    assertThat(world.config("a").ramDirectory()).isEmptyDirectory();
  }

  @Test
  void aProcessThatDoesNotAnswerKeepsNobodyFromStartingAndIsFoundWhenItDoes() throws Exception {
    boot();
    shell(a, "echo here >/run/note");
    a.close();
    long pid = world.pid("a", MACHINE);
    signal("STOP", pid);
    try {
      a = new QemuDriver(world.config("a"));
      assertThat(live(a)).isEqualTo(Live.RUNNING);
      assertThatThrownBy(() -> a.pause(MACHINE, Instant.EPOCH))
          .hasMessageContaining("has not answered");
    } finally {
      signal("CONT", pid);
    }
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(shell(a, "cat /run/note")).isEqualTo("here\n"));
    a.close();
    signal("STOP", pid);
    a = new QemuDriver(world.config("a"));
    a.stop(MACHINE, Duration.ZERO);
    // A child of this very program is there until its end has been heard.
    await()
        .atMost(PATIENCE)
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    assertThat(a.machines()).isEmpty();
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  @Test
  void bootWithoutRoomOrImageIsRefusedAndLeavesNothing() throws Exception {
    MachineConfig good = world.config(MACHINE, 1);
    ImageFiles image = good.image();
    assertRefused(
        Code.NO_IMAGE,
        with(
            good,
            good.demand(),
            new ImageFiles(Path.of("/no/vmlinuz"), image.initrd(), "", Optional.empty())));
    assertRefused(Code.NO_ROOM, with(good, new Resources(1, 1L << 30, 0), image));
    assertRefused(Code.DRIVER, with(good, new Resources(1_000_000, 128, 0), image));
    assertThat(a.machines()).isEmpty();
    assertThat(world.config("a").ramDirectory()).isEmptyDirectory();
  }

  private void assertRefused(Code code, MachineConfig config) {
    assertThatThrownBy(() -> a.boot(config))
        .extracting(thrown -> ((DriverException) thrown).code())
        .isEqualTo(code);
  }

  private void boot() throws DriverException {
    a.boot(world.config(MACHINE, 1));
    a.awaitReady(MACHINE, PATIENCE);
  }

  private MachineConfig withDisk() throws Exception {
    Path disk = folder.resolve("base.qcow2");
    Process create =
        new ProcessBuilder("qemu-img", "create", "-q", "-f", "qcow2", disk.toString(), "16M")
            .inheritIO()
            .start();
    assertThat(create.waitFor()).isZero();
    MachineConfig config = world.config(MACHINE, 1);
    ImageFiles tiny = config.image();
    return with(
        config,
        config.demand(),
        new ImageFiles(tiny.kernel(), tiny.initrd(), tiny.kernelArguments(), Optional.of(disk)));
  }

  private static MachineConfig with(MachineConfig config, Resources demand, ImageFiles image) {
    return new MachineConfig(
        config.machine(), config.incarnation(), demand, image, config.seed(), config.card());
  }

  private static String shell(QemuDriver driver, String command) throws DriverException {
    return driver.exec(MACHINE, List.of("sh", "-c", command), new byte[0], PATIENCE).output();
  }

  private String console() throws Exception {
    try (InputStream output = a.output(MACHINE, 0, false)) {
      return new String(output.readAllBytes(), UTF_8);
    }
  }

  private void kill(String host) {
    try {
      world.kill(host, MACHINE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Live live(QemuDriver driver) {
    return driver.machines().stream()
        .filter(report -> report.machine().equals(MACHINE))
        .map(report -> report.live())
        .findFirst()
        .orElse(Live.NONE);
  }
}
