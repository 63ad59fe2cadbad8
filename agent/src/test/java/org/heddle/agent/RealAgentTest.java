package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.heddle.api.AgentApi.ExecRequest;
import org.heddle.api.AgentApi.ExecResponse;
import org.heddle.api.AgentClient;
import org.heddle.api.JsonHttp;
import org.heddle.drivers.Folders;
import org.heddle.model.HostId;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineReport.RunStatus;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two agents as processes, and one guest that lives through all that is done to it. */
@Tag("real")
@Timeout(600)
final class RealAgentTest {
  private static final MachineId NODE = Fixtures.machine("node");
  private static final int ENOUGH_LINES = 3;

  /** Another one, such as debian, has a disk that moves too; it only takes longer. */
  private static final String IMAGE = System.getProperty("heddle.test.image", "tiny");

  /** Counts for as long as it is let; a lost or doubled write to memory shows in its output. */
  private static final String COUNT =
      "i=0; while [ ! -e /tmp/enough ]; do i=$((i+1)); echo $i; sleep 1; done; exit 5";

  @TempDir Path folder;
  private final HttpClient http = JsonHttp.newClient();
  private final List<RealHost> hosts = new ArrayList<>();
  private FakeController controller;
  private Path ram = Path.of("");
  private RealHost one;
  private RealHost two;

  private final class RealHost {
    final String name;
    private final Path state;
    private @Nullable Process process;
    private String url = "";
    private int port;

    RealHost(String name) {
      this.name = name;
      this.state = folder.resolve(name);
      hosts.add(this);
    }

