package org.heddle.planner.instance;

/** An instance, a constraint or a plan that is refused: where, why, and what to do about it. */
public final class InvalidInstance extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What kind of refusal it is; commands make their exit code of it. */
  public enum Kind {
    /** It cannot be read: syntax, unknown names, sizes out of range. */
    INVALID,
    /** It can be read and asks for things that exclude each other. */
    CONTRADICTION
  }

  private final Kind kind;

  public InvalidInstance(Kind kind, String place, String problem, String remedy) {
    super(place + ": " + problem + "; " + remedy);
    this.kind = kind;
  }

  /**
   * @param words place, problem and remedy
   */
  public InvalidInstance(Kind kind, String words) {
    super(words);
    this.kind = kind;
  }

  public static InvalidInstance invalid(String place, String problem, String remedy) {
    return new InvalidInstance(Kind.INVALID, place, problem, remedy);
  }

  public static InvalidInstance contradiction(String place, String problem, String remedy) {
    return new InvalidInstance(Kind.CONTRADICTION, place, problem, remedy);
  }

  public Kind kind() {
    return kind;
  }

  /** The message, which is never missing. */
  public String words() {
    return String.valueOf(getMessage());
  }
}
