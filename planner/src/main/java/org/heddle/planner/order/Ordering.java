package org.heddle.planner.order;

import java.util.List;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Schedule;

/** What came of ordering. */
public sealed interface Ordering {
  /**
   * A plan, and what no plan for the same placement can be better than.
   *
   * @param leastEndMs no plan ends sooner
   * @param leastSumOfEndsMs no plan has a smaller sum of the ends of its actions
   * @param detours machines that go by another host, or are suspended and resumed, to break a
   *     circle
   * @param tries orders that were tried
   */
  record Done(Schedule schedule, long leastEndMs, long leastSumOfEndsMs, int detours, int tries)
      implements Ordering {

    /** Whether no plan for this placement has a smaller sum of ends. */
    public boolean provenSum() {
      return schedule.sumOfEndsMs() == leastSumOfEndsMs;
    }
  }

  /**
   * There is no plan within the rules.
   *
   * @param reasons why, in words
   * @param inTheWay machines that cannot move and whose room others wait for; may be empty
   * @param hindered machines that come too late, or never, to their places; may be empty
   */
  record Refused(List<String> reasons, Indices inTheWay, Indices hindered) implements Ordering {
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }
}
