package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import org.heddle.dist.Main;

/** {@code heddle store serve} on hosts of a site, processes of their own, until closed. */
final class StoreServers implements AutoCloseable {
  private static final int PORT = 8750;
  private static final Duration START = Duration.ofSeconds(60);

  private final Path logs;

  /** With the files of what they say. */
  private final SequencedMap<Path, Process> servers = new LinkedHashMap<>();

  /**
   * @param logs folder for what they say
   */
  StoreServers(Path logs) {
    this.logs = logs;
  }

  /** How this program is started. */
  static List<String> program() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
  }

  /** Where the store of a host is served. */
  static String url(String address) {
    return "http://" + address + ":" + PORT;
  }

  /**
   * Starts one.
   *
   * @param in words before a command that run it on the host
   * @param options of {@code store serve}
   */
  void serve(String name, List<String> in, Path store, String address, List<String> options)
      throws IOException {
    Path said = logs.resolve(name + ".log");
    List<String> command = new ArrayList<>(in);
    command.addAll(program());
    command.addAll(List.of("store", "serve", "--store", store.toString()));
    command.addAll(List.of("--listen", address + ":" + PORT));
    command.addAll(options);
    servers.put(
        said,
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start());
  }

  void awaitServed() throws IOException, InterruptedException {
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

  @Override
  public void close() {
    for (Process server : servers.values()) {
      server.destroy();
      server.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(_ -> server).join();
      server.destroyForcibly().onExit().join();
    }
  }
}
