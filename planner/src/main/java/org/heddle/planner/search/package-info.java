/**
 * Finds the host of each machine: exact eviction sets, prices from a Lagrangian relaxation over
 * host patterns, annealing over priced patterns, neighbourhood search, lower bounds and reasons for
 * a "no". Pure: no clock, thread, file or unseeded randomness.
 */
@NullMarked
package org.heddle.planner.search;

import org.jspecify.annotations.NullMarked;
