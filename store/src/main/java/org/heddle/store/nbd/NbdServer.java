package org.heddle.store.nbd;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Shows one export as a disk until it is closed, to clients on this machine. A client that breaks
 * the protocol loses its connection and nothing else happens.
 */
public final class NbdServer implements AutoCloseable {
  /** Clients at once; QEMU takes one connection, its tools a few. */
  private static final int CLIENTS = 32;

  /** Memory for replies that are being made: the longest read twice. */
  private static final int KIBIBYTES = 64 << 10;

  /** What the system allows a socket's path. */
  private static final int LONGEST_PATH = 107;

  /** A client that takes nothing of its reply for so long is cut when others need the memory. */
  private static final Duration STALL = Duration.ofSeconds(60);

  private final Duration stall;
  private final ServerSocketChannel listener;
  private final Optional<Path> socket;
  private final Export export;
  private final Semaphore clients = new Semaphore(CLIENTS);
  private final Semaphore kibibytes = new Semaphore(KIBIBYTES, true);
  private final Set<Wire> open = new HashSet<>();
  private boolean closed;

  private NbdServer(
      ServerSocketChannel listener, Optional<Path> socket, Export export, Duration stall) {
    this.stall = stall;
    this.listener = listener;
    this.socket = socket;
    this.export = export;
    Thread.ofPlatform().daemon().name("nbd-" + export.name()).start(this::accept);
  }

  /**
   * Listens on a Unix socket that only its owner may use. One that nobody listens on is replaced.
   *
   * @throws FileSystemException when something else has that name, or another server listens
   */
  public static NbdServer unix(Path path, Export export) throws IOException {
    return unix(path, export, STALL);
  }

  static NbdServer unix(Path path, Export export, Duration stall) throws IOException {
    Path socket = path.toAbsolutePath();
    if (socket.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new FileSystemException(
          path.toString(), null, "a socket's path has at most " + LONGEST_PATH + " bytes");
    }
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    removeDead(socket, address);
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return start(listener, address, Optional.of(socket), export, stall);
  }

  private static void removeDead(Path socket, UnixDomainSocketAddress address) throws IOException {
    boolean other =
        Files.exists(socket, java.nio.file.LinkOption.NOFOLLOW_LINKS)
            && !Files.readAttributes(socket, java.nio.file.attribute.BasicFileAttributes.class)
                .isOther();
    if (other) {
      throw new FileSystemException(socket.toString(), null, "is there, and no socket");
    }
    try (SocketChannel _ = SocketChannel.open(address)) {
      throw new FileSystemException(socket.toString(), null, "another server listens there");
    } catch (FileSystemException known) {
      throw known;
    } catch (IOException nobody) {
      Files.deleteIfExists(socket);
    }
  }

  /**
   * Listens on this machine's loopback address, where every user of the machine can read.
   *
   * @param port 0: any that is free
   */
  public static NbdServer loopback(int port, Export export) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return start(ServerSocketChannel.open(), address, Optional.empty(), export, STALL);
  }

  private static NbdServer start(
      ServerSocketChannel listener,
      SocketAddress address,
      Optional<Path> socket,
      Export export,
      Duration stall)
      throws IOException {
    try {
      listener.bind(address);
      if (socket.isPresent()) {
        Files.setPosixFilePermissions(socket.get(), PosixFilePermissions.fromString("rw-------"));
      }
      return new NbdServer(listener, socket, export, stall);
    } catch (IOException | RuntimeException failed) {
      listener.close();
      if (socket.isPresent() && failed instanceof SocketException) {
        throw new FileSystemException(socket.get().toString(), null, failed.getMessage());
      }
      throw failed;
    }
  }

  /** As QEMU and its tools take it. */
  public String uri() {
    if (socket.isPresent()) {
      return "nbd+unix:///" + export.name() + "?socket=" + socket.get();
    }
    try {
      InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
      return "nbd://127.0.0.1:" + address.getPort() + "/" + export.name();
    } catch (IOException closedNow) {
      throw new IllegalStateException(closedNow);
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      clients.acquireUninterruptibly();
      try {
        SocketChannel channel = listener.accept();
        Thread.ofVirtual().name("nbd-client").start(() -> serve(channel));
      } catch (IOException closedOrOutOfFiles) {
        clients.release();
        if (listener.isOpen()) {
          pause();
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel channel) {
    try (Wire wire = new Wire(channel)) {
      if (!register(wire)) {
        return;
      }
      try {
        if (socket.isEmpty()) {
          channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        Optional<Negotiation.Agreed> agreed = new Negotiation(wire, export).run();
        if (agreed.isPresent()) {
          new Transmission(wire, export, agreed.get(), this::acquire, kibibytes::release).run();
        }
      } finally {
        forget(wire);
      }
    } catch (IOException goneOrWrong) {
      // Its connection is closed; that is all there is to say to it.
    } finally {
      clients.release();
    }
  }

  /** Waits for memory; clients that hold some and take nothing are cut. */
  private void acquire(int memory) throws IOException {
    try {
      while (!kibibytes.tryAcquire(memory, stall.toNanos() / 4, TimeUnit.NANOSECONDS)) {
        List<Wire> connections;
        synchronized (this) {
          connections = List.copyOf(open);
        }
        for (Wire wire : connections) {
          if (wire.stalled(stall)) {
            wire.close();
          }
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private synchronized boolean register(Wire wire) {
    return !closed && open.add(wire);
  }

  private synchronized void forget(Wire wire) {
    open.remove(wire);
  }

  /** Cuts all connections. */
  @Override
  public void close() throws IOException {
    List<Wire> connections;
    synchronized (this) {
      closed = true;
      connections = List.copyOf(open);
    }
    listener.close();
    for (Wire wire : connections) {
      wire.close();
    }
    if (socket.isPresent()) {
      Files.deleteIfExists(socket.get());
    }
  }
}
