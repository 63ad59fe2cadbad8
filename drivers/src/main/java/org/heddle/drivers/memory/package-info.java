/**
 * A driver whose machines are objects: for the simulator and for tests of what uses drivers. It has
 * every capability, no thread and no clock but the one given to it.
 */
@NullMarked
package org.heddle.drivers.memory;

import org.jspecify.annotations.NullMarked;
