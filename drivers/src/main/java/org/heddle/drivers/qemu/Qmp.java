package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.heddle.drivers.DriverException;
import org.heddle.model.Outcome.Code;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One QEMU Machine Protocol connection. QEMU serves one client per socket, so a machine has one of
 * these, kept open. Commands may come from any thread and are sent one after the other; events are
 * given to listeners on the connection's reading thread, before the answer to the command that
 * caused them. Whatever waits when the connection is lost fails with {@code WRONG_STATE}; what QEMU
 * refuses is {@code DRIVER}.
 */
final class Qmp implements AutoCloseable {
  /** QEMU answers within milliseconds; this is for hosts where nothing moves. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final LineSocket socket;
  private final String machine;
  private final List<Consumer<QmpEvent>> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock commands = new ReentrantLock();
  private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
  private volatile boolean lost;
  private long lastId;

  private Qmp(LineSocket socket, String machine) {
    this.socket = socket;
    this.machine = machine;
  }

  /**
   * @param onEvent told of every event from the first on
   * @param onLost told once when the connection has ended, by whichever side
   */
  static Qmp connect(Path path, String machine, Consumer<QmpEvent> onEvent, Consumer<Qmp> onLost)
      throws IOException, DriverException {
    Qmp qmp = new Qmp(LineSocket.connect(path), machine);
    qmp.listeners.add(onEvent);
    qmp.socket.receive(
        "qmp-" + machine,
        qmp::received,
        () -> {
          qmp.lost = true;
          qmp.answers.add(JSON.createObjectNode());
          onLost.accept(qmp);
        });
    try {
      qmp.execute("qmp_capabilities");
    } catch (DriverException e) {
      qmp.close();
      throw e;
    }
    return qmp;
  }

  boolean lost() {
    return lost;
  }

  JsonNode execute(String command) throws DriverException {
    return execute(command, Map.of());
  }

  JsonNode execute(String command, Map<String, ?> arguments) throws DriverException {
    commands.lock();
    try {
      String id = "heddle-" + ++lastId;
      socket.send(
          (JSON.writeValueAsString(Map.of("execute", command, "arguments", arguments, "id", id))
                  + "\n")
              .getBytes(UTF_8));
      return result(command, answer(command, id));
    } catch (IOException e) {
      throw lostDuring(command, e);
    } finally {
      commands.unlock();
    }
  }

  private JsonNode answer(String command, String id) throws DriverException {
    try {
      while (!lost) {
        JsonNode answer = answers.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null) {
          throw new DriverException(
              Code.TIMED_OUT, "QEMU of " + machine + " did not answer '" + command + "'");
        }
        if (answer.path("id").asString("").equals(id)) {
          return answer;
        }
      }
      throw lostDuring(command, null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DriverException(Code.DRIVER, "interrupted during '" + command + "'", e);
    }
  }

  private JsonNode result(String command, JsonNode answer) throws DriverException {
    JsonNode error = answer.get("error");
    if (error != null) {
      throw new DriverException(
          Code.DRIVER,
          "QEMU of " + machine + " refused '" + command + "': " + error.path("desc").asString(""));
    }
    return answer.path("return");
  }

  private DriverException lostDuring(String command, @Nullable Exception cause) {
    String message = "QEMU of " + machine + " ended during '" + command + "'";
    return cause == null
        ? new DriverException(Code.WRONG_STATE, message)
        : new DriverException(Code.WRONG_STATE, message, cause);
  }

  private void received(byte[] line) {
    JsonNode message;
    try {
      message = JSON.readTree(line);
    } catch (JacksonException e) {
      close();
      return;
    }
    if (message.has("event")) {
      QmpEvent event =
          new QmpEvent(
              message.get("event").asString(),
              message.path("data"),
              timestamp(message.path("timestamp")));
      listeners.forEach(listener -> listener.accept(event));
    } else if (message.has("id")) {
      answers.add(message);
    }
  }

  private static Instant timestamp(JsonNode stamp) {
    return Instant.ofEpochSecond(
        stamp.path("seconds").asLong(), 1000 * stamp.path("microseconds").asLong());
  }

  /** Collects events from now on, until it is closed. */
  Events events(String... names) {
    return new Events(List.of(names));
  }

  @Override
  public void close() {
    socket.close();
  }

  /** Events as they come, for one reader. */
  final class Events implements AutoCloseable {
    private final BlockingQueue<QmpEvent> queue = new LinkedBlockingQueue<>();
    private final Consumer<QmpEvent> listener;

    private Events(List<String> names) {
      listener =
          event -> {
            if (names.contains(event.name())) {
              queue.add(event);
            }
          };
      listeners.add(listener);
    }

    /** The next event; null if none came in time. */
    @Nullable QmpEvent next(Duration within) throws DriverException {
      try {
        QmpEvent event = queue.poll(within.toMillis(), TimeUnit.MILLISECONDS);
        if (event == null && lost) {
          throw lostDuring("waiting", null);
        }
        return event;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DriverException(Code.DRIVER, "interrupted while waiting for QEMU", e);
      }
    }

    @Override
    public void close() {
      listeners.remove(listener);
    }
  }
}
