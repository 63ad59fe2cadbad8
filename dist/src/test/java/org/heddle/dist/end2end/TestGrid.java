package org.heddle.dist.end2end;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.heddle.api.AgentApi.ExecRequest;
import org.heddle.api.AgentApi.ExecResponse;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.api.VjobFile;
import org.heddle.dist.box.Box;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.box.BoxSpec;
import org.heddle.dist.box.GridInABox;
import org.heddle.model.VjobSpec;

/** A grid in a box with real guests for a test class; what it made is removed on close. */
final class TestGrid implements AutoCloseable {
  /** Two sites with one small host each: room for one or two tiny guests a host. */
  static final BoxSpec SMALL = new BoxSpec(2, 1, 2, 256, 4096, 20, 1000, 500);

  static final String MAIN = "org.heddle.dist.Main";

  /** A vjob's command: checks its memory again and again until {@link #finish} tells it. */
  static final String UNTIL_TOLD = "until [ -e /run/go ]; do memcheck 24 10 || exit 1; done";

  /** Emulated guests on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  final Path state;
  final GridInABox box;
  GridClient client;
  Box shape;

  private TestGrid(Path state, GridInABox box, GridInABox.Up up) throws IOException {
    this.state = state;
    this.box = box;
    this.shape = up.box();
    this.client = GridClient.http(URI.create(up.url()), box.token());
  }

  /** A small grid that is up. */
  static TestGrid up(String name) throws Exception {
    return up(name, SMALL);
  }

  static TestGrid up(String name, BoxSpec spec) throws Exception {
    Path state = folder(name);
    GridInABox box = box(state);
    return new TestGrid(state, box, box.up(_ -> spec));
  }

  /** The grid of that folder, which another program has brought up. */
  static TestGrid join(Path state) throws Exception {
    GridInABox box = box(state);
    return new TestGrid(state, box, box.up(spec -> spec));
  }

