package org.heddle.store.transfer;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.ChunkSource;
import org.heddle.store.Difference;
import org.heddle.store.IndexDraft;
import org.heddle.store.IndexInfo;
import org.heddle.store.IndexReader;
import org.heddle.store.Lookalikes;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.jspecify.annotations.Nullable;

/** A store elsewhere. Safe for threads; each call may be repeated when it failed. */
public final class RemoteStore implements ChunkSource, AutoCloseable {
  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 5_000;

  /** How often a request may be too slow. */
  private static final int SLOW_ATTEMPTS = 2;

  private final Connection connection;
  private final int attempts;

  RemoteStore(Connection connection, int attempts) {
    this.connection = connection;
    this.attempts = attempts;
  }

  /** To read from it. Connects when it is first asked for something. */
  public static RemoteStore reading(Address address, ConnectSettings settings, Traffic traffic) {
    return new RemoteStore(connection(address, 2, true, settings, traffic), settings.attempts());
  }

  /** To add to it: over one connection if sessions belong to connections. */
  public static RemoteStore adding(Address address, ConnectSettings settings, Traffic traffic) {
    return new RemoteStore(connection(address, 1, false, settings, traffic), settings.attempts());
  }

  private static Connection connection(
      Address address, int atOnce, boolean reading, ConnectSettings settings, Traffic traffic) {
    return switch (address) {
      case Address.Http(var base) -> new HttpConnection(base, settings, traffic);
      case Address.Shell shell ->
          new ProcessConnection(
              shell.text(), shell.command(settings.shell(), reading), atOnce, settings, traffic);
    };
  }

  @Override
  public String name() {
    return connection.name();
  }

  /** Whether it need not be asked again after so many failures in a row. */
  boolean hopeless(int failures, IOException last) {
    boolean slow = last instanceof CutException cut && cut.slow();
    return failures >= (slow ? Math.min(SLOW_ATTEMPTS, attempts) : attempts);
  }

  /** What goes slower counts as if nothing moved: bytes a second; 0: any byte will do. */
  long leastRate() {
    return connection.leastRate();
  }

