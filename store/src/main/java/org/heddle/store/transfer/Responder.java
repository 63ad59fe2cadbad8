package org.heddle.store.transfer;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Difference;
import org.heddle.store.IndexDraft;
import org.heddle.store.Limits;
import org.heddle.store.Lookalikes;
import org.heddle.store.Store;
import org.heddle.store.StoreException;

/** Answers requests from a store, whatever connection they come over. Safe for threads. */
final class Responder implements AutoCloseable {
  static final UUID NO_SESSION = new UUID(0, 0);

  /** Another process may have added packs: look again, but not for each question. */
  private static final long LOOK_AGAIN = 50_000_000;

  /** Differences that are made at once: each takes some 60 MB, and a core. */
  private static final int DIFFERING = 2;

  private final Store store;
  private final boolean readOnly;
  private final Sessions sessions;
  private final Semaphore differing = new Semaphore(DIFFERING, true);
  private long looked = System.nanoTime();

  Responder(Store store, boolean readOnly, Duration idle) {
    this.store = store;
    this.readOnly = readOnly;
    this.sessions = new Sessions(store, idle);
  }

  /**
   * Reads one request and writes its reply, be it a refusal.
   *
   * @throws IOException if the connection is of no more use
   */
  void answer(InputStream in, OutputStream out) throws IOException {
    FrameInput request = new FrameInput(in, Bounds.REQUEST);
    FrameOutput reply = new FrameOutput(out);
    try {
      answer(request, reply);
      request.expectEnd();
      reply.finish();
    } catch (CutException busyOrGone) {
      reply.fail(Fault.NOT_NOW, message(busyOrGone));
      throw busyOrGone;
    } catch (IOException refused) {
      boolean usable = drained(request);
      reply.fail(Fault.code(refused), message(refused));
      if (!usable) {
        throw new CutException("a request without an end", refused);
      }
    }
  }

  private static String message(IOException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
  }

  private static boolean drained(FrameInput request) throws IOException {
    try {
      request.limit(Bounds.REQUEST);
      request.drain();
      return true;
    } catch (StoreException tooLong) {
      return false;
    }
  }

  private void answer(FrameInput request, FrameOutput reply) throws IOException {
    DataInputStream in = new DataInputStream(request);
    try {
      Operation operation = Operation.of(in.readUnsignedByte());
      if (readOnly && operation.adds()) {
        throw Fault.invalid("this store is served for reading only");
      }
      answer(operation, request, in, reply);
    } catch (EOFException tooShort) {
      throw new StoreException(
          StoreException.Kind.MALFORMED, "a request ends before its end", tooShort);
    }
  }

  private void answer(
      Operation operation, FrameInput request, DataInputStream in, FrameOutput reply)
      throws IOException {
    switch (operation) {
      case INDEX -> index(in, reply);
      case MISSING -> missing(in, reply);
      case FETCH -> fetch(in, reply);
      case BEGIN -> session(sessions.begin(), reply);
      case PUT -> put(in, reply);
      case PUBLISH -> publish(request, in, reply);
      case END -> sessions.end(session(in));
      case SKETCHES -> sketches(in, reply);
      case DIFFER -> differ(in, reply);
      case PUT_DIFFERENCE -> putDifference(in, reply);
    }
  }

  private void index(DataInputStream in, FrameOutput reply) throws IOException {
    String name = name(in);
    try (InputStream file = Files.newInputStream(store.indexFile(name))) {
      file.transferTo(reply);
    } catch (java.nio.file.NoSuchFileException missing) {
      throw new StoreException(
          StoreException.Kind.NOT_FOUND, "there is no index '" + name + "'", missing);
    }
  }

  private void missing(DataInputStream in, FrameOutput reply) throws IOException {
    UUID session = session(in);
    int count = bounded("digests", in.readInt(), Bounds.DIGESTS);
    byte[] digests = in.readNBytes(count * ChunkId.BYTES);
    if (digests.length < count * ChunkId.BYTES) {
      throw new EOFException();
    }
    ByteBuffer at = ByteBuffer.wrap(digests);
    List<ChunkId> ids = new ArrayList<>();
    while (at.hasRemaining()) {
      ids.add(ChunkId.read(at));
    }
    byte[] bits =
        session.equals(NO_SESSION)
            ? bits(ids, this::has)
            : sessions.use(session, writer -> bits(ids, writer::has));
    reply.write(bits, 0, bits.length);
  }

  private static byte[] bits(List<ChunkId> ids, java.util.function.Predicate<ChunkId> has) {
    byte[] bits = new byte[(ids.size() + 7) / 8];
    for (int i = 0; i < ids.size(); i++) {
      if (!has.test(ids.get(i))) {
        bits[i / 8] |= (byte) (1 << (i % 8));
      }
    }
    return bits;
  }

