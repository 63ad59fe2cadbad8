package org.heddle.store.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.heddle.store.nbd.Export.Stretch;

/**
 * Answers a client's commands: each on a thread of its own, so that one that waits for the network
 * holds up no other. What would change anything is refused.
 */
final class Transmission {
  /** The longest read, as the protocol says where nothing else is agreed. */
  static final int MOST = 32 << 20;

  private static final int REQUEST = 0x25609513;
  private static final int SIMPLE = 0x67446698;
  private static final int STRUCTURED = 0x668e33ef;
  private static final int DONT_FRAGMENT = 1 << 2;
  private static final int ONE_EXTENT = 1 << 3;

  private static final int DONE = 1;
  private static final int PIECE_NONE = 0;
  private static final int PIECE_DATA = 1;
  private static final int PIECE_HOLE = 2;
  private static final int PIECE_STATUS = 5;
  private static final int PIECE_ERROR = 0x8001;

  private static final int NOT_PERMITTED = 1;
  private static final int IO_ERROR = 5;
  private static final int INVALID = 22;
  private static final int OVERFLOW = 75;

  private static final int MOST_EXTENTS = 4096;
  private static final int MOST_STRETCHES = 1 << 14;
  private static final int MESSAGE = 1000;

  private final Wire wire;
  private final Export export;
  private final Negotiation.Agreed agreed;
  private final Memory memory;
  private final IntConsumer release;

  /** Memory for replies that are being made, of all connections. */
  interface Memory {
    /** Waits for so many KiB. */
    void acquire(int kibibytes) throws IOException;
  }

  /**
   * @param release gives back KiB of the memory
   */
  Transmission(
      Wire wire, Export export, Negotiation.Agreed agreed, Memory memory, IntConsumer release) {
    this.wire = wire;
    this.export = export;
    this.agreed = agreed;
    this.memory = memory;
    this.release = release;
  }

  private record Command(int flags, int type, long cookie, long offset, int length) {}

  /** Returns when the client says good-bye. */
  void run() throws IOException {
    while (true) {
      if (wire.readInt() != REQUEST) {
        throw new IOException("the client sends no request where one is due");
      }
      Command command =
          new Command(
              Short.toUnsignedInt(wire.readShort()),
              Short.toUnsignedInt(wire.readShort()),
              wire.readLong(),
              wire.readLong(),
              wire.readInt());
      switch (command.type) {
        case 0 -> begin(command);
        case 1 -> {
          refuseUnread(command);
          fail(command, NOT_PERMITTED, "this disk is read only");
        }
        case 2 -> {
          return;
        }
        case 3 -> done(command);
        case 4, 6 -> fail(command, NOT_PERMITTED, "this disk is read only");
        case 7 -> status(command);
        default -> fail(command, INVALID, "no command has number " + command.type);
      }
    }
  }

  /** Passes over what came with a write. */
  private void refuseUnread(Command command) throws IOException {
    if (command.length < 0 || command.length > MOST) {
      throw new IOException("the client writes more at once than allowed");
    }
    wire.skip(command.length);
  }

  private boolean within(Command command) {
    return command.offset >= 0
        && command.offset <= export.size()
        && Integer.toUnsignedLong(command.length) <= export.size() - command.offset;
  }

  private void begin(Command command) throws IOException {
    if (command.length < 0 || command.length > MOST) {
      fail(command, OVERFLOW, "a read of more than " + MOST + " bytes");
    } else if (!within(command)) {
      fail(command, INVALID, "a read beyond the end");
    } else {
      int kibibytes = 1 + (command.length >> 10);
      memory.acquire(kibibytes);
      Thread.ofVirtual()
          .name("nbd-read")
          .start(() -> {
            try {
              read(command);
            } finally {
              release.accept(kibibytes);
            }
          });
    }
  }

  private void read(Command command) {
    try {
      try {
        byte[] data = new byte[command.length];
        List<Stretch> stretches =
            whole(command) ? List.of() : stretches(command, command.length, MOST_STRETCHES);
        if (stretches.isEmpty()) {
          export.read(command.offset, data, 0, data.length);
        } else {
          readData(command, stretches, data);
        }
        send(command, stretches, data);
      } catch (IOException lost) {
        fail(command, IO_ERROR, Objects.requireNonNullElse(lost.getMessage(), lost.toString()));
      } catch (RuntimeException bug) {
        fail(command, IO_ERROR, bug.toString());
        throw bug;
      }
    } catch (IOException gone) {
      // The client; whoever reads from it sees it too.
    }
  }