  /** Waits before the next attempt: longer each time. */
  static void pause(int failures) throws InterruptedException {
    Thread.sleep(
        Duration.ofMillis(
            Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.clamp(failures - 1, 0, 20))));
  }

  /** Asks until it is answered, or too often. */
  private <T> T patiently(Request request, Connection.Reply<T> reply) throws IOException {
    for (int failures = 1; ; failures++) {
      try {
        return connection.ask(request, reply);
      } catch (CutException cut) {
        if (hopeless(failures, cut)) {
          throw cut;
        }
      }
      pauseHere(failures);
    }
  }

  /** The same for who reads and writes: to be interrupted is a failure of that. */
  static void pauseHere(int failures) throws InterruptedIOException {
    try {
      pause(failures);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public Optional<IndexDraft> index(String name, @Nullable ChunkId expected, StoreWriter into)
      throws IOException {
    try {
      return Optional.of(index(name, into, expected));
    } catch (StoreException none) {
      if (none.kind() == StoreException.Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw none;
    }
  }

  /**
   * Takes an index over, checked.
   *
   * @param expected the one that it must be; null: whatever has the name there
   */
  public IndexDraft index(String name, StoreWriter into, @Nullable ChunkId expected)
      throws IOException {
    return patiently(Request.index(name), reply -> into.receiveIndex(reply, expected));
  }

  /** What an index there says of itself; the whole of it is read and checked. */
  public IndexInfo info(String name) throws IOException {
    return patiently(
        Request.index(name),
        reply -> {
          IndexReader index = IndexReader.open(reply, null);
          index.check();
          return index.info();
        });
  }

  /**
   * Asks which chunks are missing there.
   *
   * @param session the session that will add them; {@link Responder#NO_SESSION}: none
   * @return by their numbers in the list
   */
  BitSet missing(UUID session, List<ChunkId> chunks) throws IOException {
    int length = (chunks.size() + 7) / 8;
    return patiently(
        Request.missing(session, chunks),
        reply -> {
          byte[] bits = reply.readNBytes(length);
          BitSet missing = BitSet.valueOf(bits);
          if (bits.length < length || missing.length() > chunks.size()) {
            throw Fault.malformed(name() + " answers a question for chunks with something else");
          }
          return missing;
        });
  }

  /** Once, for any number of chunks; a cut is told after the blocks that came before it. */
  @Override
  public void fetch(Collection<ChunkRef> wanted, Sink sink) throws IOException {
    fetch(wanted, sink, _ -> {});
  }

  /**
   * The same.
   *
   * @param moves is told how many bytes of the answer have come
   */
  void fetch(Collection<ChunkRef> wanted, Sink sink, LongConsumer moves) throws IOException {
    for (List<ChunkRef> some : Request.split(wanted)) {
      fetchSome(some, sink, moves);
    }
  }

  private void fetchSome(List<ChunkRef> wanted, Sink sink, LongConsumer moves) throws IOException {
    Expected expected = new Expected(name(), wanted);
    connection.ask(
        Request.fetch(wanted),
        reply -> {
          InputStream blocks = Counted.input(reply, moves);
          for (Optional<Block> block = Block.read(blocks);
              block.isPresent();
              block = Block.read(blocks)) {
            expected.check(block.get());
            sink.accept(block.get());
          }
          return expected;
        });
  }

  /**
   * Asks once what chunks look like.
   *
   * @param chunks as many as one request may ask for
   * @return for each its sketch, as {@link org.heddle.store.Lookalikes} knows them
   */
  List<int[]> sketches(List<ChunkRef> chunks, LongConsumer moves) throws IOException {
    return connection.ask(
        Request.sketches(chunks),
        reply -> {
          DataInputStream in = new DataInputStream(Counted.input(reply, moves));
          List<int[]> sketches = new ArrayList<>();
          try {
            for (ChunkRef _ : chunks) {
              int[] sketch = new int[Lookalikes.NUMBERS];
              for (int i = 0; i < sketch.length; i++) {
                sketch[i] = in.readInt();
              }
              sketches.add(sketch);
            }
          } catch (EOFException tooShort) {
            throw Fault.malformed(name() + " answers a question for sketches with something else");
          }
          return sketches;
        });
  }

  /**
   * Asks once for what chunks differ by from others.
   *
   * @param references chunks that are here
   * @return of those chunks of which the other side has one that is asked for and one that is here
   */
  Optional<Difference> differ(List<ChunkRef> wanted, List<ChunkRef> references, LongConsumer moves)
      throws IOException {
    Expected expected = new Expected(name(), wanted);
    return connection.ask(
        Request.differ(wanted, references),
        reply -> {
          Optional<Difference> difference = Difference.read(Counted.input(reply, moves));
          if (difference.isPresent()) {
            expected.check(difference.get(), references);
          }
          return difference;
        });
  }

  UUID begin() throws IOException {
    return patiently(Request.begin(), reply -> new UUID(number(reply), number(reply)));
  }

  /** Bytes of chunks that were new. */
  long put(UUID session, List<Block> blocks) throws IOException {
    return patiently(Request.put(session, blocks), RemoteStore::number);
  }

  /** Whether it could be used: the other side has what it refers to. */
  boolean put(UUID session, Difference difference) throws IOException {
    return patiently(Request.put(session, difference), RemoteStore::number) >= 0;
  }

  /** Bytes that the session has written. */
  long publish(UUID session, String name, boolean replace, java.nio.file.Path index)
      throws IOException {
    return patiently(Request.publish(session, name, replace, index), RemoteStore::number);
  }

  void end(UUID session) throws IOException {
    patiently(Request.end(session), _ -> session);
  }

  private static long number(FrameInput reply) throws IOException {
    try {
      return new DataInputStream(reply).readLong();
    } catch (EOFException tooShort) {
      throw new StoreException(
          StoreException.Kind.MALFORMED, "a reply ends before its end", tooShort);
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
