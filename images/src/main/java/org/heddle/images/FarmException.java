package org.heddle.images;

import java.nio.file.Path;
import java.util.Optional;

/** Why the farm did not do what it was asked for, in one sentence with a remedy. */
public final class FarmException extends Exception {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is. */
  public enum Kind {
    /** What was asked for cannot be. */
    INVALID,
    NOT_FOUND,
    /** Something that it needs is in use or full. */
    CONFLICT,
    /** It was tried and failed. */
    FAILED,
    TIMED_OUT
  }

  private final Kind kind;
  private final transient Optional<Path> log;

  FarmException(Kind kind, String message, Optional<Path> log) {
    super(message);
    this.kind = kind;
    this.log = log;
  }

  static FarmException failed(String message) {
    return new FarmException(Kind.FAILED, message, Optional.empty());
  }

  static FarmException invalid(String message) {
    return new FarmException(Kind.INVALID, message, Optional.empty());
  }

  static FarmException notFound(String message) {
    return new FarmException(Kind.NOT_FOUND, message, Optional.empty());
  }

  public Kind kind() {
    return kind;
  }

  /** Where more is said of it. */
  public Optional<Path> log() {
    return log;
  }
}