  /** A state folder with the image tiny, and nothing that a run that was cut short left. */
  static Path folder(String name) throws Exception {
    Path state = Path.of("target", "grids", name).toAbsolutePath();
    Files.createDirectories(state.resolve("images"));
    Path tiny = images().resolve("tiny");
    assertThat(tiny.resolve("image.json"))
        .as("the image tiny, which ./heddle setup and ./heddle images tiny make")
        .exists();
    Path link = state.resolve("images/tiny");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, tiny.toAbsolutePath().normalize());
    link(state.resolve("farm"), images().resolveSibling("farm"));
    link(state.resolve("library"), Path.of("..", "images"));
    purge(state);
    return state;
  }

  /** The farm and the recipes that the image tiny is made with: so nothing is fetched. */
  private static void link(Path name, Path to) throws IOException {
    boolean free = Files.isSymbolicLink(name) || !Files.exists(name);
    if (free && Files.isDirectory(to)) {
      Files.deleteIfExists(name);
      Files.createSymbolicLink(name, to.toAbsolutePath().normalize());
    }
  }

  static void purge(Path state) throws IOException, BoxException {
    box(state).down(true);
  }

  private static GridInABox box(Path state) {
    return new GridInABox(state, MAIN, line -> System.out.println("    " + line));
  }

  private static Path images() {
    String property = System.getProperty("heddle.images", "");
    String variable = System.getenv("HEDDLE_IMAGES");
    if (!property.isEmpty()) {
      return Path.of(property);
    }
    return variable != null ? Path.of(variable) : Path.of("..", ".heddle", "images");
  }

  /** Starts again what was killed. */
  List<String> upAgain() throws Exception {
    GridInABox.Up up = box.up(spec -> spec);
    client.close();
    client = GridClient.http(URI.create(up.url()), box.token());
    return up.started();
  }

  static VjobSpec vjob(String yaml) {
    VjobFile file = VjobFile.read("test.yaml", yaml, "tester");
    assertThat(file.problems()).isEmpty();
    return file.documents().getFirst().spec();
  }

  VjobView await(String vjob, String state) {
    return await(
        vjob + " " + state,
        () -> client.vjob(vjob),
        view -> view.state().equals(state) || view.state().equals("terminated"));
  }

  /** Tells the command of a vjob, which runs on its first machine, that it is enough. */
  VjobView finish(String vjob, String machine) {
    return await(
        vjob + " ended",
        500,
        () -> {
          VjobView view = client.vjob(vjob);
          if (!view.state().equals("terminated")) {
            exec(machine, "touch /run/go");
          }
          return view;
        },
        view -> view.state().equals("terminated"));
  }

  /** Asks until the answer is as wanted; a controller that is away is asked again. */
  <T> T await(String what, Supplier<T> question, Predicate<T> wanted) {
    return await(what, 200, question, wanted);
  }

  private <T> T await(String what, long everyMs, Supplier<T> question, Predicate<T> wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Object last = "no answer";
    while (System.nanoTime() < end) {
      try {
        T answer = question.get();
        if (wanted.test(answer)) {
          return answer;
        }
        last = answer;
      } catch (GridException away) {
        last = away;
      }
      sleep(everyMs);
    }
    throw new AssertionError("waited in vain for " + what + "; last seen: " + last);
  }

  /**
   * Waits until a context switch is under way in which an action of this verb is active. Asks
   * often: a suspend takes a fraction of a second.
   */
  SwitchView awaitSwitch(String verb) {
    return await(
            "an active " + verb,
            10,
            () -> client.status().currentSwitch(),
            view ->
                view.isPresent()
                    && view.get().actions().stream()
                        .anyMatch(action ->
                            action.action().equals(verb) && action.progress().equals("active")))
        .orElseThrow();
  }

  void awaitSettled() {
    await("a settled grid", () -> client.status(), status -> status.settled());
  }

  MachineView machine(String name) {
    return client.machine(name);
  }

  List<SwitchAction> done(String verb) {
    return client.switches(50).stream()
        .flatMap(view -> view.actions().stream())
        .filter(action -> action.action().equals(verb) && action.progress().equals("done"))
        .toList();
  }

  ExecResponse exec(String machine, String command) {
    return client.exec(machine, new ExecRequest(List.of("sh", "-c", command), "", 60));
  }

  /** What a program of Heddle's said and its exit code; it knows the grid by the state folder. */
  record Said(int exitCode, String words) {}

  /** Runs the command as a user does, as a process of its own. */
  Said command(String... words) throws Exception {
    Process process = program(state, words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), said);
  }

  /** The command {@code heddle}, with the classes under test. */
  static ProcessBuilder program(Path state, String... words) {
    List<String> line =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN));
    line.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("HEDDLE_STATE", state.toString());
    builder.environment().put("HEDDLE_HOME", state.toString());
    return builder;
  }

  /** Processes of this grid whose command line has all of these words. */
  List<ProcessHandle> processes(String... words) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        String line = commandLine(process);
        boolean ours = line.contains(state.toString()) || line.contains(shape.ramPrefix());
        if (ours && Stream.of(words).allMatch(line::contains)) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline")).replace('\0', ' ');
    } catch (IOException ended) {
      return "";
    }
  }

  /** The one QEMU process of a machine. */
  ProcessHandle guest(String machine) throws IOException {
    List<ProcessHandle> found = processes("qemu-system", machine);
    assertThat(found).as("processes of %s", machine).hasSize(1);
    return found.getFirst();
  }

  /** Kills a program of the grid as kill -9 does. */
  void kill(String... words) throws IOException {
    List<ProcessHandle> found = processes(words);
    assertThat(found).as("processes with %s", List.of(words)).isNotEmpty();
    for (ProcessHandle process : found) {
      process.destroyForcibly();
      process.onExit().join();
    }
  }

  /** In the end every machine that should live has one process, every other none. */
  void assertNothingLostOrDoubled() throws IOException {
    awaitSettled();
    for (MachineView machine : client.machines()) {
      List<ProcessHandle> live = processes("qemu-system", machine.name());
      int expected = machine.state().equals("running") ? 1 : 0;
      assertThat(live)
          .as("processes of %s, which is %s", machine.name(), machine.state())
          .hasSize(expected);
    }
  }

  /** Cancels and takes back what is left of a test. */
  void clear() {
    client.constraints().forEach(each -> client.removeConstraint(each.name()));
    for (VjobView vjob : client.vjobs()) {
      if (!vjob.state().equals("terminated")) {
        client.cancel(vjob.name());
        await(vjob.name(), "terminated");
      }
    }
    client.hosts().stream()
        .filter(host -> host.drained())
        .forEach(host -> client.undrain(host.name()));
    awaitSettled();
  }

  static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Optional<Integer> ok() {
    return Optional.of(0);
  }

  @Override
  public void close() throws IOException, BoxException {
    client.close();
    box.down(false);
    assertNothingLeft();
  }

  /** No process, namespace or RAM folder of the grid is there. */
  void assertNothingLeft() throws IOException {
    assertThat(processes()).as("processes left behind").isEmpty();
    try (Stream<Path> ram = Files.list(Path.of("/dev/shm"))) {
      assertThat(ram.filter(path -> path.toString().startsWith(shape.ramPrefix())))
          .as("RAM folders left behind")
          .isEmpty();
    }
    for (String namespace : shape.namespaces()) {
      assertThat(Path.of("/run/netns", namespace)).doesNotExist();
    }
  }
}
