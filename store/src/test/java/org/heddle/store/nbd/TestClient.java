package org.heddle.store.nbd;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Speaks the protocol as its text says, word by word; shares no code with the server. */
final class TestClient implements AutoCloseable {
  /** A reply to an option. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Answer(int option, int type, byte[] data) {}

  /** A piece of a structured reply. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Piece(int flags, int type, long cookie, byte[] data) {}

  /** A simple reply's head. */
  record Simple(int error, long cookie) {}

  private final SocketChannel channel;
  final DataInputStream in;
  final DataOutputStream out;

  TestClient(Path socket) throws IOException {
    this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    this.in = new DataInputStream(Channels.newInputStream(channel));
    this.out = new DataOutputStream(Channels.newOutputStream(channel));
  }

  /** The server's first words, and ours. */
  int greet(int flags) throws IOException {
    if (in.readLong() != 0x4e42444d41474943L || in.readLong() != 0x49484156454F5054L) {
      throw new IOException("no newstyle greeting");
    }
    int offered = in.readUnsignedShort();
    out.writeInt(flags);
    return offered;
  }

  void option(int number, byte[] data) throws IOException {
    out.writeLong(0x49484156454F5054L);
    out.writeInt(number);
    out.writeInt(data.length);
    out.write(data);
    out.flush();
  }

  Answer answer() throws IOException {
    if (in.readLong() != 0x3e889045565a9L) {
      throw new IOException("no reply to an option");
    }
    return new Answer(in.readInt(), in.readInt(), in.readNBytes(in.readInt()));
  }

  /** All up to the acknowledgement or refusal, which is the last. */
  List<Answer> answers() throws IOException {
    List<Answer> all = new ArrayList<>();
    do {
      all.add(answer());
    } while (all.getLast().type != 1 && all.getLast().type > 0);
    return all;
  }

  static byte[] name(String name, int... numbers) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocate(6 + text.length + 2 * numbers.length);
    data.putInt(text.length).put(text).putShort((short) numbers.length);
    for (int number : numbers) {
      data.putShort((short) number);
    }
    return data.array();
  }

  static byte[] contexts(String name, String... queries) throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(bytes);
    data.writeInt(name.length());
    data.writeBytes(name);
    data.writeInt(queries.length);
    for (String query : queries) {
      data.writeInt(query.length());
      data.writeBytes(query);
    }
    return bytes.toByteArray();
  }

  void command(int flags, int type, long cookie, long offset, int length) throws IOException {
    out.writeInt(0x25609513);
    out.writeShort(flags);
    out.writeShort(type);
    out.writeLong(cookie);
    out.writeLong(offset);
    out.writeInt(length);
    out.flush();
  }

  Simple simple() throws IOException {
    if (in.readInt() != 0x67446698) {
      throw new IOException("no simple reply");
    }
    return new Simple(in.readInt(), in.readLong());
  }

  Piece piece() throws IOException {
    if (in.readInt() != 0x668e33ef) {
      throw new IOException("no structured reply");
    }
    return new Piece(
        in.readUnsignedShort(), in.readUnsignedShort(), in.readLong(), in.readNBytes(in.readInt()));
  }

  /** The pieces of the next reply. */
  List<Piece> pieces() throws IOException {
    List<Piece> all = new ArrayList<>();
    do {
      all.add(piece());
    } while ((all.getLast().flags & 1) == 0);
    return all;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
