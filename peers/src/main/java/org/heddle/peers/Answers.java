package org.heddle.peers;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Prints each better answer as it is found, and the last placement in the end. */
final class Answers {
  private final PrintStream out;
  private final long start = System.nanoTime();
  private int[] best = {};

  Answers(PrintStream out) {
    this.out = out;
  }

  synchronized void found(long value, int[] placement) {
    best = placement.clone();
    out.println("value " + value + " " + (System.nanoTime() - start) / 1_000_000);
    out.flush();
  }

  synchronized void end() {
    if (best.length > 0) {
      out.println(
          "placement "
              + Arrays.stream(best).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
    }
    out.flush();
  }
}
