package org.heddle.store.transfer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The connection ended early, or the other side cannot answer now: asking again may help. */
final class CutException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean slow;

  private CutException(String message, @Nullable Throwable cause, boolean slow) {
    super(message, cause);
    this.slow = slow;
  }

  CutException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  CutException(String message) {
    this(message, null);
  }

  /** Cut here, since the other side is too slow: asking again will hardly help. */
  static CutException slow(String what) {
    return new CutException(
        what + ": take another source, or say with --limit how fast the link is, if it is so slow",
        null,
        true);
  }

  boolean slow() {
    return slow;
  }
}
