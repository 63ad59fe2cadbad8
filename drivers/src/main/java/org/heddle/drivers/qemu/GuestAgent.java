package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.heddle.drivers.DriverException;
import org.heddle.model.Outcome.Code;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The channel to one guest's agent (the QEMU guest agent's protocol). One request at a time: the
 * agent knows no request ids. After any doubt about what is in the channel (first use, an answer
 * that did not come in time) it is synchronized anew with {@code guest-sync-delimited}.
 */
final class GuestAgent implements AutoCloseable {
  /** Precedes the answer to a synchronization, and makes the agent forget half a request. */
  private static final byte DELIMITER = (byte) 0xff;

  private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(4);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path path;
  private final String machine;
  private final Duration askAgainAfter;
  private final ReentrantLock requests = new ReentrantLock();

  /** What came over the connection that is open now. Empty: it has ended. */
  private BlockingQueue<Optional<byte[]>> lines = new LinkedBlockingQueue<>();

  private volatile @Nullable LineSocket socket;
  private volatile boolean closed;
  private boolean synchronizedNow;

  GuestAgent(Path path, String machine) {
    this(path, machine, ASK_AGAIN_AFTER);
  }

  /**
   * @param askAgainAfter how long an answer to a synchronization may take before another is asked
   *     for
   */
  GuestAgent(Path path, String machine, Duration askAgainAfter) {
    this.path = path;
    this.machine = machine;
    this.askAgainAfter = askAgainAfter;
  }

  /** What the agent refused, apart from what went wrong on the way. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String description) {
      super(description);
    }
  }

  /** Asks the agent; {@code TIMED_OUT} when it does not answer. */
  JsonNode request(String command, Map<String, ?> arguments, Duration within)
      throws DriverException, Refused {
    long deadline = System.nanoTime() + within.toNanos();
    lock(within);
    try {
      if (!synchronizedNow) {
        synchronize(deadline);
      }
      synchronizedNow = false;
      send(new byte[0], command, arguments);
      JsonNode answer = answer(deadline);
      synchronizedNow = true;
      JsonNode error = answer.get("error");
      if (error != null) {
        throw new Refused(error.path("desc").asString(""));
      }
      return answer.path("return");
    } finally {
      requests.unlock();
    }
  }

  /** Sends a request to which the agent gives no answer if it obeys. */
  void tell(String command, Map<String, ?> arguments, Duration within) throws DriverException {
    long deadline = System.nanoTime() + within.toNanos();
    lock(within);
    try {
      if (!synchronizedNow) {
        synchronize(deadline);
      }
      synchronizedNow = false;
      send(new byte[0], command, arguments);
    } finally {
      requests.unlock();
    }
  }

  /** Waits until the agent answers. */
  void ping(Duration within) throws DriverException {
    try {
      request("guest-ping", Map.of(), within);
    } catch (Refused e) {
      throw new DriverException(Code.DRIVER, "guest agent of " + machine + " is broken", e);
    }
  }

  private void lock(Duration within) throws DriverException {
    try {
      if (!requests.tryLock(within.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DriverException(Code.TIMED_OUT, "guest agent of " + machine + " is busy");
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Asked rarely: repeated requests would fill the channel of a guest that boots. But one may get
   * lost when the driver before this one has just left the channel. Over only with the answer to
   * the last one: the delimiter and the request each have an answer, and were the last ones only
   * late, they would be taken for those of the next requests, and so on for ever. Once any has
   * come, the others will, and no more is asked for ten times as long: an agent that was started
   * anew in between has lost them.
   */
  private void synchronize(long deadline) throws DriverException {
    Set<Long> asked = new HashSet<>();
    boolean heard = false;
    while (!synchronizedNow) {
      long id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
      asked.add(id);
      send(new byte[] {DELIMITER}, "guest-sync-delimited", Map.of("id", id));
      long begun = System.nanoTime();
      long round = Math.min(deadline, begun + askAgainAfter.toNanos());
      long patient = Math.min(deadline, begun + 10 * askAgainAfter.toNanos());
      JsonNode answer = nextAnswer(round);
      while (answer != null && !synchronizedNow) {
        long to = answer.path("return").asLong(0);
        synchronizedNow = to == id;
        heard |= asked.contains(to);
        answer = synchronizedNow ? answer : nextAnswer(heard ? patient : round);
      }
      if (!synchronizedNow && System.nanoTime() >= deadline) {
        throw late();
      }
    }
  }

  private void send(byte[] prefix, String command, Map<String, ?> arguments)
      throws DriverException {
    byte[] request =
        (JSON.writeValueAsString(
                    arguments.isEmpty()
                        ? Map.of("execute", command)
                        : Map.of("execute", command, "arguments", arguments))
                + "\n")
            .getBytes(UTF_8);
    byte[] all = Arrays.copyOf(prefix, prefix.length + request.length);
    System.arraycopy(request, 0, all, prefix.length, request.length);
    try {
      connected().send(all);
    } catch (IOException e) {
      disconnect();
      throw new DriverException(Code.WRONG_STATE, "machine " + machine + " has ended", e);
    }
  }

  private LineSocket connected() throws IOException {
    LineSocket open = socket;
    if (open == null) {
      // One of its own: of the last connection its end may come late.
      BlockingQueue<Optional<byte[]>> fresh = new LinkedBlockingQueue<>();
      lines = fresh;
      open = LineSocket.connect(path);
      if (closed) {
        // Held by a driver that has let go, the channel would answer no other.
        open.close();
        throw new IOException("the driver was closed");
      }
      open.receive(
          "qga-" + machine,
          line -> fresh.add(Optional.of(line)),
          () -> fresh.add(Optional.empty()));
      socket = open;
      if (closed) {
        open.close();
      }
    }
    return open;
  }

  private JsonNode answer(long deadline) throws DriverException {
    JsonNode answer = nextAnswer(deadline);
    if (answer == null) {
      throw late();
    }
    return answer;
  }

  private DriverException late() {
    return new DriverException(
        Code.TIMED_OUT, "guest agent of " + machine + " did not answer in time");
  }

  private @Nullable JsonNode nextAnswer(long deadline) throws DriverException {
    try {
      while (true) {
        Optional<byte[]> line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null) {
          return null;
        }
        if (line.isEmpty()) {
          disconnect();
          throw new DriverException(Code.WRONG_STATE, "machine " + machine + " has ended");
        }
        JsonNode answer = parse(line.get());
        if (answer != null) {
          return answer;
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Null for what is left in the channel from before a synchronization. */
  private static @Nullable JsonNode parse(byte[] line) {
    int start = line.length;
    while (start > 0 && line[start - 1] != DELIMITER) {
      start--;
    }
    try {
      JsonNode node = JSON.readTree(line, start, line.length - start);
      return node.isObject() ? node : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  private void disconnect() {
    LineSocket open = socket;
    socket = null;
    synchronizedNow = false;
    if (open != null) {
      open.close();
    }
  }

  private static DriverException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DriverException(Code.DRIVER, "interrupted while waiting for the guest agent", e);
  }

  /** Ends the connection; a request on its way fails. */
  @Override
  public void close() {
    closed = true;
    LineSocket open = socket;
    if (open != null) {
      open.close();
    }
  }
}
