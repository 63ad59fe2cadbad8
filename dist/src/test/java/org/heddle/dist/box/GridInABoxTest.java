package org.heddle.dist.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.heddle.api.Json;
import org.heddle.drivers.LiveProcess;
import org.heddle.wiring.Shell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The box with stand-ins for the programs: agents that sleep, a controller that says all is well.
 */
@Tag("real")
class GridInABoxTest {
  private static final BoxSpec SMALL = new BoxSpec(2, 1, 1, 64, 64, 10, 1000, 200);

  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();
  private final List<Process> strangers = new ArrayList<>();

  /** Agents do nothing, each by a command line of its own. */
  private record Stubs(Duration agentLife, boolean online) implements Programs {
    @Override
    public Daemon controller(Box box, BoxFolder folder, String token) {
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      List<String> command =
          List.of(
              java,
              "-Xmx32m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              StubController.class.getName(),
              String.valueOf(box.commandPort()),
              String.valueOf(online ? box.hosts().size() : 0));
      return daemon("controller", Optional.empty(), command, box, folder.controller());
    }

    @Override
    public Daemon agent(Box box, Box.Host host, BoxFolder folder, String token) {
      String own = "0.00" + host.name().substring("host".length());
      List<String> command = List.of("/usr/bin/sleep", agentLife.toSeconds() + "s", own);
      return daemon(
          "agent of " + host.name(),
          Optional.of(host.namespace()),
          command,
          box,
          folder.host(host));
    }

    private static Daemon daemon(
        String name, Optional<String> namespace, List<String> command, Box box, Path folder) {
      String word = name.split(" ", -1)[0];
      Map<String, String> environment = Map.of(BoxProcesses.MARK, BoxProcesses.mark(box));
      return new Daemon(name, namespace, command, environment, folder, word);
    }
  }

  private GridInABox grid(String name) {
    return grid(name, new Stubs(Duration.ofHours(1), true));
  }

  private GridInABox grid(String name, Stubs stubs) {
    return new GridInABox(new BoxFolder(folder.resolve(name)), stubs, said::add);
  }

  @AfterEach
  void takeDown() throws Exception {
    strangers.forEach(Process::destroyForcibly);
    try (Stream<Path> folders = Files.list(folder)) {
      for (Path each : folders.toList()) {
        grid(each.getFileName().toString()).down(true);
      }
    }
  }

