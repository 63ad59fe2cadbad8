package org.heddle.store;

/**
 * What became a file.
 *
 * @param chunks entries of the index that are chunks
 * @param bytesWritten bytes that had to be written; the rest was there, or is a hole
 */
public record ExtractReport(IndexInfo index, long chunks, long bytesWritten) {}
