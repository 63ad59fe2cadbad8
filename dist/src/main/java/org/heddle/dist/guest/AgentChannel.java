package org.heddle.dist.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The QEMU guest agent's protocol: one JSON object a line, one request at a time. */
final class AgentChannel implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What is sent before the guest opens its port may be lost; sent often, it would fill it. */
  private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(2);

  /** The environment is the agent's: the one that the grid's commands in guests have, too. */
  private static final String PREPARED = "exec 2>&1\nexport HOME=/root\ncd /root\n";

  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_MS = 200;

  private final SocketChannel channel;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private AgentChannel(SocketChannel channel) {
    this.channel = channel;
    Thread.ofVirtual().name("guest-agent").start(this::listen);
  }

  static AgentChannel open(Path socket) throws IOException, InterruptedException {
    return new AgentChannel(SerialConsole.connect(socket, ASK_AGAIN_AFTER));
  }

  private void listen() {
    StringBuilder line = new StringBuilder();
    ByteBuffer part = ByteBuffer.allocate(1 << 16);
    try {
      while (channel.read(part.clear()) >= 0) {
        for (int i = 0; i < part.position(); i++) {
          byte one = part.get(i);
          if (one == '\n') {
            lines.add(line.toString());
            line.setLength(0);
          } else if (one >= 0) {
            // The protocol is ASCII but for its delimiter.
            line.append((char) one);
          }
        }
      }
    } catch (IOException closed) {
      // It is over.
    }
  }

  /** Asks until the agent answers, and drops what was in the channel before. */
  void synchronizeWithin(Duration within) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    int id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    while (System.nanoTime() < deadline) {
      send("guest-sync", Map.of("id", id));
      long round = Math.min(deadline, System.nanoTime() + ASK_AGAIN_AFTER.toNanos());
      JsonNode answer = next(round);
      while (answer != null) {
        if (answer.path("return").asInt(0) == id) {
          return;
        }
        answer = next(round);
      }
    }
    throw new IOException("no answer");
  }

  Guest.Ran run(String script, Duration within) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    synchronizeWithin(ANSWER);
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("path", "/bin/sh");
    command.put("arg", List.of("-c", PREPARED + script));
    command.put("capture-output", true);
    int pid = ask("guest-exec", command).path("pid").asInt();
    while (System.nanoTime() < deadline) {
      JsonNode status = ask("guest-exec-status", Map.of("pid", pid));
      if (status.path("exited").asBoolean(false)) {
        String output = status.path("out-data").asString("");
        return new Guest.Ran(
            status.path("exitcode").asInt(128),
            new String(Base64.getDecoder().decode(output), UTF_8));
      }
      Thread.sleep(LOOK_AGAIN_MS);
    }
    throw new IOException("a command in the guest did not end within " + within.toSeconds() + " s");
  }

  private JsonNode ask(String command, Map<String, ?> arguments)
      throws IOException, InterruptedException {
    send(command, arguments);
    JsonNode answer = next(System.nanoTime() + ANSWER.toNanos());
    // Answers to questions that were asked again while the guest booted.
    while (answer != null && answer.path("return").isIntegralNumber()) {
      answer = next(System.nanoTime() + ANSWER.toNanos());
    }
    if (answer == null || answer.has("error")) {
      throw new IOException(command + ": " + (answer == null ? "no answer" : answer.path("error")));
    }
    return answer.path("return");
  }

  private void send(String command, Map<String, ?> arguments) throws IOException {
    String request =
        JSON.writeValueAsString(Map.of("execute", command, "arguments", arguments)) + "\n";
    ByteBuffer bytes = UTF_8.encode(request);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private @Nullable JsonNode next(long deadline) throws InterruptedException {
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        return null;
      }
      try {
        JsonNode node = JSON.readTree(line);
        if (node.isObject()) {
          return node;
        }
      } catch (JacksonException half) {
        // What was left in the channel.
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
