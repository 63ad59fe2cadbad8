package org.heddle.planner.order;

import org.heddle.planner.instance.Indices;

/** Ends one try of an order: why, in words. Never leaves the package. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  /** The vjob that has to be suspended from the start, -1 when that does not help. */
  private final int vjob;

  private final transient Indices inTheWay;

  Refusal(String reason, int vjob, Indices inTheWay) {
    super(reason, null, false, false);
    this.vjob = vjob;
    this.inTheWay = inTheWay;
  }

  static Refusal because(String reason) {
    return new Refusal(reason, -1, Indices.NONE);
  }

  /** Machines that cannot move and whose room others wait for. */
  Indices inTheWay() {
    return inTheWay;
  }

  /** Whether some machine could not be moved, for which another order may help. */
  boolean knotted() {
    return !inTheWay.isEmpty();
  }

  int vjob() {
    return vjob;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
