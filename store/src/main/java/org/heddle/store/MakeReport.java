package org.heddle.store;

/**
 * What a file became.
 *
 * @param bytesStored by which the store has grown: packs with their tables, and the index
 * @param chunks entries of the index that are chunks
 * @param newChunks those of them that were not in the store
 * @param newBytes bytes of these before compression
 */
public record MakeReport(
    NamedIndex index, long bytesStored, long chunks, long newChunks, long newBytes) {}
