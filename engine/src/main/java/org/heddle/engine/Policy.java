package org.heddle.engine;

import java.util.List;
import org.heddle.planner.Problem;

/** Decides which vjobs should run, sleep or end. Pure; the planner then finds out what fits. */
public interface Policy {
  /** Wishes in order of precedence, for every vjob that has not terminated. */
  List<Problem.Wish> wishes(GridState state, long nowMs);
}
