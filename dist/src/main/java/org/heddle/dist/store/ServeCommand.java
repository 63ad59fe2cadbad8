package org.heddle.dist.store;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.store.Store;
import org.heddle.store.transfer.HttpStoreServer;
import org.heddle.store.transfer.ServeSettings;
import org.heddle.store.transfer.StreamServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store serve}. */
@Command(
    name = "serve",
    description = {
      "Let others pull from a store and push to it; the store is made if there is none.",
      "Over HTTP until it is ended, or over standard input and output for one who started it, as"
          + " pull and push do with ssh://HOST/DIR."
    })
final class ServeCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();
  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8750",
      description = "Default: ${DEFAULT-VALUE}. Port 0: any that is free.")
  String listen = "";

  @Option(names = "--stdio", description = "Answer on standard output what standard input asks.")
  boolean stdio;

  @Option(names = "--read-only", description = "Nobody may push.")
  boolean readOnly;

  @Override
  public Integer call() throws InterruptedException {
    Environment around = Objects.requireNonNull(parent).around();
    ServeSettings settings =
        ServeSettings.open().onlyReading(readOnly).with(network.limit()).with(token(around));
    try {
      Store store = readOnly ? options.open() : Store.openOrCreate(options.folder);
      if (stdio) {
        StreamServer.serve(store, System.in, System.out, settings);
      } else {
        listen(store, settings, around);
      }
      return 0;
    } catch (BindException taken) {
      throw Failure.failed("cannot listen on " + listen + ": " + taken.getMessage());
    } catch (IOException failure) {
      throw Work.failure(failure);
    }
  }

  /** Who started the process has shown to the machine who it is. */
  private Optional<String> token(Environment around) {
    return stdio ? Optional.empty() : network.token(around);
  }

  private void listen(Store store, ServeSettings settings, Environment around)
      throws IOException, InterruptedException {
    InetSocketAddress address = address(listen);
    boolean reachable = !address.getAddress().isLoopbackAddress();
    if (reachable && settings.token().isEmpty() && !readOnly) {
      throw Failure.invalid(
          "who reaches "
              + listen
              + " could add to the store: give --token-file, or --read-only if anybody there may"
              + " read it");
    }
    limitTime();
    HttpStoreServer server = HttpStoreServer.start(store, address, settings);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server, ended), "close"));
    around.out().println("serving " + store.folder() + " on " + text(server.address()));
    around.out().flush();
    ended.await();
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** Read by the JDK's server when it starts: nobody holds a connection for ever. */
  private static void limitTime() {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.idleInterval", "60");
    System.setProperty("sun.net.httpserver.maxReqTime", "3600");
    System.setProperty("sun.net.httpserver.maxRspTime", "3600");
    System.setProperty("jdk.httpserver.maxConnections", "512");
  }

  private static void close(HttpStoreServer server, CountDownLatch ended) {
    try {
      server.close();
    } catch (IOException failed) {
      // What was not durable is missing when the push is repeated.
    } finally {
      ended.countDown();
    }
  }

  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      if (colon > 0) {
        int port = Integer.parseInt(text.substring(colon + 1));
        InetSocketAddress address = new InetSocketAddress(text.substring(0, colon), port);
        if (!address.isUnresolved()) {
          return address;
        }
      }
    } catch (IllegalArgumentException noPort) {
      // Said below.
    }
    throw Failure.invalid("--listen " + text + " is no HOST:PORT of this machine");
  }
}
