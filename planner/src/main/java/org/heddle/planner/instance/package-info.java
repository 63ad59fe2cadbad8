/**
 * The question that the planner answers at any size: hosts, machines, what they use and will use,
 * constraints, and the timed plan that is the answer; and checkers that share no code with any
 * search. Everything is an index into columns; names are looked up at the edges.
 */
@NullMarked
package org.heddle.planner.instance;

import org.jspecify.annotations.NullMarked;
