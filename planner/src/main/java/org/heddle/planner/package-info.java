/**
 * Finds the placement that the grid should have and the ordered plan that leads there, and checks
 * plans with code that shares nothing with the search. Pure and deterministic.
 */
@NullMarked
package org.heddle.planner;

import org.jspecify.annotations.NullMarked;
