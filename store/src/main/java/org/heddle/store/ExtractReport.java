package org.heddle.store;

/**
 * What became a file.
 *
 * @param chunks entries of the index that are chunks
 * @param bytesWritten bytes that had to be written; the rest was there, is shared, or is a hole
 * @param bytesCloned bytes whose blocks are those of an old file and take no place of their own
 */
public record ExtractReport(IndexInfo index, long chunks, long bytesWritten, long bytesCloned) {}
