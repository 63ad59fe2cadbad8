package org.heddle.dist.box;

/** Why the box cannot be brought up or taken down; the message says what to do. */
public final class BoxException extends Exception {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is. */
  public enum Kind {
    /** What was asked does not fit what is there. */
    CONFLICT,
    /** Root is needed. */
    DENIED,
    /** Something did not come up in time. */
    TIMED_OUT,
    /** Everything else. */
    FAILED
  }

  private final Kind kind;

  public BoxException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public BoxException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
