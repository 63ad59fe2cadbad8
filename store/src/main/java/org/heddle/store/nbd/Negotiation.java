package org.heddle.store.nbd;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What client and server agree on before the first read: which export, and in which form replies
 * are. One for each connection.
 */
final class Negotiation {
  private static final long MAGIC = 0x4e42444d41474943L;
  private static final long OPTION = 0x49484156454F5054L;
  private static final long REPLY = 0x3e889045565a9L;
  private static final int FIXED_NEWSTYLE = 1;
  private static final int NO_ZEROES = 2;

  private static final int ACK = 1;
  private static final int SERVER = 2;
  private static final int INFO = 3;
  private static final int META_CONTEXT = 4;
  private static final int UNSUPPORTED = 0x80000001;
  private static final int INVALID = 0x80000003;
  private static final int UNKNOWN = 0x80000006;
  private static final int TOO_BIG = 0x80000009;

  private static final short INFO_EXPORT = 0;
  private static final short INFO_BLOCK_SIZE = 3;

  /** HAS_FLAGS, READ_ONLY, CAN_MULTI_CONN: every connection reads the same. */
  private static final int FLAGS = 1 | 1 << 1 | 1 << 8;

  /** Answers in one piece can be asked for, where they may come in several. */
  private static final int SEND_DF = 1 << 7;

  /** The protocol wants names of up to 4096 bytes to be understood; several come in an option. */
  private static final int MOST_OPTION = 1 << 16;

  /** A client that only asks and never begins. */
  private static final int MOST_OPTIONS = 1_000;

  private static final int BLOCK = 4096;
  private static final String ALLOCATION = "base:allocation";

  /** The number by which replies name {@code base:allocation}. */
  static final int ALLOCATION_ID = 1;

  private final Wire wire;
  private final Export export;
  private boolean zeroes = true;
  private boolean structured;
  private boolean allocation;

  /**
   * What was agreed.
   *
   * @param structured replies are in pieces, with holes
   * @param allocation the client may ask where zeros are
   */
  record Agreed(boolean structured, boolean allocation) {}

  Negotiation(Wire wire, Export export) {
    this.wire = wire;
    this.export = export;
  }

  /** Empty when the client wants nothing more. */
  Optional<Agreed> run() throws IOException {
    ByteBuffer hello = ByteBuffer.allocate(18).putLong(MAGIC).putLong(OPTION);
    wire.write(hello.putShort((short) (FIXED_NEWSTYLE | NO_ZEROES)).flip());
    int flags = wire.readInt();
    if ((flags & ~(FIXED_NEWSTYLE | NO_ZEROES)) != 0) {
      throw new IOException("the client wants what was not offered: flags " + flags);
    }
    zeroes = (flags & NO_ZEROES) == 0;
    for (int i = 0; i < MOST_OPTIONS; i++) {
      if (wire.readLong() != OPTION) {
        throw new IOException("the client sends no option where one is due");
      }
      int option = wire.readInt();
      int length = wire.readInt();
      switch (option(option, length)) {
        case BEGIN -> {
          return Optional.of(new Agreed(structured, structured && allocation));
        }
        case END -> {
          return Optional.empty();
        }
        case ON -> {}
      }
    }
    throw new IOException("the client asks and asks and never begins");
  }

  private enum Next {
    ON,
    BEGIN,
    END
  }

  private Next option(int option, int length) throws IOException {
    if (length < 0 || length > MOST_OPTION) {
      wire.skip(Integer.toUnsignedLong(length));
      reply(option, TOO_BIG);
      return Next.ON;
    }
    ByteBuffer data = ByteBuffer.wrap(wire.readBytes(length));
    try {
      return option(option, data);
    } catch (BufferUnderflowException tooShort) {
      reply(option, INVALID);
      return Next.ON;
    }
  }

  private Next option(int option, ByteBuffer data) throws IOException {
    return switch (option) {
      case 1 -> exportName(data);
      case 2 -> {
        reply(option, ACK);
        yield Next.END;
      }
      case 3 -> list(option, data);
      case 6, 7 -> go(option, data);
      case 8 -> structured(option, data);
      case 9, 10 -> contexts(option, data);
      default -> {
        reply(option, UNSUPPORTED);
        yield Next.ON;
      }
    };
  }

