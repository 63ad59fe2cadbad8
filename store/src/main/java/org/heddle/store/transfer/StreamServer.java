package org.heddle.store.transfer;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.heddle.store.Store;

/**
 * Serves a store to the one who holds the other ends of two streams, as {@code ssh} gives them. It
 * first says what it is, so that the other side can tell it from a shell's greeting.
 */
public final class StreamServer {
  static final long GREETING = 0x48444C53_544F5232L; // HDLSTOR2

  private StreamServer() {}

  /** Answers until the stream of requests ends; what was pushed is durable then. */
  public static void serve(Store store, InputStream in, OutputStream out, ServeSettings settings)
      throws IOException {
    InputStream requests = new BufferedInputStream(in, 1 << 16);
    OutputStream replies = settings.limit().slow(new BufferedOutputStream(out, 1 << 16));
    try (Responder responder = new Responder(store, settings.readOnly(), settings.idle())) {
      replies.write(ByteBuffer.allocate(Long.BYTES).putLong(GREETING).array());
      replies.flush();
      while (more(requests)) {
        responder.answer(requests, replies);
      }
    } catch (CutException gone) {
      // The other side ended in the middle of a request: what came before is kept.
    }
  }

  private static boolean more(InputStream requests) throws IOException {
    requests.mark(1);
    boolean more = requests.read() >= 0;
    requests.reset();
    return more;
  }
}
