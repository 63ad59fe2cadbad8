package org.heddle.planner;

import java.util.List;
import org.heddle.model.HostId;

/** What becomes of one vjob. */
record Decision(VjobView vjob, Fate fate) {
  /** A closed sum. */
  sealed interface Fate {
    /**
     * @param hosts of the machines, in their order
     */
    record Run(List<HostId> hosts) implements Fate {
      public Run {
        hosts = List.copyOf(hosts);
      }
    }

    /**
     * It shall not run.
     *
     * @param why in words, for those whose machines run now
     */
    record Halt(String why) implements Fate {}

    /** Nothing can be done. */
    record Leave() implements Fate {}
  }
}
