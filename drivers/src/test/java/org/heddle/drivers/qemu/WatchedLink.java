package org.heddle.drivers.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A link to a port of this machine that does something once so many bytes have gone there, however
 * fast they go: nobody who looks now and then could say that it is in the middle.
 */
final class WatchedLink implements AutoCloseable {
  private final ServerSocket entrance;
  private final int to;
  private final long bytes;
  private final Runnable then;
  private final AtomicBoolean done = new AtomicBoolean();

  WatchedLink(int to, long bytes, Runnable then) throws IOException {
    this.entrance = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    this.to = to;
    this.bytes = bytes;
    this.then = then;
    Thread.ofVirtual().start(this::carry);
  }

  int port() {
    return entrance.getLocalPort();
  }

  boolean done() {
    return done.get();
  }

  private void carry() {
    try (Socket near = entrance.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), to)) {
      Thread back = Thread.ofVirtual().start(() -> copy(far, near, Long.MAX_VALUE));
      copy(near, far, bytes);
      back.join();
    } catch (IOException | InterruptedException over) {
      return;
    }
  }

  /** Ends when one of the two is closed, and then the other is. */
  private void copy(Socket from, Socket into, long limit) {
    try (from;
        into) {
      InputStream in = from.getInputStream();
      OutputStream out = into.getOutputStream();
      byte[] piece = new byte[1 << 16];
      long sum = 0;
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        out.write(piece, 0, read);
        sum += read;
        if (sum >= limit && !done.getAndSet(true)) {
          then.run();
        }
      }
    } catch (IOException over) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
  }
}
