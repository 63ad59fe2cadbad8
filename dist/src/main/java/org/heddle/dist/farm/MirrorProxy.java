package org.heddle.dist.farm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * An HTTP proxy on a unix socket that knows a few hosts only: all that an installing guest can
 * reach. It takes GET and HEAD of plain http, one request a connection.
 */
final class MirrorProxy implements AutoCloseable {
  private static final int LONGEST_HEAD = 1 << 15;
  private static final int MOST_CONNECTIONS = 32;
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration SILENCE = Duration.ofMinutes(2);
  private static final Set<String> PASSED =
      Set.of("range", "if-range", "if-modified-since", "user-agent", "accept", "cache-control");

  private final ServerSocketChannel server;
  private final Set<String> hosts;
  private final Semaphore free = new Semaphore(MOST_CONNECTIONS);

  private MirrorProxy(ServerSocketChannel server, Set<String> hosts) {
    this.server = server;
    this.hosts = Set.copyOf(hosts);
  }

  /**
   * Starts it.
   *
   * @param hosts names of those that may be asked, with their port where it is not 80
   */
  static MirrorProxy start(Path socket, Set<String> hosts) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    MirrorProxy proxy = new MirrorProxy(server, hosts);
    Thread.ofVirtual().name("mirror-proxy").start(proxy::accept);
    return proxy;
  }

  private void accept() {
    try {
      while (true) {
        free.acquire();
        SocketChannel client = server.accept();
        Thread.ofVirtual()
            .name("mirror-proxy-client")
            .start(() -> {
              try {
                serve(client);
              } finally {
                free.release();
              }
            });
      }
    } catch (IOException closed) {
      // It is over.
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        InputStream in = new BufferedInputStream(Channels.newInputStream(client));
        OutputStream out = Channels.newOutputStream(client)) {
      List<String> head = head(in);
      String[] request = head.isEmpty() ? new String[0] : head.getFirst().split(" ", 3);
      if (request.length < 3 || !Set.of("GET", "HEAD").contains(request[0])) {
        refuse(out, "405 Method Not Allowed");
        return;
      }
      URI address = URI.create(request[1]);
      String host = address.getHost();
      int port = address.getPort() < 0 ? 80 : address.getPort();
      boolean known =
          "http".equals(address.getScheme())
              && host != null
              && hosts.contains(port == 80 ? host : host + ":" + port);
      if (!known) {
        refuse(out, "403 Forbidden");
        return;
      }
      pass(request[0], address, head, out);
    } catch (IOException | IllegalArgumentException broken) {
      // The guest asks again, or says that it could not.
    }
  }

  private static List<String> head(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (int size = 0; size < LONGEST_HEAD; size++) {
      int one = in.read();
      if (one < 0) {
        return List.of();
      }
      if (one != '\n') {
        line.append((char) one);
        continue;
      }
      String text = line.toString().stripTrailing();
      if (text.isEmpty()) {
        return lines;
      }
      lines.add(text);
      line.setLength(0);
    }
    throw new IOException("too long a request");
  }

  private static void refuse(OutputStream out, String status) throws IOException {
    out.write(
        ("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .getBytes(ISO_8859_1));
  }

  private static void pass(String method, URI address, List<String> head, OutputStream out)
      throws IOException {
    int port = address.getPort() < 0 ? 80 : address.getPort();
    String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
    String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(path).append(query).append(" HTTP/1.1\r\nHost: ");
    request.append(address.getRawAuthority()).append("\r\nConnection: close\r\n");
    for (String line : head.subList(1, head.size())) {
      int colon = line.indexOf(':');
      if (colon > 0 && PASSED.contains(line.substring(0, colon).toLowerCase(Locale.ROOT))) {
        request.append(line).append("\r\n");
      }
    }
    try (Socket server = new Socket()) {
      server.connect(new InetSocketAddress(address.getHost(), port), (int) CONNECT.toMillis());
      server.setSoTimeout((int) SILENCE.toMillis());
      server.getOutputStream().write(request.append("\r\n").toString().getBytes(ISO_8859_1));
      server.getInputStream().transferTo(out);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
