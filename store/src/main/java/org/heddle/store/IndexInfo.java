package org.heddle.store;

/**
 * What an index says of itself.
 *
 * @param id the SHA-256 of its header, which holds the digests of all the rest: who trusts this
 *     number can check every byte of the index while it comes
 * @param fileSize bytes of the file, holes counted
 * @param dataBytes bytes of the file that are not holes
 * @param indexBytes bytes of the index itself
 */
public record IndexInfo(ChunkId id, long fileSize, long entries, long dataBytes, long indexBytes) {}
