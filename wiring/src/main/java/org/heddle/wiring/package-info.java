/**
 * Makes what a host's kernel has (bridges, VXLAN tunnels, taps) what it should be, by iproute2. All
 * of it may be asked again at any time: it looks at what is there and changes the difference.
 */
@NullMarked
package org.heddle.wiring;

import org.jspecify.annotations.NullMarked;
