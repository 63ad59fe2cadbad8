package org.heddle.planner;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;

/**
 * What the planner found: always a plan, perhaps empty, and for each vjob whose {@link
 * Problem.Target#RUN} could not be met the reason in words.
 */
public record Answer(Plan plan, SortedMap<VjobId, String> refused) {
  public Answer {
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
  }
}
