package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.heddle.dist.Main;
import org.heddle.drivers.Folders;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import org.heddle.wiring.Shell;

/**
 * Hosts of one site fetch one image from another site at the same time, over a link of limited
 * rate: processes of their own in network namespaces. Needs root. What the link carried is what its
 * device counted.
 */
public final class SwarmBench implements AutoCloseable {
  private static final String NETWORK = "10.250.0.";
  private static final int PORT = 8750;
  private static final String LINK = "far";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PULL = Duration.ofMinutes(15);

  private final String mark = "hs" + ProcessHandle.current().pid();
  private final Path folder;
  private final int hosts;
  private final Consumer<String> log;

  /** With the files of what they say. */
  private final SequencedMap<Path, Process> servers = new LinkedHashMap<>();

  private final List<String> namespaces = new ArrayList<>();

  /**
   * What was measured.
   *
   * @param oneBytes what the link carried when one host fetched alone
   * @param allBytes what it carried when all did at once
   */
  public record Result(
      int hosts,
      long imageBytes,
      int mbit,
      long oneBytes,
      double oneSeconds,
      long allBytes,
      double allSeconds,
      List<Double> releaseSeconds) {
    /** Copies of the image on the link, as one host's fetch is one. */
    public double copies() {
      return (double) allBytes / oneBytes;
    }

    /** Time of all to the time of one. */
    public double ratio() {
      return allSeconds / oneSeconds;
    }
  }

  /**
   * @param folder is emptied at the end
   */
  public SwarmBench(Path folder, int hosts, Consumer<String> log) {
    this.folder = folder;
    this.hosts = hosts;
    this.log = log;
  }

