package org.heddle.store;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compresses one block after the other with the same memory: taking fresh memory costs more than
 * its use. For one thread at a time; what it gives is overwritten by the next.
 */
final class Compressor implements AutoCloseable {
  /** Frames are mostly shorter; for others the memory grows, once. */
  private static final int USUAL_SHARE = 2;

  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private byte[] frame = new byte[0];

  /**
   * Compresses chunks that lie one after the other.
   *
   * @param reference the block that the frame refers to, with its bytes; or NONE and null
   * @return a block whose stored bytes are those of the data or of this compressor: to be written,
   *     or copied, before either is used again
   */
  Block block(
      byte[] data,
      List<ChunkRef> chunks,
      Effort effort,
      ChunkId reference,
      byte @Nullable [] referenced)
      throws StoreException {
    int length = Block.bounded("raw length", Block.length(chunks), Limits.BLOCK);
    int size = compress(data, length, effort, referenced);
    if (size < 0) {
      return new Block(Codec.PLAIN, length, ChunkId.NONE, chunks, data, length);
    }
    Codec codec = referenced == null ? Codec.ZSTD : Codec.ZSTD_WITH_REFERENCE;
    return new Block(codec, length, reference, chunks, frame, size);
  }

  /** Bytes of the frame; negative when it would not be shorter than the data are. */
  private int compress(byte[] data, int length, Effort effort, byte @Nullable [] reference) {
    int least = Math.max(1 << 10, length / USUAL_SHARE);
    if (frame.length < least) {
      frame = new byte[least];
    }
    try {
      return compressOnce(data, length, effort, reference);
    } catch (ZstdException failed) {
      if (failed.getErrorCode() != Zstd.errDstSizeTooSmall() || frame.length >= length) {
        return refused(failed);
      }
    }
    frame = new byte[length];
    try {
      return compressOnce(data, length, effort, reference);
    } catch (ZstdException failed) {
      return refused(failed);
    }
  }

  private static int refused(ZstdException failed) {
    if (failed.getErrorCode() == Zstd.errDstSizeTooSmall()) {
      return -1;
    }
    throw failed;
  }

  private int compressOnce(byte[] data, int length, Effort effort, byte @Nullable [] reference) {
    context.reset();
    effort.set(context, reference != null);
    if (reference != null) {
      context.loadDict(reference);
    }
    int size = context.compressByteArray(frame, 0, frame.length, data, 0, length);
    return size >= length ? -1 : size;
  }

  @Override
  public void close() {
    context.close();
  }
}
