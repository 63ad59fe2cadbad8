package org.heddle.planner.order;

/** Ends one try of an order: why, in words. Never leaves the package. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  /** The vjob that has to be suspended from the start, -1 when that does not help. */
  private final int vjob;

  Refusal(String reason, int vjob) {
    super(reason, null, false, false);
    this.vjob = vjob;
  }

  static Refusal because(String reason) {
    return new Refusal(reason, -1);
  }

  int vjob() {
    return vjob;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
