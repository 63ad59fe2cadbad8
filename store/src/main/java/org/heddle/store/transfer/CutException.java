package org.heddle.store.transfer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The connection ended early, or the other side cannot answer now: asking again may help. */
final class CutException extends IOException {
  private static final long serialVersionUID = 1;

  CutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  CutException(String message) {
    super(message);
  }
}
