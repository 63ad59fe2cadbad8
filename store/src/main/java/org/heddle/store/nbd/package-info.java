/**
 * A server for network block devices: what QEMU, {@code qemu-img}, {@code nbd-client} and others
 * attach as a disk. Own implementation of the fixed newstyle protocol, read only, for callers on
 * the same machine: a Unix socket or the loopback address.
 *
 * @see <a href="https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md">The NBD
 *     protocol</a>
 */
@NullMarked
package org.heddle.store.nbd;

import org.jspecify.annotations.NullMarked;
