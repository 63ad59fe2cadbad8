package org.heddle.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.heddle.api.Json;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Which operations were accepted and how they ended, on disk: a file of JSON lines, each durable
 * before it counts. What is remembered of ended operations is bounded, the oldest going first.
 * Rewritten whole (new file, rename) when it has grown to several times what it must hold. Not safe
 * for use by several threads: {@link Operations} guards it.
 */
final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** The controller asks again within seconds of a restart, never after a thousand others. */
  static final int MAX_ENDED = 1000;

  /** Launches of large vjobs are long; the agent's heap is 48 MB. */
  static final long MAX_ENDED_BYTES = 4L << 20;

  /** Rewriting costs some milliseconds; once in that many times what is kept is seldom enough. */
  private static final int GROWTH = 4;

  /** One operation as the journal knows it. */
  record Entry(String id, Operation operation, Optional<Outcome> outcome) {}

  private record Known(Entry entry, int size) {}

  private final Path file;
  private final int maxEnded;
  private final SequencedMap<String, Known> ended = new LinkedHashMap<>();
  private final SequencedMap<String, Known> open = new LinkedHashMap<>();
  private long endedBytes;
  private int lines;
  private FileChannel out;

  /** Reads what is there; a line that a crash cut off is left out. */
  Journal(Path file) throws IOException {
    this(file, MAX_ENDED);
  }

  Journal(Path file, int maxEnded) throws IOException {
    this.file = file;
    this.maxEnded = maxEnded;
    if (Files.exists(file)) {
      read();
    }
    this.out = rewrite();
  }

  Optional<Entry> find(String id) {
    Known known = open.containsKey(id) ? open.get(id) : ended.get(id);
    return Optional.ofNullable(known).map(Known::entry);
  }

  /** Accepted and not ended, in the order of acceptance. */
  List<Entry> unfinished() {
    return open.values().stream().map(Known::entry).toList();
  }

  /** The operations that ended last, newest first. */
  List<Entry> lastEnded(int limit) {
    return ended.sequencedValues().reversed().stream().limit(limit).map(Known::entry).toList();
  }

  void accepted(String id, Operation operation) throws IOException {
    append(new Entry(id, operation, Optional.empty()));
  }

  void ended(String id, Outcome outcome) throws IOException {
    Known known = open.get(id);
    if (known != null) {
      Entry entry = new Entry(id, known.entry().operation(), Optional.of(outcome));
      try {
        append(entry);
      } catch (IOException full) {
        note(entry, known.size());
        throw full;
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void append(Entry entry) throws IOException {
    byte[] line = line(entry);
    long before = out.size();
    try {
      DurableFiles.writeAll(out, ByteBuffer.wrap(line));
      out.force(false);
    } catch (IOException full) {
      out.truncate(before);
      throw full;
    }
    note(entry, line.length);
    if (++lines > GROWTH * maxEnded) {
      compact();
    }
  }

  /** A journal that could not be made smaller is still a good one. */
  private void compact() throws IOException {
    lines = 0;
    FileChannel fresh;
    try {
      fresh = rewrite();
    } catch (IOException full) {
      LOG.warn("{} stays as long as it is: {}", file, full.getMessage());
      return;
    }
    out.close();
    out = fresh;
  }

  private void note(Entry entry, int size) {
    if (entry.outcome().isEmpty()) {
      open.put(entry.id(), new Known(entry, size));
      return;
    }
    open.remove(entry.id());
    Known before = ended.put(entry.id(), new Known(entry, size));
    endedBytes += size - (before == null ? 0 : before.size());
    while (ended.size() > maxEnded || (endedBytes > MAX_ENDED_BYTES && ended.size() > 1)) {
      Map.Entry<String, Known> oldest = ended.pollFirstEntry();
      endedBytes -= oldest.getValue().size();
    }
  }

  private static byte[] line(Entry entry) {
    return (Json.write(entry) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void read() throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        try {
          note(Json.read(line, Entry.class), line.length() + 1);
        } catch (JacksonException unreadable) {
          LOG.warn("{}: left out a line that cannot be read: {}", file, brief(unreadable));
        }
      }
    }
  }

  private static String brief(JacksonException failure) {
    return failure.getOriginalMessage();
  }

  private FileChannel rewrite() throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel all =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (Known known : ended.values()) {
        DurableFiles.writeAll(all, ByteBuffer.wrap(line(known.entry())));
      }
      for (Known known : open.values()) {
        DurableFiles.writeAll(all, ByteBuffer.wrap(line(known.entry())));
      }
      all.force(true);
    }
    DurableFiles.move(fresh, file);
    lines = ended.size() + open.size();
    return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }
}