    void start() throws IOException {
      Path told = folder.resolve(name + ".url");
      Files.deleteIfExists(told);
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx48m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Xss512k",
                  "-XX:-UsePerfData",
                  "-XX:MinHeapFreeRatio=10",
                  "-XX:MaxHeapFreeRatio=20",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  RealAgentMain.class.getName(),
                  name,
                  controller.url().toString(),
                  state.toString(),
                  ram.resolve(name).toString(),
                  images().toString(),
                  told.toString(),
                  String.valueOf(port))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log()))
              .start();
      Process started = process;
      await().until(() -> Files.exists(told) || !started.isAlive());
      assertThat(told).as(Files.readString(log().toPath())).exists();
      url = Files.readString(told);
      port = URI.create(url).getPort();
    }

    File log() {
      return folder.resolve(name + ".log").toFile();
    }

    void kill() throws InterruptedException {
      Process running = process;
      if (running != null) {
        running.destroyForcibly().waitFor();
      }
    }

    AgentClient client() {
      return new AgentClient(http, URI.create(url), Fixtures.TOKEN);
    }

    HostRef ref() {
      return new HostRef(new HostId(name), "127.0.0.1", url);
    }

    Outcome end(String id) {
      return await()
          .ignoreExceptions()
          .until(() -> client().operation(id).orElseThrow().outcome(), Optional::isPresent)
          .orElseThrow();
    }

    Outcome.Done done(String id, Operation operation) throws Exception {
      client().operate(id, operation);
      Outcome outcome = end(id);
      assertThat(outcome)
          .as(() -> id + "\n" + logText())
          .isInstanceOfSatisfying(
              Outcome.Done.class,
              done ->
                  System.out.printf(
                      "%-10s %5d ms, downtime %d ms%n",
                      id, done.endedMs() - done.startedMs(), done.downtimeMs()));
      return (Outcome.Done) outcome;
    }

    private String logText() {
      try {
        return Files.readString(log().toPath());
      } catch (IOException failed) {
        return failed.toString();
      }
    }

    String residentMemory() throws IOException {
      Process running = process;
      return running == null
          ? "none"
          : Files.readAllLines(Path.of("/proc/" + running.pid() + "/status")).stream()
              .filter(line -> line.startsWith("VmRSS") || line.startsWith("RssAnon"))
              .map(line -> line.replaceAll("\\s+", " "))
              .collect(Collectors.joining(", "));
    }

    Live live() throws Exception {
      return client().host().machines().stream()
          .filter(report -> report.machine().equals(NODE))
          .map(MachineReport::live)
          .findFirst()
          .orElse(Live.NONE);
    }

    String exec(String script) throws Exception {
      ExecResponse answer =
          client().exec(NODE, new ExecRequest(List.of("sh", "-c", script), "", 120));
      assertThat(answer.exitCode()).as(answer.error()).isZero();
      return answer.output();
    }

    String bootId() throws Exception {
      return exec("cat /proc/sys/kernel/random/boot_id");
    }
  }

  private static Path images() throws IOException {
    String named = System.getProperty("heddle.images", System.getenv("HEDDLE_IMAGES"));
    Path images =
        named == null ? Path.of("../.heddle/images").toAbsolutePath().normalize() : Path.of(named);
    if (!Files.exists(images.resolve(IMAGE).resolve(Image.DESCRIPTION))) {
      throw new IOException(
          "image '" + IMAGE + "' is not in " + images + ": run ./heddle setup first");
    }
    return images;
  }

  @BeforeEach
  void twoHosts() throws IOException {
    ram = Files.createTempDirectory(Path.of("/dev/shm"), "heddle-test-");
    Files.setPosixFilePermissions(ram, PosixFilePermissions.fromString("rwx--x--x"));
    controller = new FakeController();
    one = new RealHost("one");
    two = new RealHost("two");
    one.start();
    two.start();
  }

  /** Guests outlive agents, so they are looked for by the RAM folder in their command lines. */
  @AfterEach
  void nothingIsLeft() throws Exception {
    for (RealHost host : hosts) {
      host.kill();
    }
    controller.close();
    http.shutdownNow();
    for (ProcessHandle guest : guests()) {
      guest.destroyForcibly();
      guest.onExit().get();
    }
    Folders.remove(ram);
  }

  private List<ProcessHandle> guests() {
    return ProcessHandle.allProcesses().filter(process -> uses(process, ram)).toList();
  }

  private static boolean uses(ProcessHandle process, Path ram) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline"));
      String words = new String(line, UTF_8);
      return words.startsWith("/usr/bin/qemu") && words.contains(ram.toString());
    } catch (IOException ended) {
      return false;
    }
  }

  @Test
  void aGuestLivesThroughSuspensionMigrationAndTheDeathOfAgents() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1, IMAGE);
    one.done("boot", new Operation.Boot(launch));
    String bootId = one.bootId();
    one.done("run", new Operation.StartRun(NODE, COUNT));

    one.kill();
    assertThat(guests()).hasSize(1);
    one.start();
    assertThat(one.bootId()).isEqualTo(bootId);

    one.done("pause", new Operation.Pause(NODE, System.currentTimeMillis() + 200));
    one.done("save", new Operation.Save(NODE, "s1"));
    assertThat(guests()).isEmpty();
    Launch second = Fixtures.launch(NODE, 2, IMAGE);
    two.done("restore", new Operation.Restore(second, "s1", Optional.of(one.ref())));
    two.done("continue", new Operation.Continue(NODE, 0));
    assertThat(two.bootId()).isEqualTo(bootId);

    Outcome.Done back = two.done("migrate", new Operation.Migrate(second, one.ref()));
    assertThat(back.downtimeMs()).isBetween(1L, 10_000L);
    assertThat(two.live()).isEqualTo(Live.NONE);
    assertThat(one.bootId()).isEqualTo(bootId);

    one.exec(
        "while [ $(wc -l < /run/heddle/run.out) -le %d ]; do sleep 1; done; touch /tmp/enough"
            .formatted(ENOUGH_LINES));
    RunStatus run = end(one);
    assertThat(run.exitCode()).contains(5);
    List<Integer> counted = run.output().lines().map(Integer::valueOf).toList();
    assertThat(counted).hasSizeGreaterThan(ENOUGH_LINES);
    assertThat(counted)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, counted.size()).boxed().toList());

    System.out.println("agent " + one.residentMemory() + " and " + two.residentMemory());
    one.done("discard", new Operation.Discard(NODE, "s1"));
    one.done("stop", new Operation.Stop(NODE, false));
    assertThat(one.client().host().machines()).isEmpty();
    assertThat(guests()).isEmpty();
  }

  private static RunStatus end(RealHost host) {
    return await()
        .until(
            () ->
                host.client().host().machines().stream()
                    .flatMap(report -> report.run().stream())
                    .findFirst(),
            run -> run.flatMap(RunStatus::exitCode).isPresent())
        .orElseThrow();
  }

  @Test
  void anAgentKilledInAMigrationLeavesOneGuestAndTheTruth() throws Exception {
    Launch launch = Fixtures.launch(NODE, 1, IMAGE);
    one.done("boot", new Operation.Boot(launch));
    String bootId = one.bootId();
    RealHost from = one;
    RealHost to = two;
    for (int round = 0; round < 5; round++) {
      RealHost killed = round % 2 == 0 ? from : to;
      from.client().operate("move-" + round, new Operation.Migrate(launch, to.ref()));
      Thread.sleep(100L * round);
      killed.kill();
      killed.start();
      Outcome outcome = from.end("move-" + round);
      String who = killed == from ? "source" : "target";
      System.out.printf("%s killed after %d ms: %s%n", who, 100 * round, outcome);
      RealHost has = from.live() == Live.RUNNING ? from : to;
      RealHost hasNot = has == from ? to : from;
      assertThat(has.live()).isEqualTo(Live.RUNNING);
      assertThat(hasNot.live()).isIn(Live.NONE, Live.INCOMING);
      assertThat(has.bootId()).isEqualTo(bootId);
      if (hasNot.live() == Live.INCOMING) {
        hasNot.done("clear-" + round, new Operation.Stop(NODE, true));
      }
      from = has;
      to = hasNot;
    }
    from.done("stop", new Operation.Stop(NODE, true));
    assertThat(guests()).isEmpty();
  }
}
