package org.heddle.store.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Passes on so many bytes of all connections together, both ways, then cuts them all. */
final class CuttingProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private long left;

  CuttingProxy(int target, long bytes) throws IOException {
    this.target = target;
    this.left = bytes;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  Address address() {
    return Sample.at(listener.getLocalPort());
  }

  private void accept() {
    try {
      while (true) {
        Socket in = listener.accept();
        Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
        Thread.ofVirtual().start(() -> pass(in, out));
        Thread.ofVirtual().start(() -> pass(out, in));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private synchronized int take(int wanted) {
    int taken = (int) Math.min(wanted, left);
    left -= taken;
    return taken;
  }

  synchronized boolean used() {
    return left == 0;
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] piece = new byte[4096];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        int allowed = take(count);
        out.write(piece, 0, allowed);
        if (allowed < count) {
          return;
        }
      }
    } catch (IOException cut) {
      // The other direction was cut.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
