package org.heddle.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The ordered actions of a context switch: a graph of what waits for what. Step ids are positions
 * in the list. Suspends of one vjob belong together (paused as one, then written in parallel), and
 * so do resumes (read in parallel, then continued as one).
 *
 * @param cost the planner's cost of the plan, in MiB moved or written
 */
public record Plan(List<Step> steps, long cost) {
  public static final Plan EMPTY = new Plan(List.of(), 0);

  public Plan {
    steps = List.copyOf(steps);
  }

  /**
   * One action with its place in time.
   *
   * @param id position in the list, from 0
   * @param after ids of the steps whose end it waits for, all smaller than its own
   * @param startMs estimated start, milliseconds from the start of the plan
   * @param endMs estimated end
   * @param why why the planner wants it, in words for a person
   */
  public record Step(
      int id, Action action, SortedSet<Integer> after, long startMs, long endMs, String why) {
    public Step {
      after = Collections.unmodifiableSortedSet(new TreeSet<>(after));
    }
  }

  /** Estimated length of the whole plan in milliseconds. */
  public long endMs() {
    return steps.stream().mapToLong(Step::endMs).max().orElse(0);
  }
}
