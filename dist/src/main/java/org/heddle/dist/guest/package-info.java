/**
 * Guests by hand: single QEMU processes for checks, benchmarks and installations, without a grid.
 */
@NullMarked
package org.heddle.dist.guest;

import org.jspecify.annotations.NullMarked;
