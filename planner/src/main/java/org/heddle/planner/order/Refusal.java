package org.heddle.planner.order;

import java.util.List;
import org.heddle.planner.instance.Indices;

/** Ends one try of an order: why, in words. Never leaves the package. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  /** The vjob that has to be suspended from the start, -1 when that does not help. */
  private final int vjob;

  private final transient Indices inTheWay;
  private final transient Indices hindered;
  private final transient List<Yield> yields;

  /** A machine that could come after another one, which waits in vain for the room it took. */
  record Yield(int machine, int to) {}

  Refusal(String reason, int vjob, Indices inTheWay, Indices hindered) {
    this(reason, vjob, inTheWay, hindered, List.of());
  }

  private Refusal(String reason, int vjob, Indices inTheWay, Indices hindered, List<Yield> yields) {
    super(reason, null, false, false);
    this.vjob = vjob;
    this.inTheWay = inTheWay;
    this.hindered = hindered;
    this.yields = yields;
  }

  Refusal with(List<Yield> found) {
    return new Refusal(reason(), vjob, inTheWay, hindered, found);
  }

  /** What another order could do differently, in a fixed order. */
  List<Yield> yields() {
    return yields;
  }

  static Refusal because(String reason) {
    return new Refusal(reason, -1, Indices.NONE, Indices.NONE);
  }

  /**
   * @param hindered machines that are not done, or have not begun, when they have to be
   */
  static Refusal because(String reason, Indices hindered) {
    return new Refusal(reason, -1, Indices.NONE, hindered, List.of());
  }

  /** Machines that do not come to their places in this way. */
  Indices hindered() {
    return hindered;
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
