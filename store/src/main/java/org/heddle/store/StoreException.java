package org.heddle.store;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A store cannot do what was asked; the message says what is wrong, where, and what to do. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1;

  /** What is wrong, for who has to react to it. */
  public enum Kind {
    /** No store, index or chunk of that name. */
    NOT_FOUND,
    /** There is one already, or someone else works on it. */
    CONFLICT,
    /** Not in the format that it should have, or outside its bounds: nothing of it was used. */
    MALFORMED,
    /** In form, but not what its digest or signature says: nothing of it was used. */
    CORRUPT,
    /** The quota, or the disk, does not allow more; nothing was added. */
    FULL,
    /** The caller's argument is not allowed, such as a name with a slash. */
    INVALID
  }

  private final Kind kind;

  public StoreException(Kind kind, String message) {
    this(kind, message, null);
  }

  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  static StoreException malformed(String message) {
    return new StoreException(Kind.MALFORMED, message);
  }

  static StoreException corrupt(String message) {
    return new StoreException(Kind.CORRUPT, message);
  }

  static StoreException notFound(String message) {
    return new StoreException(Kind.NOT_FOUND, message);
  }

  /** The same failure for another thread than the one that met it. */
  static IOException again(IOException failure) {
    String message = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    return failure instanceof StoreException known
        ? new StoreException(known.kind(), message, known)
        : new IOException(message, failure);
  }
}