  private boolean has(ChunkId chunk) {
    return store.has(chunk);
  }

  private void fetch(DataInputStream in, FrameOutput reply) throws IOException {
    List<ChunkRef> wanted = wanted(in, Bounds.WANTED, Bounds.WANTED_BYTES);
    Sender.send(
        store,
        wanted,
        false,
        block -> {
          block.write(reply);
          reply.flush();
        });
  }

  private void sketches(DataInputStream in, FrameOutput reply) throws IOException {
    for (ChunkRef chunk : wanted(in, Bounds.WANTED, Bounds.WANTED_BYTES)) {
      ByteBuffer sketch = ByteBuffer.allocate(Lookalikes.NUMBERS * Integer.BYTES);
      sketch.asIntBuffer().put(Lookalikes.sketch(store, chunk));
      reply.write(sketch.array());
    }
  }

  private void differ(DataInputStream in, FrameOutput reply) throws IOException {
    List<ChunkRef> wanted = wanted(in, Bounds.WANTED, Bounds.GATHERED);
    List<ChunkRef> references = wanted(in, Limits.REFERENCES, Bounds.GATHERED);
    differing.acquireUninterruptibly();
    Optional<Difference> difference;
    try {
      difference = Sender.differ(store, wanted, references);
    } finally {
      differing.release();
    }
    if (difference.isPresent()) {
      difference.get().write(reply);
    }
  }

  /** Chunks that a request names; looks for them again when one is not here. */
  private List<ChunkRef> wanted(DataInputStream in, int most, long mostBytes) throws IOException {
    int count = bounded("chunks", in.readInt(), most);
    List<ChunkRef> wanted = new ArrayList<>();
    ByteBuffer one = ByteBuffer.allocate(ChunkId.BYTES + Integer.BYTES);
    long sum = 0;
    for (int i = 0; i < count; i++) {
      in.readFully(one.clear().array());
      ChunkId id = ChunkId.read(one);
      ChunkRef chunk = new ChunkRef(id, bounded("bytes of a chunk", one.getInt(), Limits.CHUNK));
      wanted.add(chunk);
      sum += chunk.length();
    }
    if (sum > mostBytes) {
      throw Fault.malformed("a request for more than " + mostBytes + " bytes");
    }
    if (!wanted.stream().allMatch(chunk -> store.has(chunk.id()))) {
      lookAgain();
    }
    return wanted;
  }

  private void lookAgain() throws IOException {
    synchronized (this) {
      long now = System.nanoTime();
      if (now - looked < LOOK_AGAIN) {
        return;
      }
      looked = now;
    }
    store.refresh();
  }

  private void put(DataInputStream in, FrameOutput reply) throws IOException {
    UUID session = session(in);
    long fresh =
        sessions.use(
            session,
            writer -> {
              long sum = 0;
              for (Optional<Block> block = Block.read(in);
                  block.isPresent();
                  block = Block.read(in)) {
                sum += writer.addBlock(block.get());
              }
              return sum;
            });
    number(fresh, reply);
  }

  private void putDifference(DataInputStream in, FrameOutput reply) throws IOException {
    UUID session = session(in);
    Optional<Difference> difference = Difference.read(in);
    if (difference.isEmpty()) {
      throw new EOFException();
    }
    OptionalLong fresh = sessions.use(session, writer -> writer.addDifference(difference.get()));
    number(fresh.orElse(-1), reply);
  }

  private void publish(FrameInput request, DataInputStream in, FrameOutput reply)
      throws IOException {
    UUID session = session(in);
    boolean replace = in.readBoolean();
    String name = name(in);
    request.limit(Bounds.INDEX);
    long written =
        sessions.use(
            session,
            writer -> {
              try (IndexDraft draft = writer.receiveIndex(in, null)) {
                // A request that was cut is none, even if only its end is missing.
                request.expectEnd();
                writer.publish(name, draft, replace);
              }
              return writer.bytesWritten();
            });
    number(written, reply);
  }

  private static String name(DataInputStream in) throws IOException {
    byte[] bytes = new byte[bounded("bytes of a name", in.readUnsignedShort(), Bounds.NAME)];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static UUID session(DataInputStream in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }

  private static void session(UUID id, FrameOutput reply) throws IOException {
    number(id.getMostSignificantBits(), reply);
    number(id.getLeastSignificantBits(), reply);
  }

  private static void number(long value, FrameOutput reply) throws IOException {
    reply.write(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  private static int bounded(String what, int value, int most) throws StoreException {
    if (value < 1 || value > most) {
      throw Fault.malformed("a request with " + value + " " + what + ", not 1 to " + most);
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    sessions.close();
  }
}
