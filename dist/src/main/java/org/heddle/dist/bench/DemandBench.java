package org.heddle.dist.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.heddle.drivers.Folders;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.IndexReader;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import org.heddle.store.demand.DemandImage;
import org.heddle.store.demand.DemandSettings;
import org.heddle.store.demand.DemandStatus;
import org.heddle.store.demand.MappedImage;
import org.heddle.store.nbd.Export;
import org.heddle.store.nbd.NbdServer;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.HttpStoreServer;
import org.heddle.store.transfer.Pull;
import org.heddle.store.transfer.RateLimit;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.ServeSettings;
import org.heddle.store.transfer.Site;
import org.heddle.store.transfer.Traffic;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A guest boots from an image whose chunks are behind a link of limited rate: after a whole pull,
 * and at once, with what it reads fetched when it reads it, and with a small part of the data here
 * when it is switched on. What is measured is the time until its agent answers, and how much of the
 * image was there by then.
 */
public final class DemandBench implements AutoCloseable {
  private static final Duration BOOT = Duration.ofMinutes(5);
  private static final Duration FILL = Duration.ofMinutes(15);
  private static final String IMAGE = "disk";

  /** The share of the data that is here at power-on in one of the boots. */
  private static final double PART = 0.05;

  private final Path image;
  private final Path folder;
  private final RateLimit link;
  private final Consumer<String> log;
  private final List<Process> guests = new ArrayList<>();

  /**
   * One boot.
   *
   * @param fetchSeconds before it could begin
   * @param atStart share of the data that was here when QEMU was started
   * @param bootSeconds from the start of QEMU until the guest's agent answered
   * @param share of the data that was here then, 0 to 1
   * @param demanded share of the data that came because it was read
   * @param wholeSeconds from the start of all until everything was here; NaN: nobody wanted that
   */
  public record Boot(
      String what,
      double fetchSeconds,
      double atStart,
      double bootSeconds,
      double share,
      double demanded,
      double wholeSeconds) {}

  /** All of them. */
  public record Result(int mbit, long fileBytes, long dataBytes, List<Boot> boots) {}

  /**
   * @param image a folder with kernel, initrd and disk of an image whose guest runs an agent
   * @param folder is emptied at the end
   * @param mbit the link's rate
   */
  public DemandBench(Path image, Path folder, int mbit, Consumer<String> log) {
    this.image = image;
    this.folder = folder;
    this.link = new RateLimit(mbit * 125_000L);
    this.log = log;
  }

  /** Runs all. */
  public Result run(int mbit) throws IOException, InterruptedException {
    Path raw = folder.resolve("disk.raw");
    Shell shell = new Shell(folder);
    String disk = image.resolve("disk.qcow2").toString();
    shell.run(List.of("qemu-img", "convert", "-O", "raw", disk, raw.toString()));
    Store origin = Store.openOrCreate(folder.resolve("origin"));
    long dataBytes;
    try (StoreWriter writer = origin.writer()) {
      dataBytes =
          new Maker(writer, Progress.NONE).make(raw, IMAGE, false).index().info().dataBytes();
    }
    List<Boot> boots = new ArrayList<>();
    try (HttpStoreServer server =
        HttpStoreServer.start(
            origin,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            ServeSettings.open().onlyReading(true).with(link))) {
      Path order = folder.resolve("order");
      Start nothing = (_, _) -> {};
      boots.add(pulled(server));
      boots.add(demanded(server, "only what is read", order, false, nothing));
      boots.add(demanded(server, "filled in file order", folder.resolve("unused"), true, nothing));
      boots.add(demanded(server, "filled in order of use", order, true, nothing));
      Start part = (here, first) -> put(first, origin, PART, here);
      boots.add(demanded(server, "the same, 5 % here", order, true, part));
    }
    return new Result(mbit, Files.size(raw), dataBytes, boots);
  }

  private static RemoteStore remote(HttpStoreServer server, Traffic traffic) throws IOException {
    Address address = Address.parse("http://127.0.0.1:" + server.address().getPort());
    return RemoteStore.reading(address, ConnectSettings.plain(), traffic);
  }

  private Boot pulled(HttpStoreServer server) throws IOException, InterruptedException {
    String what = "whole image first";
    log.accept(what);
    long begin = System.nanoTime();
    Store here = Store.openOrCreate(folder.resolve("pulled"));
    Traffic traffic = new Traffic();
    try (RemoteStore remote = remote(server, traffic)) {
      new Pull(here, remote, Site.alone(), traffic, Progress.NONE)
          .pull(IMAGE, IMAGE, Optional.empty(), false);
    }
    double fetched = since(begin);
    double boot = boot(MappedImage.of(here, IMAGE));
    return new Boot(what, fetched, 1, boot, 1, 0, fetched);
  }

  /** What is in a store before a guest boots. */
  private interface Start {
    void fill(Store here, Path order) throws IOException;
  }

