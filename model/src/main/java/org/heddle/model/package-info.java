/**
 * The words of Heddle as immutable values: hosts, vjobs, machines, their states, actions, plans and
 * the operations that an agent is asked to do. Pure: no clock, I/O, thread or randomness.
 */
@NullMarked
package org.heddle.model;

import org.jspecify.annotations.NullMarked;
