package org.heddle.dist.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Two files on loopback, whole or in ranges (RFC 9110, section 14), and a count of what was sent.
 */
final class RangeServer implements AutoCloseable {
  private static final String BOUNDARY = "heddle-bench-part";

  private final HttpServer server;
  private final Path data;
  private final Path table;
  private final AtomicLong sent = new AtomicLong();

  RangeServer(Path data, Path table) throws IOException {
    this.data = data;
    this.table = table;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  long sent() {
    return sent.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean wantsTable = exchange.getRequestURI().getPath().endsWith(".zsync");
      String range = exchange.getRequestHeaders().getFirst("Range");
      if (wantsTable || range == null) {
        Path file = wantsTable ? table : data;
        exchange.sendResponseHeaders(200, Files.size(file));
        sent.addAndGet(Files.copy(file, exchange.getResponseBody()));
        return;
      }
      byte[] body = parts(exchange, range.substring(range.indexOf('=') + 1).split(",", -1));
      exchange.sendResponseHeaders(206, body.length);
      exchange.getResponseBody().write(body);
      sent.addAndGet(body.length);
    }
  }

  private byte[] parts(HttpExchange exchange, String[] ranges) throws IOException {
    try (FileChannel channel = FileChannel.open(data)) {
      long size = channel.size();
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (String range : ranges) {
        String[] ends = range.strip().split("-", 2);
        long from = Long.parseLong(ends[0]);
        long to = Math.min(size - 1, Long.parseLong(ends[1]));
        String told = "bytes " + from + "-" + to + "/" + size;
        if (ranges.length == 1) {
          exchange.getResponseHeaders().set("Content-Range", told);
        } else {
          String head = "\r\n--" + BOUNDARY + "\r\nContent-Range: " + told + "\r\n\r\n";
          body.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        }
        body.writeBytes(read(channel, from, Math.toIntExact(to - from + 1)));
      }
      if (ranges.length > 1) {
        exchange
            .getResponseHeaders()
            .set("Content-Type", "multipart/byteranges; boundary=" + BOUNDARY);
        body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
      }
      return body.toByteArray();
    }
  }

  private static byte[] read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    boolean more = true;
    while (more && bytes.hasRemaining()) {
      more = channel.read(bytes, from + bytes.position()) >= 0;
    }
    return bytes.array();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
