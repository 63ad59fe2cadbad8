package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.heddle.drivers.Folders;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;

/**
 * Hosts of one site fetch one image from another site at the same time, over a link of limited
 * rate: processes of their own in network namespaces. Needs root. What the link carried is what its
 * device counted.
 */
public final class SwarmBench implements AutoCloseable {
  private static final String ORIGIN = "origin";
  private static final Duration PULL = Duration.ofMinutes(15);

  private final Path folder;
  private final List<String> hosts = new ArrayList<>();
  private final Consumer<String> log;

  private final LimitedSite site;
  private final StoreServers servers;

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
  public SwarmBench(Path folder, int hosts, Consumer<String> log) throws IOException {
    this.folder = folder;
    this.log = log;
    List<String> names = new ArrayList<>(List.of(ORIGIN));
    for (int i = 0; i < hosts; i++) {
      this.hosts.add("h" + i);
    }
    names.addAll(this.hosts);
    this.servers = new StoreServers(folder);
    this.site = new LimitedSite("hs" + ProcessHandle.current().pid(), names);
  }

  /** Measures one host, then all. */
  public Result run(long imageBytes, int mbit) throws IOException, InterruptedException {
    site.limit(ORIGIN, mbit);
    store(imageBytes);
    serve(ORIGIN);
    for (String host : hosts) {
      serve(host);
    }
    servers.awaitServed();
    log.accept("one host alone");
    long before = site.sent(ORIGIN);
    List<Double> one = pull(List.of(pulling(hosts.getFirst(), folder.resolve("alone"), List.of())));
    long oneBytes = site.sent(ORIGIN) - before;
    log.accept(hosts.size() + " hosts at once");
    List<List<String>> commands = new ArrayList<>();
    for (String host : hosts) {
      commands.add(pulling(host, folder.resolve(host), hosts.stream().map(this::url).toList()));
    }
    before = site.sent(ORIGIN);
    List<Double> times = pull(commands);
    long allBytes = site.sent(ORIGIN) - before;
    return new Result(
        hosts.size(),
        imageBytes,
        mbit,
        oneBytes,
        one.getFirst(),
        allBytes,
        times.stream().max(Comparator.naturalOrder()).orElseThrow(),
        times);
  }

  private String url(String host) {
    return StoreServers.url(site.address(host));
  }

  private void serve(String host) throws IOException {
    Path store = folder.resolve(host);
    servers.serve(host, site.in(host), store, site.address(host), List.of("--read-only"));
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
    try (StoreWriter writer = Store.openOrCreate(folder.resolve(ORIGIN)).writer()) {
      new Maker(writer, Progress.NONE).make(image, "image", true);
    }
    for (String host : hosts) {
      Store.openOrCreate(folder.resolve(host));
    }
  }

  private List<String> pulling(String host, Path store, List<String> members) {
    List<String> command = new ArrayList<>(site.in(host));
    command.addAll(StoreServers.program());
    command.addAll(List.of("store", "pull", url(ORIGIN) + "/image"));
    command.addAll(List.of("--store", store.toString()));
    if (!members.isEmpty()) {
      command.addAll(List.of("--me", url(host)));
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
    servers.close();
    site.close();
    Folders.remove(folder);
  }
}
