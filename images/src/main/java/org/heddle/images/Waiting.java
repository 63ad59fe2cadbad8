package org.heddle.images;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** What is done beside, waited for. */
final class Waiting {
  private Waiting() {}

  /** Its result; it fails here as it failed there. */
  static <T> T result(Future<T> work) throws IOException, InterruptedException, FarmException {
    try {
      return work.get();
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case FarmException known -> throw known;
        case IOException outside -> throw new IOException(outside.getMessage(), outside);
        case InterruptedException _ -> throw new InterruptedException();
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    }
  }
}