  /** Puts the first chunks of an order into a store, as many as make up that share of the data. */
  private static void put(Path order, Store origin, double share, Store here) throws IOException {
    Map<ChunkId, ChunkRef> chunks = new HashMap<>();
    try (IndexReader index = origin.index(IMAGE)) {
      index.eachChunk(chunk -> chunks.put(chunk.id(), chunk));
    }
    long data = chunks.values().stream().mapToLong(ChunkRef::length).sum();
    long room = Math.round(share * data);
    try (StoreWriter writer = here.writer()) {
      // The first line says what the file is.
      for (String line : Files.readAllLines(order).stream().skip(1).toList()) {
        ChunkRef chunk = Objects.requireNonNull(chunks.get(ChunkId.parse(line)));
        room -= chunk.length();
        if (room < 0) {
          break;
        }
        writer.add(chunk.id(), origin.read(chunk.id()), 0, chunk.length());
      }
      writer.flush();
    }
  }

  private Boot demanded(HttpStoreServer server, String what, Path order, boolean fill, Start start)
      throws IOException, InterruptedException {
    log.accept(what);
    Traffic traffic = new Traffic();
    Store here = Store.openOrCreate(folder.resolve(what.replaceAll("\\W+", "-")));
    start.fill(here, order);
    DemandSettings settings = DemandSettings.plain().filling(fill).ordered(order);
    long begin = System.nanoTime();
    DemandImage.From from =
        new DemandImage.From(remote(server, traffic), IMAGE, List.of(), traffic);
    try (DemandImage demand = DemandImage.open(here, from, IMAGE, Optional.empty(), settings)) {
      double ready = since(begin);
      double boot = boot(demand);
      DemandStatus status = demand.status();
      double whole = fill ? awaitWhole(demand, begin) : Double.NaN;
      double reads = (double) status.demandedBytes() / status.dataBytes();
      double first = (double) status.hereBytes() / status.dataBytes();
      return new Boot(what, ready, first, boot, status.share(), reads, whole);
    }
  }

  private static double awaitWhole(DemandImage image, long begin)
      throws IOException, InterruptedException {
    while (!image.status().whole()) {
      if (image.status().problem().isPresent() || since(begin) > FILL.toSeconds()) {
        throw new IOException("the image does not become whole: " + image.status());
      }
      Thread.sleep(50);
    }
    return since(begin);
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Boots a guest from it, with an overlay for what it writes; seconds until its agent answers. */
  private double boot(Export export) throws IOException, InterruptedException {
    Path place = Files.createTempDirectory(folder, "guest");
    try (NbdServer server = NbdServer.unix(place.resolve("nbd"), export)) {
      Path overlay = place.resolve("overlay.qcow2");
      new Shell(place)
          .run(
              List.of(
                  "qemu-img",
                  "create",
                  "-q",
                  "-f",
                  "qcow2",
                  "-F",
                  "raw",
                  "-b",
                  server.uri(),
                  overlay.toString()));
      long begin = System.nanoTime();
      Process guest =
          new ProcessBuilder(command(place, overlay))
              .redirectErrorStream(true)
              .redirectOutput(place.resolve("qemu.out").toFile())
              .start();
      guests.add(guest);
      try {
        awaitAgent(place, guest);
        return since(begin);
      } finally {
        guest.destroyForcibly().waitFor();
      }
    }
  }

  private List<String> command(Path place, Path overlay) throws IOException {
    JsonNode about = new JsonMapper().readTree(Files.readString(image.resolve("image.json")));
    return List.of(
        "qemu-system-x86_64",
        "-accel",
        "tcg,tb-size=128",
        "-M",
        "q35",
        "-m",
        "512M",
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-kernel",
        image.resolve(about.get("kernel").asString()).toString(),
        "-initrd",
        image.resolve(about.get("initrd").asString()).toString(),
        "-append",
        about.get("kernelArguments").asString(),
        "-serial",
        "file:" + place.resolve("console"),
        "-blockdev",
        "driver=qcow2,node-name=disk0,file.driver=file,file.filename=" + overlay,
        "-device",
        "virtio-blk-pci,drive=disk0",
        "-chardev",
        "socket,id=qga,path=" + place.resolve("qga") + ",server=on,wait=off",
        "-device",
        "virtio-serial-pci",
        "-device",
        "virtserialport,chardev=qga,name=org.qemu.guest_agent.0",
        "-device",
        "virtio-rng-pci");
  }

  /** What is sent before the guest has opened the port may be lost: asks again and again. */
  private static void awaitAgent(Path place, Process guest)
      throws IOException, InterruptedException {
    try (LineSocket agent = LineSocket.open(place.resolve("qga"), BOOT)) {
      Thread asker =
          Thread.startVirtualThread(() -> {
            try (agent) {
              for (long i = 0; i < 5 * BOOT.toSeconds() && guest.isAlive(); i++) {
                agent.send("{\"execute\":\"guest-ping\"}");
                Thread.sleep(200);
              }
            } catch (IOException | InterruptedException over) {
              Thread.currentThread().interrupt();
            }
          });
      try {
        agent.awaitAnswer();
      } catch (IOException silent) {
        throw new IOException(
            "the guest's agent does not answer; its console: "
                + Files.readString(place.resolve("console")),
            silent);
      }
      asker.interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    for (Process guest : guests) {
      guest.destroyForcibly();
      guest.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(_ -> guest).join();
    }
    Folders.remove(folder);
  }
}