  @Test
  void aSecondUpStartsNothing() throws Exception {
    GridInABox.Up first = grid("one").up(_ -> SMALL);
    assertThat(first.started()).containsExactly("controller", "agent of host1", "agent of host2");
    List<LiveProcess> before = new BoxProcesses(first.box()).all();

    GridInABox.Up second = grid("one").up(spec -> spec);
    assertThat(second.started()).isEmpty();
    assertThat(second.box()).isEqualTo(first.box());
    assertThat(new BoxProcesses(first.box()).all()).isEqualTo(before).hasSize(3);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("one"))))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("one/client.json"))))
        .isEqualTo("rw-------");
  }

  @Test
  void whatWasKilledIsStartedAgainAndNothingElse() throws Exception {
    Box box = grid("one").up(_ -> SMALL).box();
    LiveProcess agent = agentOf(box, "host1");
    LiveProcess guest = guestIn(box, "host2");
    ProcessHandle.of(agent.pid()).orElseThrow().destroyForcibly();
    awaitEnd(agent);

    assertThat(grid("one").up(spec -> spec).started()).containsExactly("agent of host1");
    assertThat(agentOf(box, "host1")).isNotEqualTo(agent);

    LiveProcess controller = process(folder.resolve("one/controller/controller.pid"));
    ProcessHandle.of(controller.pid()).orElseThrow().destroyForcibly();
    awaitEnd(controller);
    assertThat(grid("one").up(spec -> spec).started()).containsExactly("controller");
    assertThat(guest.alive()).isTrue();
  }

  @Test
  void downLeavesNothingButTheStateFolder() throws Exception {
    Box box = grid("one").up(_ -> SMALL).box();
    LiveProcess guest = guestIn(box, "host2");
    Path ram = Path.of(box.ramFolder(box.hosts().getFirst()), "machine");
    Files.createDirectories(ram);
    Files.writeString(ram.resolve("ram"), "pages");
    LiveProcess stranger = stranger("sleep", "3600");

    grid("one").down(false);
    assertThat(new BoxProcesses(box).all()).isEmpty();
    assertThat(guest.alive()).isFalse();
    assertThat(new BoxNetwork(box).traces()).isFalse();
    assertThat(ram.getParent()).doesNotExist();
    assertThat(folder.resolve("one/client.json")).doesNotExist();
    assertThat(Mounts.below(folder.toRealPath() + "/")).isEmpty();
    assertThat(folder.resolve("one/network")).doesNotExist();
    assertThat(folder.resolve("one/box.json")).exists();
    assertThat(stranger.alive()).as("a process that is none of ours").isTrue();

    grid("one").down(false);
    assertThat(grid("one").up(spec -> spec).box().spec()).as("as it was").isEqualTo(SMALL);
    grid("one").down(true);
    try (Stream<Path> left = Files.list(folder.resolve("one"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("box.lock", "farm");
    }
  }

  @Test
  void downFindsWhatNoFileTellsOf() throws Exception {
    Box box = grid("one").up(_ -> SMALL).box();
    Shell.here().run("ip", "netns", "del", box.hosts().getFirst().namespace());
    for (String file : List.of("box.json", "hosts/host1/agent.pid", "controller/controller.pid")) {
      Files.delete(folder.resolve("one").resolve(file));
    }
    assertThat(new BoxProcesses(box).all()).hasSize(3);
    grid("one").down(false);
    assertThat(new BoxProcesses(box).all()).isEmpty();
    assertThat(new BoxNetwork(box).traces()).isFalse();
  }

  @Test
  void aStalePidFileIsNeverTakenForAnotherProcess() throws Exception {
    Box box = grid("one").up(_ -> SMALL).box();
    grid("one").down(false);
    LiveProcess stranger = stranger("sleep", "3600");
    Path pidFile = folder.resolve("one/hosts/host1/agent.pid");
    var stale = new Daemon.Started(stranger.pid(), 1, LiveProcess.boot(), List.of("sleep"));
    Files.writeString(pidFile, Json.write(stale));
    assertThat(grid("one").up(spec -> spec).started()).contains("agent of host1");
    assertThat(agentOf(box, "host1").pid()).isNotEqualTo(stranger.pid());
    var otherBoot =
        new Daemon.Started(stranger.pid(), stranger.startTicks(), "other", List.of("sleep"));
    Files.writeString(pidFile, Json.write(otherBoot));
    grid("one").down(false);
    assertThat(stranger.alive()).isTrue();
  }

  @Test
  void anAgentWhosePidFileWasNeverWrittenIsFoundAgain() throws Exception {
    Box box = grid("one").up(_ -> SMALL).box();
    LiveProcess agent = agentOf(box, "host1");
    Files.delete(folder.resolve("one/hosts/host1/agent.pid"));
    assertThat(grid("one").up(spec -> spec).started()).isEmpty();
    assertThat(agentOf(box, "host1")).isEqualTo(agent);
  }

  @Test
  void anotherSizeIsRefusedWhileTheGridIsUp() throws Exception {
    Box box = grid("one").up(_ -> SMALL).box();
    BoxSpec larger = new BoxSpec(2, 2, 1, 64, 64, 10, 1000, 200);
    assertThatThrownBy(() -> grid("one").up(_ -> larger))
        .isInstanceOfSatisfying(
            BoxException.class, e -> assertThat(e.kind()).isEqualTo(BoxException.Kind.CONFLICT))
        .hasMessageContaining("2 sites with 1 hosts")
        .hasMessageContaining("heddle down");
    assertThat(new BoxProcesses(box).all()).hasSize(3);
    grid("one").down(false);
    assertThat(grid("one").up(_ -> larger).box().hosts()).hasSize(4);
  }

  @Test
  void aProgramThatEndsAtOnceIsReportedWithItsLastWords() throws Exception {
    assertThatThrownBy(() -> grid("one", new Stubs(Duration.ZERO, false)).up(_ -> SMALL))
        .isInstanceOf(BoxException.class)
        .hasMessageContaining("agent of host")
        .hasMessageContaining("has ended");
  }

  @Test
  void twoFoldersHaveTwoGridsThatDoNotDisturbOneAnother() throws Exception {
    Box one = grid("one").up(_ -> SMALL).box();
    Box two = grid("two").up(_ -> SMALL).box();
    assertThat(two.id()).isNotEqualTo(one.id());
    assertThat(two.block()).isNotEqualTo(one.block());
    assertThat(two.commandPort()).isNotEqualTo(one.commandPort());
    grid("one").down(false);
    assertThat(new BoxProcesses(two).all()).hasSize(3);
    assertThat(grid("two").up(spec -> spec).started()).isEmpty();
  }

  private LiveProcess agentOf(Box box, String host) throws IOException {
    return process(Path.of(box.folder(), "hosts", host, "agent.pid"));
  }

  private static LiveProcess process(Path pidFile) throws IOException {
    Daemon.Started started = Json.read(Files.readString(pidFile), Daemon.Started.class);
    LiveProcess process = new LiveProcess(started.pid(), started.startTicks());
    assertThat(process.alive()).isTrue();
    return process;
  }

  /**
   * Looks like a QEMU that an agent has started and that outlived it: with an empty environment.
   */
  private LiveProcess guestIn(Box box, String host) throws IOException, InterruptedException {
    String script = "exec -c -a qemu-system-x86_64 sleep 3600";
    LiveProcess guest = stranger("ip", "netns", "exec", box.mark() + host, "bash", "-c", script);
    await(() -> BoxProcesses.isGuest(guest));
    return guest;
  }

  private LiveProcess stranger(String... command) throws IOException {
    Process process = new ProcessBuilder(command).start();
    strangers.add(process);
    return LiveProcess.find(process.pid()).orElseThrow();
  }

  private static void awaitEnd(LiveProcess process) throws InterruptedException {
    await(() -> !process.alive());
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      Thread.sleep(Duration.ofMillis(10));
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
