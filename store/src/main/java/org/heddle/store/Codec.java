package org.heddle.store;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/** How the bytes of a block are stored. */
enum Codec {
  /** As they are. */
  PLAIN(0),
  /** One zstd frame, RFC 8878. */
  ZSTD(1),
  /** One zstd frame with another block's bytes as its dictionary (raw content). */
  ZSTD_WITH_REFERENCE(2);

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

  /**
   * Writes the bytes of a block to the start of an array. Never more than its raw length: a frame
   * that has more or less than that is refused, whatever it says of itself.
   *
   * @param raw as long as the raw length at least
   */
  void decode(
      byte[] stored, int storedLength, byte[] raw, int rawLength, byte @Nullable [] reference)
      throws StoreException {
    switch (this) {
      case PLAIN -> {
        if (storedLength != rawLength) {
          throw StoreException.malformed("a plain block of another length than it says");
        }
        System.arraycopy(stored, 0, raw, 0, rawLength);
      }
      case ZSTD -> unpack(stored, storedLength, raw, rawLength, null);
      case ZSTD_WITH_REFERENCE -> {
        if (reference == null) {
          throw StoreException.malformed("a block needs a reference and names none");
        }
        unpack(stored, storedLength, raw, rawLength, reference);
      }
    }
  }

  private static void unpack(
      byte[] frame, int frameLength, byte[] raw, int rawLength, byte @Nullable [] reference)
      throws StoreException {
    try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
      if (reference != null) {
        context.loadDict(reference);
      }
      int size = context.decompressByteArray(raw, 0, rawLength, frame, 0, frameLength);
      if (size != rawLength) {
        throw StoreException.corrupt("a block has " + size + " bytes and should have " + rawLength);
      }
    } catch (ZstdException broken) {
      throw new StoreException(
          StoreException.Kind.CORRUPT,
          "a block cannot be decompressed to its " + rawLength + " bytes: " + broken.getMessage(),
          broken);
    }
  }
}
