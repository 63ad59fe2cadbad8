package org.heddle.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.heddle.api.AgentApi.HostReport;
import org.heddle.api.AgentApi.OperationStatus;
import org.heddle.api.Json;
import org.heddle.model.MachineReport;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to all who listen. Telling never waits: a listener that does not keep up is dropped,
 * connects again and starts with a report of the whole. Thread-safe.
 */
final class EventHub implements AutoCloseable {
  /** A context switch of a large vjob on one host makes some hundred events. */
  private static final int QUEUE = 512;

  /** At most this many controllers and curious people. */
  private static final int MAX_LISTENERS = 32;

  /** Shows a listener that the agent lives, and the agent that the listener does. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  /** Too many listen already. */
  static final class Full extends Exception {
    private static final long serialVersionUID = 1;
  }

  private static final class Listener {
    final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(QUEUE);
    final Runnable disconnect;
    volatile boolean dropped;

    Listener(Runnable disconnect) {
      this.disconnect = disconnect;
    }
  }

  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  void tell(OperationStatus status) {
    tell("operation", status);
  }

  void tell(MachineReport machine) {
    tell("machine", machine);
  }

  private void tell(String name, Object event) {
    if (!listeners.isEmpty()) {
      byte[] text = text(name, event);
      for (Listener listener : listeners) {
        if (!listener.queue.offer(text)) {
          drop(listener);
        }
      }
    }
  }

  /** Its thread may be waiting for the network; only ending the connection wakes it. */
  private void drop(Listener listener) {
    if (listeners.remove(listener)) {
      listener.dropped = true;
      Thread.ofVirtual().name("event-drop").start(listener.disconnect);
    }
  }

  private static byte[] text(String name, Object event) {
    return ("event: " + name + "\ndata: " + Json.write(event) + "\n\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Writes events until the connection or the agent ends.
   *
   * @param hello taken after the listener is known, so that nothing is missed in between
   * @param disconnect ends the connection whatever it waits for
   */
  void serve(OutputStream out, Supplier<HostReport> hello, Runnable disconnect)
      throws IOException, InterruptedException, Full {
    if (listeners.size() >= MAX_LISTENERS) {
      throw new Full();
    }
    Listener listener = new Listener(disconnect);
    listeners.add(listener);
    try {
      out.write(text("hello", hello.get()));
      out.flush();
      while (!closed && !listener.dropped) {
        byte @Nullable [] next = listener.queue.poll(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        out.write(next == null ? COMMENT : next);
        if (listener.queue.isEmpty()) {
          out.flush();
        }
      }
    } finally {
      listeners.remove(listener);
    }
  }

  @Override
  public void close() {
    closed = true;
    listeners.forEach(this::drop);
  }
}
