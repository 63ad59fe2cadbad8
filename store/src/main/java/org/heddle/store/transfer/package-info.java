/**
 * Moves indexes and chunks between stores: over HTTP, or over the standard streams of a process on
 * the other side. {@link org.heddle.store.transfer.Push} and {@link org.heddle.store.transfer.Pull}
 * ask, {@link org.heddle.store.transfer.HttpStoreServer} and {@link
 * org.heddle.store.transfer.StreamServer} answer. The protocol, its bounds and what it protects
 * against are in docs/transfer.md.
 */
@NullMarked
package org.heddle.store.transfer;

import org.jspecify.annotations.NullMarked;
