package org.heddle.planner.order;

import java.util.List;
import org.heddle.planner.instance.Indices;

/** Ends one try of an order: why, in words. Never leaves the package. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  /** The vjob that has to be suspended from the start, -1 when that does not help. */
  private final int vjob;

  private final transient Indices inTheWay;
  private final transient List<Yield> yields;

  /** A machine that could come after another one, which waits in vain for the room it took. */
  record Yield(int machine, int to) {}

  Refusal(String reason, int vjob, Indices inTheWay) {
    this(reason, vjob, inTheWay, List.of());
  }

  private Refusal(String reason, int vjob, Indices inTheWay, List<Yield> yields) {
    super(reason, null, false, false);
    this.vjob = vjob;
    this.inTheWay = inTheWay;
    this.yields = yields;
  }

  Refusal with(List<Yield> found) {
    return new Refusal(reason(), vjob, inTheWay, found);
  }

  /** What another order could do differently, in a fixed order. */
  List<Yield> yields() {
    return yields;
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
