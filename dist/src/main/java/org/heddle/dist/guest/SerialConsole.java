package org.heddle.dist.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A guest's serial console: all that it says is kept in a file, can be waited for and answered. */
public final class SerialConsole implements AutoCloseable {
  private static final Pattern CONTROL =
      Pattern.compile("\\e\\[[0-9;?]*[A-Za-z]|\\e[()][A-Z0-9]|\r");
  private static final int REMEMBERED = 1 << 16;
  private static final int END = 1500;

  private final SocketChannel channel;
  private final Path log;
  private final StringBuilder said = new StringBuilder();
  private boolean ended;

  private SerialConsole(SocketChannel channel, Path log) {
    this.channel = channel;
    this.log = log;
    Thread.ofVirtual().name("console").start(this::listen);
  }

  static SerialConsole open(Path socket, Path log, Duration within)
      throws IOException, InterruptedException {
    return new SerialConsole(connect(socket, within), log);
  }

  /** Connects, waiting for the socket to appear. */
  static SocketChannel connect(Path socket, Duration within)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
      } catch (IOException notYet) {
        channel.close();
        if (System.nanoTime() > end) {
          throw notYet;
        }
        Thread.sleep(5);
      }
    }
  }

  private void listen() {
    ByteBuffer part = ByteBuffer.allocate(8192);
    try (OutputStream file = Files.newOutputStream(log)) {
      while (channel.read(part.clear()) >= 0) {
        file.write(part.array(), 0, part.position());
        add(new String(part.array(), 0, part.position(), UTF_8));
      }
    } catch (IOException closed) {
      // It is over.
    }
    synchronized (said) {
      ended = true;
      said.notifyAll();
    }
  }

  private void add(String text) {
    synchronized (said) {
      said.append(text);
      if (said.length() > REMEMBERED) {
        said.delete(0, said.length() - REMEMBERED / 2);
      }
      said.notifyAll();
    }
  }

  /**
   * Waits until the console has said it; what was said up to there is forgotten.
   *
   * @throws IOException when it has not by then
   */
  public void await(Pattern wanted, Duration within) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    synchronized (said) {
      while (true) {
        Matcher match = wanted.matcher(said);
        if (match.find()) {
          said.delete(0, match.end());
          return;
        }
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || ended) {
          throw new IOException(
              "the console did not say '" + wanted + "'; it ends with:\n" + end());
        }
        said.wait(left);
      }
    }
  }

  /**
   * The next part of what was said that matches, or its first group; what was said up to there is
   * forgotten.
   */
  public Optional<String> next(Pattern wanted) {
    synchronized (said) {
      Matcher match = wanted.matcher(said);
      if (!match.find()) {
        return Optional.empty();
      }
      String found = match.group(Math.min(1, match.groupCount()));
      said.delete(0, match.end());
      return Optional.of(found);
    }
  }

  /** Types it. */
  public void type(String text) throws IOException {
    ByteBuffer bytes = UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The end of what it said, as a person would read it. */
  public String end() {
    synchronized (said) {
      String text = CONTROL.matcher(said).replaceAll("");
      return text.substring(Math.max(0, text.length() - END)).strip();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException gone) {
      // That is what was wanted.
    }
  }
}