  /** The old way to begin, which knows no refusal but to hang up. */
  private Next exportName(ByteBuffer data) throws IOException {
    if (!known(text(data, data.remaining()))) {
      return Next.END;
    }
    ByteBuffer answer = ByteBuffer.allocate(10 + (zeroes ? 124 : 0));
    answer.putLong(export.size()).putShort(flags());
    wire.write(answer.rewind());
    return Next.BEGIN;
  }

  private Next list(int option, ByteBuffer data) throws IOException {
    if (data.hasRemaining()) {
      reply(option, INVALID);
      return Next.ON;
    }
    byte[] name = export.name().getBytes(StandardCharsets.UTF_8);
    reply(option, SERVER, ByteBuffer.allocate(4 + name.length).putInt(name.length).put(name));
    reply(option, ACK);
    return Next.ON;
  }

  private Next go(int option, ByteBuffer data) throws IOException {
    String name = text(data, data.getInt());
    List<Short> asked = new ArrayList<>();
    for (int i = Short.toUnsignedInt(data.getShort()); i > 0; i--) {
      asked.add(data.getShort());
    }
    if (data.hasRemaining()) {
      reply(option, INVALID);
      return Next.ON;
    }
    if (!known(name)) {
      reply(option, UNKNOWN);
      return Next.ON;
    }
    ByteBuffer about = ByteBuffer.allocate(12).putShort(INFO_EXPORT).putLong(export.size());
    reply(option, INFO, about.putShort(flags()));
    if (asked.contains(INFO_BLOCK_SIZE)) {
      ByteBuffer sizes = ByteBuffer.allocate(14).putShort(INFO_BLOCK_SIZE);
      reply(option, INFO, sizes.putInt(1).putInt(BLOCK).putInt(Transmission.MOST));
    }
    reply(option, ACK);
    return option == 7 ? Next.BEGIN : Next.ON;
  }

  private Next structured(int option, ByteBuffer data) throws IOException {
    structured |= !data.hasRemaining();
    reply(option, data.hasRemaining() ? INVALID : ACK);
    return Next.ON;
  }

  private Next contexts(int option, ByteBuffer data) throws IOException {
    boolean set = option == 10;
    String name = text(data, data.getInt());
    List<String> queries = new ArrayList<>();
    int count = data.getInt();
    for (int i = 0; i < count; i++) {
      queries.add(text(data, data.getInt()));
    }
    if (data.hasRemaining() || count < 0 || (set && !structured)) {
      reply(option, INVALID);
      return Next.ON;
    }
    if (!known(name)) {
      reply(option, UNKNOWN);
      return Next.ON;
    }
    boolean wanted =
        queries.contains(ALLOCATION) || (!set && (queries.isEmpty() || queries.contains("base:")));
    allocation = set ? wanted : allocation;
    if (wanted) {
      byte[] context = ALLOCATION.getBytes(StandardCharsets.US_ASCII);
      ByteBuffer answer = ByteBuffer.allocate(4 + context.length);
      reply(option, META_CONTEXT, answer.putInt(set ? ALLOCATION_ID : 0).put(context));
    }
    reply(option, ACK);
    return Next.ON;
  }

  private short flags() {
    return (short) (FLAGS | (structured ? SEND_DF : 0));
  }

  private boolean known(String name) {
    return name.isEmpty() || name.equals(export.name());
  }

  private static String text(ByteBuffer data, int length) {
    if (length < 0 || length > data.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    data.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void reply(int option, int type) throws IOException {
    reply(option, type, ByteBuffer.allocate(0));
  }

  private void reply(int option, int type, ByteBuffer data) throws IOException {
    data.flip();
    ByteBuffer head = ByteBuffer.allocate(20).putLong(REPLY).putInt(option).putInt(type);
    wire.write(head.putInt(data.remaining()).flip(), data);
  }
}
