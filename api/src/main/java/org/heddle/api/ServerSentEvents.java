package org.heddle.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads a stream of server-sent events (WHATWG HTML, section 9.2). Comments, which serve to keep
 * the connection alive, are skipped. For one thread; another may close it, which ends a read.
 */
public final class ServerSentEvents implements AutoCloseable {
  /** A longer event than this is a fault of the sender. */
  private static final int LONGEST = 8 << 20;

  private final InputStream in;
  private final BufferedReader lines;

  public ServerSentEvents(InputStream in) {
    this.in = in;
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /**
   * @param name {@code message} when the sender gave none
   * @param id empty when the sender gave none
   */
  public record Message(String name, String id, String data) {}

  /** The next event; empty at the end of the stream. */
  public Optional<Message> next() throws IOException {
    String name = "message";
    String id = "";
    StringBuilder data = new StringBuilder();
    boolean any = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (any) {
          return Optional.of(new Message(name, id, data.toString()));
        }
        name = "message";
        continue;
      }
      String value = value(line);
      switch (field(line)) {
        case "event" -> name = value;
        case "id" -> id = value;
        case "data" -> {
          data.append(any ? "\n" : "").append(value);
          any = true;
        }
        default -> {}
      }
      if (data.length() > LONGEST) {
        throw new IOException("an event of more than " + LONGEST + " characters");
      }
    }
    return Optional.empty();
  }

  private static String field(String line) {
    int colon = line.indexOf(':');
    return colon < 0 ? line : line.substring(0, colon);
  }

  private static String value(String line) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      return "";
    }
    String rest = line.substring(colon + 1);
    return rest.startsWith(" ") ? rest.substring(1) : rest;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
