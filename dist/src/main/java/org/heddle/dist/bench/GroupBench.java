package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.heddle.api.Json;
import org.heddle.drivers.Folders;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import tools.jackson.databind.JsonNode;

/**
 * Hosts of a site, each behind a link of limited rate, bring what each has to one of them, and get
 * one image from it: as a person would do it, all at once, and by the schedule that {@code heddle
 * store gather} and {@code scatter} choose. Processes of their own in network namespaces; needs
 * root.
 */
public final class GroupBench implements AutoCloseable {
  private static final double START_SECONDS = 1.5;
  private static final String BEST = "best";

  /** What {@code --way} says; the best is what it chooses by itself. */
  private static final List<String> GATHER = List.of("naive", "queue", "halving to", BEST);

  private static final List<String> SCATTER = List.of("naive", BEST);

  private final Path folder;
  private final List<String> names = new ArrayList<>();
  private final LimitedSite site;
  private final int mbit;
  private final Consumer<String> log;
  private final StoreServers servers;

  /** One way to do it; times in seconds, the forecast's and the real ones. */
  public record Way(
      String what,
      String schedule,
      double forecastMean,
      double forecastAll,
      double mean,
      double all) {}

  /**
   * @param folder is emptied at the end
   * @param mbit of each host's link
   */
  public GroupBench(Path folder, int hosts, int mbit, Consumer<String> log) throws IOException {
    this.folder = folder;
    this.mbit = mbit;
    this.log = log;
    names.add("repo");
    for (int i = 0; i < hosts; i++) {
      names.add("h" + i);
    }
    this.servers = new StoreServers(folder);
    this.site = new LimitedSite("hg" + ProcessHandle.current().pid(), names);
    boolean laid = false;
    try {
      for (String name : names) {
        site.limit(name, mbit);
      }
      laid = true;
    } finally {
      if (!laid) {
        site.close();
      }
    }
  }

  /**
   * Measures all of them.
   *
   * @param bytes of what each host has, and of the image
   */
  public List<Way> run(long bytes) throws IOException, InterruptedException {
    Path token = folder.resolve("token");
    Files.createFile(
        token, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(token, "bench\n");
    for (int i = 0; i < names.size(); i++) {
      for (String way : i == 0 ? SCATTER : GATHER) {
        fill(i, i == 0 ? image(way) : snapshot(i, way), bytes);
      }
      String name = names.get(i);
      List<String> options = List.of("--token-file", token.toString());
      servers.serve(name, site.in(name), store(i), site.address(name), options);
    }
    servers.awaitServed();
    List<Way> ways = new ArrayList<>();
    for (String way : GATHER) {
      ways.add(measure("gather", way, bytes));
    }
    for (String way : SCATTER) {
      ways.add(measure("scatter", way, bytes));
    }
    return ways;
  }

  private Path store(int number) {
    return folder.resolve(names.get(number));
  }

  /** What cannot be compressed and nobody else has. */
  private void fill(int number, String name, long bytes) throws IOException {
    byte[] data = new byte[Math.toIntExact(bytes)];
    new Random(name.hashCode()).nextBytes(data);
    Path file = Files.write(folder.resolve("data"), data);
    try (StoreWriter writer = Store.openOrCreate(store(number)).writer()) {
      new Maker(writer, Progress.NONE).make(file, name, false);
    }
  }

  private record Place(String name, double mbit) {}

  private record Node(
      String name,
      String site,
      double mbit,
      String url,
      String store,
      List<String> run,
      String index,
      double mib) {}

  private record Group(
      List<Place> sites,
      Node repository,
      List<Node> hosts,
      String index,
      double mib,
      double startSeconds) {}

  /** Each way has bytes of its own: what has come to a store need not come again. */
  private static String snapshot(int host, String way) {
    return "snapshot-" + host + "-" + way.replace(' ', '-');
  }

  private static String image(String way) {
    return "image-" + way.replace(' ', '-');
  }

  private Path group(String way, long bytes) throws IOException {
    double mib = bytes / 1048576.0;
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      nodes.add(
          new Node(
              names.get(i),
              "site",
              mbit,
              StoreServers.url(site.address(names.get(i))),
              store(i).toString(),
              site.in(names.get(i)),
              snapshot(i, way),
              mib));
    }
    Group group =
        new Group(
            List.of(new Place("site", mbit)),
            nodes.getFirst(),
            nodes.subList(1, nodes.size()),
            image(way),
            mib,
            START_SECONDS);
    return Files.writeString(folder.resolve(way + ".json"), Json.pretty(group));
  }

  private Way measure(String what, String way, long bytes)
      throws IOException, InterruptedException {
    Path group = group(way, bytes);
    List<String> command = new ArrayList<>(StoreServers.program());
    command.addAll(List.of("store", what, group.toString(), "-o", "json"));
    command.addAll(List.of("--token-file", folder.resolve("token").toString()));
    if (!way.equals(BEST)) {
      command.addAll(List.of("--way", way));
    }
    List<String> dry = new ArrayList<>(command);
    dry.add("--dry-run");
    JsonNode forecast = Json.MAPPER.readTree(output(dry)).get("chosen");
    log.accept(what + ", " + forecast.get("name").asString());
    command.addAll(List.of("--heddle", String.join(" ", StoreServers.program())));
    JsonNode done = Json.MAPPER.readTree(output(command));
    double sum = 0;
    for (JsonNode release : done.get("release")) {
      sum += release.asDouble();
    }
    return new Way(
        what,
        forecast.get("name").asString(),
        forecast.get("meanSeconds").asDouble(),
        forecast.get("totalSeconds").asDouble(),
        sum / done.get("release").size(),
        done.get("seconds").asDouble());
  }

  private String output(List<String> command) throws IOException, InterruptedException {
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("a schedule failed: " + Files.readString(errors) + out);
    }
    return out;
  }

  @Override
  public void close() throws IOException {
    servers.close();
    site.close();
    Folders.remove(folder);
  }
}
