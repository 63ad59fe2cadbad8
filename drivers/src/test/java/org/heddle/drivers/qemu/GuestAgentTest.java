package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class GuestAgentTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  /**
   * Answers a request with its name, and synchronizations when more have come than this; a
   * delimiter is no JSON, which it says.
   *
   * @param unanswered how many it leaves without an answer for now
   */
  private static void serve(ServerSocketChannel server, int unanswered) {
    int late = unanswered;
    try (SocketChannel channel = server.accept();
        BufferedReader in = new BufferedReader(Channels.newReader(channel, ISO_8859_1));
        OutputStream out = Channels.newOutputStream(channel)) {
      Queue<Long> waiting = new ArrayDeque<>();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode request = JSON.readTree(line.substring(line.indexOf('{')));
        String command = request.path("execute").asString("");
        if (command.equals("guest-sync-delimited")) {
          waiting.add(request.path("arguments").path("id").asLong());
          late = waiting.size() > late ? 0 : late;
          while (late == 0 && !waiting.isEmpty()) {
            out.write("{\"error\": {\"desc\": \"JSON parse error\"}}\n".getBytes(UTF_8));
            out.write(0xff);
            out.write(("{\"return\": " + waiting.remove() + "}\n").getBytes(UTF_8));
          }
        } else {
          out.write(("{\"return\": \"" + command + "\"}\n").getBytes(UTF_8));
        }
      }
    } catch (IOException over) {
      return;
    }
  }

  @Test
  void anAnswerIsThatOfItsRequestHoweverLateTheFirstOnesCome() throws Exception {
    Path socket = folder.resolve("qga");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofVirtual().start(() -> serve(server, 3));
      try (GuestAgent agent = new GuestAgent(socket, "node.vjob", Duration.ofMillis(50))) {
        for (String command : new String[] {"guest-exec", "guest-exec-status", "guest-ping"}) {
          assertThat(agent.request(command, Map.of(), PATIENCE).asString("")).isEqualTo(command);
        }
      }
    }
  }
}
