package org.heddle.model;

/**
 * A machine's suspended state as it lies on a host. It stays valid after a resume (the resume works
 * on a copy), until it is discarded.
 *
 * @param id unique name of the saved state, given by the engine; the same for all machines of one
 *     suspend of a vjob
 * @param host where it lies
 */
public record SavedState(String id, HostId host) {}
