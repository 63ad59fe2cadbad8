package org.heddle.dist.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One JSON object a line over a unix socket: the least that drives QEMU's monitor or guest agent by
 * hand. Deliberately not the driver's client, which is what it is compared with.
 */
final class LineSocket implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private final SocketChannel channel;
  private final BufferedReader reader;
  private final Map<String, Long> eventMs = new HashMap<>();

  private LineSocket(SocketChannel channel) {
    this.channel = channel;
    this.reader =
        new BufferedReader(
            Channels.newReader(
                Channels.newChannel(Channels.newInputStream(channel)), StandardCharsets.UTF_8));
  }

  /** Connects, waiting for the socket to appear. */
  static LineSocket open(Path socket, Duration patience) throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new LineSocket(channel);
      } catch (IOException e) {
        channel.close();
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(2);
      }
    }
  }

  /** The greeting and the negotiation of the monitor protocol. */
  LineSocket negotiate() throws IOException {
    reader.readLine();
    ask("{\"execute\":\"qmp_capabilities\"}");
    return this;
  }

  /** Sends a request and waits for its answer; events in between are remembered with their time. */
  JsonNode ask(String json) throws IOException {
    send(json);
    return awaitAnswer();
  }

  void send(String json) throws IOException {
    channel.write(ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  JsonNode awaitAnswer() throws IOException {
    while (true) {
      JsonNode node = next();
      if (node.has("return")) {
        return node.get("return");
      }
      if (node.has("error")) {
        throw new IOException("QEMU refused: " + node.get("error"));
      }
    }
  }

  /** Waits for an event and says when it happened, milliseconds of the epoch. */
  double awaitEvent(String event) throws IOException {
    while (!eventMs.containsKey(event)) {
      next();
    }
    return eventMs.remove(event) / 1000.0;
  }

  private JsonNode next() throws IOException {
    String line = reader.readLine();
    if (line == null) {
      throw new IOException("QEMU closed the connection");
    }
    JsonNode node = JSON.readTree(line);
    if (node.has("event")) {
      JsonNode time = node.get("timestamp");
      eventMs.put(
          node.get("event").asString(),
          time.get("seconds").asLong() * 1_000_000 + time.get("microseconds").asLong());
    }
    return node;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
