package org.heddle.store.demand;

import java.util.Map;
import java.util.Optional;

/**
 * How much of an image is here. Bytes are those of its chunks before compression, each chunk
 * counted once.
 *
 * @param fileBytes bytes of the file, holes counted
 * @param dataBytes of all chunks
 * @param hereBytes of those that were here when it began
 * @param demandedBytes of those that came because they were read
 * @param filledBytes of those that came before anybody read them
 * @param receivedBytes what came over connections for it
 * @param whole whether all is here, durable, and the index has its name
 * @param problem what keeps the image from becoming whole here, for a person; reads go on
 * @param refused sources that sent what is wrong, which are not asked any more, and why
 */
public record DemandStatus(
    long fileBytes,
    long dataBytes,
    long hereBytes,
    long demandedBytes,
    long filledBytes,
    long receivedBytes,
    boolean whole,
    Optional<String> problem,
    Map<String, String> refused) {
  public DemandStatus {
    refused = Map.copyOf(refused);
  }

  /** The share of the data that is here, 0 to 1. */
  public double share() {
    return dataBytes == 0 ? 1 : (double) (hereBytes + demandedBytes + filledBytes) / dataBytes;
  }
}
