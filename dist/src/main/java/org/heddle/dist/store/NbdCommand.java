package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.store.Store;
import org.heddle.store.demand.DemandImage;
import org.heddle.store.demand.DemandSettings;
import org.heddle.store.demand.DemandStatus;
import org.heddle.store.demand.MappedImage;
import org.heddle.store.nbd.Export;
import org.heddle.store.nbd.NbdServer;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.Traffic;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store nbd}. */
@Command(
    name = "nbd",
    description = {
      "Show an index as a disk, read only, until it is ended; a machine can boot from it before its"
          + " chunks are here. Put a qcow2 overlay on it for what the machine writes.",
      "INDEX: one of the store. URL/INDEX: one of another store, as pull takes it; what is read is"
          + " fetched first, the rest behind it, and all of it stays in the store."
    })
final class NbdCommand implements Callable<Integer> {
  private static final Duration CLOSING = Duration.ofSeconds(20);

  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();
  @Mixin ConnectOptions connect = new ConnectOptions();
  @Mixin ExpectedId expected = new ExpectedId();

  @Parameters(index = "0", paramLabel = "[URL/]INDEX", description = "What to show.")
  String what = "";

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Listen on this Unix socket, which only you can use.")
  @Nullable Path socket;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Without --socket: listen on 127.0.0.1 there. Default: any that is free.")
  int port;

  @Option(names = "--as", paramLabel = "NAME", description = "Its name here. Default: INDEX.")
  @Nullable String as;

  @Option(
      names = "--from",
      paramLabel = "URL",
      description = "A store nearer by, asked for chunks first. May be repeated.")
  List<String> from = new ArrayList<>();

  @Option(names = "--no-fill", description = "Fetch only what is read.")
  boolean noFill;

  @Option(
      names = "--order",
      paramLabel = "FILE",
      description =
          "Fill in the order in which chunks were first read before: the file is written at the"
              + " end, and read at the start if it is there.")
  @Nullable Path order;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "A read whose chunks cannot be had fails after so long. Default: 30.")
  int patience;

  private final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public Integer call() throws InterruptedException {
    Environment around = Objects.requireNonNull(parent).around();
    if (patience < 1) {
      throw Failure.invalid("--patience " + patience + ": at least one second");
    }
    if (port < 0 || port > 65_535) {
      throw Failure.invalid("--port " + port + ": from 0, which is any that is free, to 65535");
    }
    try {
      if (what.contains("/")) {
        onDemand(around);
      } else {
        MappedImage image = MappedImage.of(options.open(), what);
        try (NbdServer server = listen(image)) {
          untilEnded(around, server, () -> {});
        }
      }
      return 0;
    } catch (IOException failure) {
      throw Work.failure(failure);
    } finally {
      closed.countDown();
    }
  }

  private void onDemand(Environment around) throws IOException, InterruptedException {
    Address.Named named = Address.parseNamed(what);
    Traffic traffic = new Traffic();
    ConnectSettings settings = connect.settings(around).impatient(Duration.ofSeconds(patience), 1);
    List<RemoteStore> nearer = new ArrayList<>();
    for (String url : from) {
      nearer.add(RemoteStore.reading(Address.parse(url), settings, traffic));
    }
    RemoteStore origin = RemoteStore.reading(named.store(), settings, traffic);
    DemandSettings demand =
        new DemandSettings(!noFill, Duration.ofSeconds(patience), Optional.ofNullable(order));
    try (DemandImage image =
            DemandImage.open(
                Store.openOrCreate(options.folder),
                new DemandImage.From(origin, named.index(), nearer, traffic),
                as == null ? named.index() : as,
                expected.get(),
                demand);
        NbdServer server = listen(image)) {
      untilEnded(around, server, () -> report(around, image));
    }
  }

  private static void report(Environment around, DemandImage image) {
    DemandStatus status = image.status();
    around
        .err()
        .println(
            String.format(
                java.util.Locale.ROOT,
                "%s of %s here (%.1f %%): %s before, %s because they were read, %s behind that",
                Amounts.bytes(status.hereBytes() + status.demandedBytes() + status.filledBytes()),
                Amounts.bytes(status.dataBytes()),
                100 * status.share(),
                Amounts.bytes(status.hereBytes()),
                Amounts.bytes(status.demandedBytes()),
                Amounts.bytes(status.filledBytes())));
    status.problem().ifPresent(why -> around.err().println("not kept: " + why));
    status
        .refused()
        .forEach((source, why) -> around.err().println("gave up " + source + ": " + why));
    around.err().flush();
  }

  private NbdServer listen(Export export) throws IOException {
    return socket == null ? NbdServer.loopback(port, export) : NbdServer.unix(socket, export);
  }

  /** What a person types next, then waits for the end of the process and has it all closed. */
  private void untilEnded(Environment around, NbdServer server, Runnable atEnd)
      throws InterruptedException {
    record Serving(String uri) {}
    around.print(
        options.format,
        new Serving(server.uri()),
        () -> "serving " + server.uri() + System.lineSeparator());
    CountDownLatch ending = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(ending), "close"));
    ending.await();
    atEnd.run();
  }

  /** The process must not end before all is closed; nor wait for ever. */
  private void end(CountDownLatch ending) {
    ending.countDown();
    try {
      if (!closed.await(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(1);
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }
}
