package org.heddle.store;

/**
 * What a store holds.
 *
 * @param bytes bytes of packs and indexes on the disk
 * @param quota most bytes that they may become; 0: as much as the disk holds
 * @param chunks chunks in packs; one that two writers added at once counts twice
 * @param chunkBytes bytes of these before compression
 */
public record Usage(
    long bytes, long quota, int packs, int indexes, long blocks, long chunks, long chunkBytes) {}
