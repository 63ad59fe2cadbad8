package org.heddle.store.transfer;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.heddle.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Talks to {@link StreamServer}s behind commands that it starts: one request at a time over each,
 * so that latency hides behind the others. A command that failed is started anew.
 */
final class ProcessConnection implements Connection {
  private final String name;
  private final List<String> command;
  private final ConnectSettings settings;
  private final Traffic traffic;
  private final StallWatch watch;
  private final Semaphore free;
  private final Deque<Pipe> idle = new ArrayDeque<>();
  private final List<Process> all = new ArrayList<>();
  private boolean closed;

  /**
   * @param atOnce commands at once: each is a login on the other machine, and has sessions of its
   *     own
   */
  ProcessConnection(
      String name, List<String> command, int atOnce, ConnectSettings settings, Traffic traffic) {
    this.free = new Semaphore(atOnce, true);
    this.name = name;
    this.command = List.copyOf(command);
    this.settings = settings;
    this.traffic = traffic;
    this.watch = new StallWatch(settings.stall(), settings.leastRate());
  }

  private record Pipe(Process process, OutputStream requests, InputStream replies) {}

  @Override
  public String name() {
    return name;
  }

  @Override
  public long leastRate() {
    return settings.leastRate();
  }

  @Override
  public <T> T ask(Request request, Reply<T> reply) throws IOException {
    try {
      free.acquire();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    try {
      return askOne(request, reply);
    } finally {
      free.release();
    }
  }

  private <T> T askOne(Request request, Reply<T> reply) throws IOException {
    Pipe known;
    synchronized (idle) {
      known = idle.poll();
    }
    Pipe pipe = known == null ? start() : known;
    boolean usable = false;
    StallWatch.Watched watched = watch.begin(pipe.process::destroyForcibly);
    FrameInput message =
        new FrameInput(watched.watch(settings.limit().slow(pipe.replies)), request.reply());
    try (watched) {
      send(request, pipe, watched, message);
      T value = reply.read(message);
      message.expectEnd();
      usable = true;
      return value;
    } catch (StoreException refused) {
      usable = message.ended();
      throw refused;
    } catch (InterruptedIOException interrupted) {
      throw interrupted;
    } catch (IOException cut) {
      throw StallWatch.explain(
          watched, name, new CutException(name + ": " + cut.getMessage(), cut));
    } finally {
      release(pipe, usable);
    }
  }

  /** When it takes no more, it may have said why. */
  private void send(Request request, Pipe pipe, StallWatch.Watched watched, FrameInput reply)
      throws IOException {
    try (InputStream body = Counted.input(request.open(), traffic::sent)) {
      watched.watch(settings.limit().slow(body)).transferTo(pipe.requests);
      pipe.requests.flush();
    } catch (InterruptedIOException interrupted) {
      throw interrupted;
    } catch (IOException broken) {
      reply.drain();
      throw broken;
    }
  }

  private Pipe start() throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException noSuchCommand) {
      throw new StoreException(
          StoreException.Kind.INVALID,
          "'" + command.getFirst() + "' cannot be started: " + noSuchCommand.getMessage(),
          noSuchCommand);
    }
    synchronized (idle) {
      all.removeIf(old -> !old.isAlive());
      all.add(process);
      if (closed) {
        process.destroyForcibly();
      }
    }
    InputStream replies =
        Counted.input(
            new BufferedInputStream(process.getInputStream(), 1 << 16), traffic::received);
    greet(process, replies);
    return new Pipe(process, process.getOutputStream(), replies);
  }

  private void greet(Process process, InputStream replies) throws IOException {
    boolean right = false;
    try (StallWatch.Watched watched = watch.begin(process::destroyForcibly)) {
      right = new DataInputStream(watched.watch(replies)).readLong() == StreamServer.GREETING;
    } catch (EOFException ended) {
      throw new CutException(name + ": the command ended at once; see its message above", ended);
    } finally {
      if (!right) {
        process.destroyForcibly();
      }
    }
    if (!right) {
      throw Fault.malformed(
          name
              + " says something else than 'heddle store serve --stdio' of this version does: check"
              + " that the login there prints nothing by itself, and the version there");
    }
  }

  private void release(Pipe pipe, boolean usable) {
    synchronized (idle) {
      if (usable && !closed) {
        idle.push(pipe);
        return;
      }
    }
    end(pipe.process);
  }

  private static void end(@Nullable Process process) {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** Those that wait for requests see the end of these and end by themselves. */
  @Override
  public void close() {
    watch.close();
    List<Process> ending;
    synchronized (idle) {
      closed = true;
      for (Pipe pipe : idle) {
        closeQuietly(pipe.requests);
        all.remove(pipe.process);
      }
      idle.clear();
      ending = List.copyOf(all);
    }
    ending.forEach(ProcessConnection::end);
  }

  private static void closeQuietly(OutputStream requests) {
    try {
      requests.close();
    } catch (IOException gone) {
      // It has ended.
    }
  }
}
