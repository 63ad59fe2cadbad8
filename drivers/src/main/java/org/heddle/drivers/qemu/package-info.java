/**
 * QEMU, driven over QMP by one connection per machine. Nothing but the QEMU binaries is needed on
 * the host.
 */
@NullMarked
package org.heddle.drivers.qemu;

import org.jspecify.annotations.NullMarked;
