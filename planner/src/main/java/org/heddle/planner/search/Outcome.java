package org.heddle.planner.search;

import java.util.List;
import org.heddle.planner.instance.Arrangement;

/** What the search answers. */
public sealed interface Outcome {

  /**
   * A placement that keeps every constraint of placement.
   *
   * @param arrangement the host of each machine, and which hosts are on line
   * @param objective what it costs, in the unit of the first goal
   * @param bound no placement costs less
   */
  record Found(Arrangement arrangement, long objective, long bound) implements Outcome {
    /** Whether nothing can be better in the first goal. */
    public boolean proven() {
      return objective <= bound;
    }

    /** (objective - bound) / bound, 0 when proven. */
    public double gap() {
      return proven() ? 0 : (objective - bound) / Math.max(1.0, (double) bound);
    }
  }

  /**
   * No placement.
   *
   * @param certain true when there is none; false when the limit ended the search before one was
   *     found
   * @param reasons demands and constraints that together cannot be kept, in words
   */
  record Refused(boolean certain, List<String> reasons) implements Outcome {
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }
}
