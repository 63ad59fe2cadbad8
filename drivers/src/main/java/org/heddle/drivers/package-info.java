/**
 * How one virtualization solution is made to do the actions: a small required interface and small
 * optional ones, each a capability. Calls block and are safe to repeat; callers use virtual
 * threads.
 */
@NullMarked
package org.heddle.drivers;

import org.jspecify.annotations.NullMarked;
