package org.heddle.store;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How the bytes of a block are stored. */
enum Codec {
  /** As they are. */
  PLAIN(0),
  /** One zstd frame, RFC 8878. */
  ZSTD(1),
  /** One zstd frame with another block's bytes as its dictionary (raw content). */
  ZSTD_WITH_REFERENCE(2);

  /** What is compressed is written here first: a new buffer each time costs more than its use. */
  private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[0]);

  final byte number;

  Codec(int number) {
    this.number = (byte) number;
  }

  static Codec of(int number) throws StoreException {
    return switch (number) {
      case 0 -> PLAIN;
      case 1 -> ZSTD;
      case 2 -> ZSTD_WITH_REFERENCE;
      default ->
          throw StoreException.malformed(
              "unknown compression " + number + ": made by a later version?");
    };
  }

  /** A frame, or null when it would not be shorter than the bytes are. */
  static byte @Nullable [] compress(
      byte[] data, int length, Effort effort, byte @Nullable [] reference) {
    int bound = (int) Zstd.compressBound(length);
    byte[] frame = SCRATCH.get();
    if (frame.length < bound) {
      frame = new byte[bound];
      SCRATCH.set(frame);
    }
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setLevel(effort.level).setContentSize(true).setChecksum(false);
      if (effort.hashLog > 0) {
        context.setHashLog(effort.hashLog);
      }
      // A frame may look back over the whole reference too.
      context.setWindowLog(reference == null ? effort.windowLog : effort.windowLog + 1);
      if (reference != null) {
        context.loadDict(reference);
      }
      int size = context.compressByteArray(frame, 0, frame.length, data, 0, length);
      return size >= length ? null : Arrays.copyOf(frame, size);
    }
  }

  /**
   * The bytes of a block. Never more than its raw length: a frame that has more or less than that
   * is refused, whatever it says of itself.
   */
  byte[] decode(byte[] stored, int rawLength, byte @Nullable [] reference) throws StoreException {
    return switch (this) {
      case PLAIN -> {
        if (stored.length != rawLength) {
          throw StoreException.malformed("a plain block of another length than it says");
        }
        yield stored;
      }
      case ZSTD -> unpack(stored, rawLength, null);
      case ZSTD_WITH_REFERENCE -> {
        if (reference == null) {
          throw StoreException.malformed("a block needs a reference and names none");
        }
        yield unpack(stored, rawLength, reference);
      }
    };
  }

  private static byte[] unpack(byte[] frame, int rawLength, byte @Nullable [] reference)
      throws StoreException {
    byte[] raw = new byte[rawLength];
    try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
      if (reference != null) {
        context.loadDict(reference);
      }
      int size = context.decompressByteArray(raw, 0, rawLength, frame, 0, frame.length);
      if (size != rawLength) {
        throw StoreException.corrupt("a block has " + size + " bytes and should have " + rawLength);
      }
      return raw;
    } catch (ZstdException broken) {
      throw new StoreException(
          StoreException.Kind.CORRUPT,
          "a block cannot be decompressed to its " + rawLength + " bytes: " + broken.getMessage(),
          broken);
    }
  }
}
