package org.heddle.store.transfer;

import java.util.Map;
import org.heddle.store.IndexInfo;

/**
 * What a push or a pull did.
 *
 * @param entries entries of the index that are chunks
 * @param chunks entries of the index that are not holes and had to be moved
 * @param bytesMoved bytes of these before compression
 * @param bytesStored bytes that the receiving store has written for it
 * @param bytesSent bytes on all connections, both ways
 * @param bytesFrom bytes of blocks by the name of the store that they came from; for a push none
 * @param refused sources that were given up, with the reason
 */
public record TransferReport(
    String name,
    IndexInfo index,
    long entries,
    long chunks,
    long bytesMoved,
    long bytesStored,
    long bytesSent,
    Map<String, Long> bytesFrom,
    Map<String, String> refused) {
  public TransferReport {
    bytesFrom = Map.copyOf(bytesFrom);
    refused = Map.copyOf(refused);
  }
}
