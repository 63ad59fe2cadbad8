/**
 * From a placement to a timed plan: when each action starts, what it waits for, how long it lasts
 * (with a model of live migrations over shared links) and what it costs; and lower bounds, so that
 * the gap to the best possible plan is known.
 */
@NullMarked
package org.heddle.planner.order;

import org.jspecify.annotations.NullMarked;