  /** Whether the answer must be one piece. */
  private boolean whole(Command command) {
    return !agreed.structured() || command.length == 0 || (command.flags & DONT_FRAGMENT) != 0;
  }

  private List<Stretch> stretches(Command command, long length, int most) throws IOException {
    return export.stretches(command.offset, length, most);
  }

  private void readData(Command command, List<Stretch> stretches, byte[] data) throws IOException {
    int at = 0;
    for (Stretch stretch : pieces(stretches, data.length)) {
      if (!stretch.zeros()) {
        export.read(command.offset + at, data, at, (int) stretch.length());
      }
      at += (int) stretch.length();
    }
  }

  /** The same, with what they do not reach as data. */
  private static List<Stretch> pieces(List<Stretch> stretches, int length) {
    long known = stretches.stream().mapToLong(Stretch::length).sum();
    if (known >= length) {
      return stretches;
    }
    List<Stretch> all = new java.util.ArrayList<>(stretches);
    all.add(new Stretch(length - known, false));
    return all;
  }

  private void send(Command command, List<Stretch> stretches, byte[] data) throws IOException {
    if (!agreed.structured()) {
      wire.write(simple(command, 0), ByteBuffer.wrap(data));
    } else if (data.length == 0) {
      done(command);
    } else if (stretches.isEmpty()) {
      wire.write(
          data(command, DONE, command.offset, data.length), ByteBuffer.wrap(data, 0, data.length));
    } else {
      int at = 0;
      for (Stretch stretch : pieces(stretches, data.length)) {
        int length = (int) stretch.length();
        int last = at + length == data.length ? DONE : 0;
        if (stretch.zeros()) {
          ByteBuffer hole = structured(command, last, PIECE_HOLE, 12, 12);
          wire.write(hole.putLong(command.offset + at).putInt(length).flip());
        } else {
          wire.write(
              data(command, last, command.offset + at, length), ByteBuffer.wrap(data, at, length));
        }
        at += length;
      }
    }
  }

  private static ByteBuffer data(Command command, int flags, long offset, int length) {
    return structured(command, flags, PIECE_DATA, 8, 8 + length).putLong(offset).flip();
  }

  /** The head of a piece, with room for what follows it in the same buffer. */
  private static ByteBuffer structured(Command command, int flags, int type, int room, int length) {
    ByteBuffer head = ByteBuffer.allocate(20 + room).putInt(STRUCTURED);
    return head.putShort((short) flags)
        .putShort((short) type)
        .putLong(command.cookie)
        .putInt(length);
  }

  private static ByteBuffer simple(Command command, int error) {
    return ByteBuffer.allocate(16).putInt(SIMPLE).putInt(error).putLong(command.cookie).flip();
  }

  private void status(Command command) throws IOException {
    long length = Integer.toUnsignedLong(command.length);
    if (!agreed.allocation() || length == 0 || !within(command)) {
      fail(command, INVALID, "no such range, or base:allocation was not agreed on");
      return;
    }
    List<Stretch> stretches;
    try {
      int most = (command.flags & ONE_EXTENT) == 0 ? MOST_EXTENTS : 1;
      stretches = stretches(command, length, most);
    } catch (IOException lost) {
      fail(command, IO_ERROR, Objects.requireNonNullElse(lost.getMessage(), lost.toString()));
      return;
    }
    int bytes = 4 + 8 * stretches.size();
    ByteBuffer piece = structured(command, DONE, PIECE_STATUS, bytes, bytes);
    piece.putInt(Negotiation.ALLOCATION_ID);
    for (Stretch stretch : stretches) {
      // A hole, and zeros.
      piece.putInt((int) stretch.length()).putInt(stretch.zeros() ? 3 : 0);
    }
    wire.write(piece.flip());
  }

  private void done(Command command) throws IOException {
    wire.write(
        agreed.structured()
            ? structured(command, DONE, PIECE_NONE, 0, 0).flip()
            : simple(command, 0));
  }

  private void fail(Command command, int error, String why) throws IOException {
    if (!agreed.structured()) {
      wire.write(simple(command, error));
      return;
    }
    byte[] text =
        why.substring(0, Math.min(MESSAGE, why.length())).getBytes(StandardCharsets.UTF_8);
    int length = 6 + text.length;
    ByteBuffer piece = structured(command, DONE, PIECE_ERROR, length, length);
    wire.write(piece.putInt(error).putShort((short) text.length).put(text).flip());
  }
}
