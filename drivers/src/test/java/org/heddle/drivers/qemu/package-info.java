/** The QEMU driver: pure parts alone, the whole with real guests. */
@NullMarked
package org.heddle.drivers.qemu;

import org.jspecify.annotations.NullMarked;