  /** Measures one host, then all. */
  public Result run(long imageBytes, int mbit) throws IOException, InterruptedException {
    layNetwork(mbit);
    store(imageBytes);
    serve("origin", 1, folder.resolve("origin"));
    for (int i = 0; i < hosts; i++) {
      serve("h" + i, host(i), folder.resolve("store" + i));
    }
    awaitServed();
    log.accept("one host alone");
    long before = carried();
    List<Double> one = pull(List.of(pulling(0, folder.resolve("alone"), List.of())));
    long oneBytes = carried() - before;
    log.accept(hosts + " hosts at once");
    List<String> all = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      all.add(url(host(i)));
    }
    List<List<String>> commands = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      commands.add(pulling(i, folder.resolve("store" + i), all));
    }
    before = carried();
    List<Double> times = pull(commands);
    long allBytes = carried() - before;
    return new Result(
        hosts,
        imageBytes,
        mbit,
        oneBytes,
        one.getFirst(),
        allBytes,
        times.stream().max(Comparator.naturalOrder()).orElseThrow(),
        times);
  }

  private static int host(int number) {
    return 10 + number;
  }

  private static String url(int address) {
    return "http://" + NETWORK + address + ":" + PORT;
  }

  private String namespace(String name) {
    return mark + "-" + name;
  }

  private void layNetwork(int mbit) throws IOException {
    Shell shell = Shell.here();
    add(shell, "site");
    Shell site = Shell.in(namespace("site"));
    site.run("ip", "link", "add", "lan", "type", "bridge", "stp_state", "0", "forward_delay", "0");
    site.run("ip", "link", "set", "lan", "up");
    join(shell, "origin", 1, LINK);
    for (int i = 0; i < hosts; i++) {
      join(shell, "h" + i, host(i), "eth0");
    }
    String rate = mbit + "mbit";
    Shell origin = Shell.in(namespace("origin"));
    for (String[] end : new String[][] {{"origin", LINK}, {"site", "to-origin"}}) {
      Shell.in(namespace(end[0]))
          .run(
              "tc", "qdisc", "add", "dev", end[1], "root", "tbf", "rate", rate, "burst", "64kb",
              "latency", "100ms");
    }
    log.accept("link: " + origin.run("tc", "qdisc", "show", "dev", LINK).strip());
  }

  private void add(Shell shell, String name) throws IOException {
    shell.run("ip", "netns", "add", namespace(name));
    namespaces.add(namespace(name));
    Shell.in(namespace(name)).run("ip", "link", "set", "lo", "up");
  }

  private void join(Shell shell, String name, int address, String device) throws IOException {
    add(shell, name);
    String other = "to-" + name;
    shell.run(
        "ip",
        "link",
        "add",
        device,
        "netns",
        namespace(name),
        "type",
        "veth",
        "peer",
        "name",
        other,
        "netns",
        namespace("site"));
    Shell.in(namespace("site")).run("ip", "link", "set", other, "master", "lan", "up");
    Shell here = Shell.in(namespace(name));
    here.run("ip", "addr", "add", NETWORK + address + "/24", "dev", device);
    here.run("ip", "link", "set", device, "up");
  }

  /** Bytes that the origin has put on the link. */
  private long carried() throws IOException {
    String counter = "/sys/class/net/" + LINK + "/statistics/tx_bytes";
    return Long.parseLong(Shell.in(namespace("origin")).run("cat", counter).strip());
  }

  /** What cannot be compressed, so that bytes on the link are bytes of the image. */
  private void store(long bytes) throws IOException {
    Path image = folder.resolve("image");
    Random random = new Random(bytes);
    byte[] piece = new byte[1 << 20];
    try (FileChannel out =
        FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += piece.length) {
        random.nextBytes(piece);
        int length = (int) Math.min(piece.length, bytes - at);
        out.write(java.nio.ByteBuffer.wrap(piece, 0, length));
      }
    }
    try (StoreWriter writer = Store.openOrCreate(folder.resolve("origin")).writer()) {
      new Maker(writer, Progress.NONE).make(image, "image", true);
    }
    for (int i = 0; i < hosts; i++) {
      Store.openOrCreate(folder.resolve("store" + i));
    }
  }

  private void serve(String name, int address, Path store) throws IOException {
    Path said = folder.resolve(name + ".log");
    List<String> command =
        program(
            name,
            "store",
            "serve",
            "--store",
            store.toString(),
            "--read-only",
            "--listen",
            NETWORK + address + ":" + PORT);
    Process server =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    servers.put(said, server);
  }

  private void awaitServed() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    for (Map.Entry<Path, Process> served : servers.entrySet()) {
      Path said = served.getKey();
      while (!Files.readString(said).startsWith("serving")) {
        if (!served.getValue().isAlive() || System.nanoTime() - begin > START.toNanos()) {
          throw new IOException("a store is not served: " + Files.readString(said));
        }
        Thread.sleep(50);
      }
    }
  }

  private List<String> program(String name, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ip",
                "netns",
                "exec",
                namespace(name),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private List<String> pulling(int number, Path store, List<String> members) {
    List<String> command =
        program("h" + number, "store", "pull", url(1) + "/image", "--store", store.toString());
    if (!members.isEmpty()) {
      command.addAll(List.of("--me", url(host(number))));
      members.forEach(member -> command.addAll(List.of("--from", member)));
    }
    return command;
  }

  /** Runs them at once; seconds until each ended. */
  private List<Double> pull(List<List<String>> commands) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    List<Process> pulls = new ArrayList<>();
    try {
      for (int i = 0; i < commands.size(); i++) {
        Path said = folder.resolve("pull" + i + ".log");
        pulls.add(
            new ProcessBuilder(commands.get(i))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start());
      }
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < pulls.size(); i++) {
        seconds.add(await(pulls.get(i), folder.resolve("pull" + i + ".log"), begin));
      }
      return seconds;
    } finally {
      pulls.forEach(Process::destroyForcibly);
    }
  }

  private static double await(Process pull, Path said, long begin)
      throws IOException, InterruptedException {
    if (!pull.waitFor(PULL.toSeconds(), TimeUnit.SECONDS) || pull.exitValue() != 0) {
      throw new IOException("a pull failed: " + Files.readString(said));
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  @Override
  public void close() throws IOException {
    for (Process server : servers.values()) {
      server.destroy();
      server.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(_ -> server).join();
      server.destroyForcibly().onExit().join();
    }
    for (String namespace : namespaces) {
      Shell.here().run("ip", "netns", "del", namespace);
    }
    Folders.remove(folder);
  }
}
