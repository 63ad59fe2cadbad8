package org.heddle.drivers.memory;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.heddle.model.MachineId;

/** Reads what an in-memory machine prints, waiting for more until it ends if asked to follow. */
final class MemoryConsole extends InputStream {
  private final MemoryHost host;
  private final MachineId id;
  private final MemoryMachine machine;
  private final boolean follow;
  private long position;

  MemoryConsole(MemoryHost host, MemoryMachine machine, long from, boolean follow) {
    this.host = host;
    this.id = machine.config().machine();
    this.machine = machine;
    this.position = from;
    this.follow = follow;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    synchronized (host.wire()) {
      byte[] printed = machine.printed();
      while (position >= printed.length) {
        if (!follow || ended()) {
          return -1;
        }
        await();
        printed = machine.printed();
      }
      int count = (int) Math.min(length, printed.length - position);
      System.arraycopy(printed, (int) position, bytes, offset, count);
      position += count;
      return count;
    }
  }

  private void await() throws IOException {
    try {
      host.wire().wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("console reader interrupted").initCause(e);
    }
  }

  private boolean ended() {
    return host.find(id) != machine
        || switch (machine.live()) {
          case NONE, GONE, DEAD -> true;
          case RUNNING, PAUSED, INCOMING -> false;
        };
  }
}
