/**
 * The grid's decisions as one pure step: state and event in, state and commands out. Life cycles,
 * context switches and policies live here; clocks, threads and sockets do not.
 */
@NullMarked
package org.heddle.engine;

import org.jspecify.annotations.NullMarked;
