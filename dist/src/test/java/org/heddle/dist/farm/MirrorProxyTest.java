package org.heddle.dist.farm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MirrorProxyTest {
  @TempDir Path folder;
  private HttpServer mirror;

  @BeforeEach
  void start() throws Exception {
    mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    mirror.createContext(
        "/",
        exchange -> {
          String range = String.valueOf(exchange.getRequestHeaders().getFirst("Range"));
          byte[] answer = (exchange.getRequestURI() + " " + range).getBytes(ISO_8859_1);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    mirror.start();
  }

  @AfterEach
  void stop() {
    mirror.stop(0);
  }

  private String host() {
    return "127.0.0.1:" + mirror.getAddress().getPort();
  }

  private String ask(String request) throws Exception {
    Path socket = folder.resolve("proxy");
    try (MirrorProxy _ = MirrorProxy.start(socket, Set.of(host()));
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      Channels.newOutputStream(channel).write((request + "\r\n\r\n").getBytes(ISO_8859_1));
      return new String(Channels.newInputStream(channel).readAllBytes(), ISO_8859_1);
    } finally {
      java.nio.file.Files.delete(socket);
    }
  }

  @Test
  void whatTheMirrorHasComesThrough() throws Exception {
    assertThat(ask("GET http://" + host() + "/a%20b?c HTTP/1.1\r\nRange: bytes=3-\r\nCookie: x"))
        .startsWith("HTTP/1.1 200")
        .endsWith("/a%20b?c bytes=3-");
  }

  @Test
  void nothingElseIsReached() throws Exception {
    String other = "127.0.0.1:" + (mirror.getAddress().getPort() ^ 1);
    assertThat(ask("GET http://" + other + "/ HTTP/1.1")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET http://localhost/ HTTP/1.1")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET https://" + host() + "/ HTTP/1.1")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET file:///etc/passwd HTTP/1.1")).startsWith("HTTP/1.1 403");
    assertThat(ask("CONNECT " + host() + " HTTP/1.1")).startsWith("HTTP/1.1 405");
    assertThat(ask("nonsense")).startsWith("HTTP/1.1 405");
  }
}
