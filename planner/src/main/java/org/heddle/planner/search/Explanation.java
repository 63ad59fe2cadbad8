package org.heddle.planner.search;

import java.util.List;

/**
 * Why a machine goes where it goes.
 *
 * @param machine its index
 * @param from its host now, -1 for a ready one
 * @param to its host in the end
 * @param reasons why it does not stay, in words
 * @param pinned what keeping it would cost more at most, in the unit of the first goal that is a
 *     sum over machines, of moved memory if none is; -1 when it cannot stay, or no placement around
 *     it was found
 * @param rejected how many hosts could not take it instead, by cause, in words
 */
public record Explanation(
    int machine, int from, int to, List<String> reasons, long pinned, List<String> rejected) {
  public Explanation {
    reasons = List.copyOf(reasons);
    rejected = List.copyOf(rejected);
  }
}
