package org.heddle.dist.store;

import java.util.Locale;
import org.heddle.cli.Human;

/**
 * What {@code make}, {@code extract} and transfers answer.
 *
 * @param index its name
 * @param id its digest
 * @param bytesIn bytes of the whole file, holes counted
 * @param bytesStored bytes that had to be written
 * @param bytesSent bytes that went over a network
 * @param bytesSaved bytes of the file that needed neither
 * @param bytesCloned bytes of the file that are blocks of an old one, which {@code extract} shares
 * @param chunks chunks of the index
 * @param virtualSpeed bytes of the whole file a second
 */
record Outcome(
    String index,
    String id,
    long bytesIn,
    long bytesStored,
    long bytesSent,
    long bytesSaved,
    long bytesCloned,
    long chunks,
    double seconds,
    double virtualSpeed) {
  static Outcome of(
      String index, String id, long bytesIn, long stored, long sent, long chunks, long nanos) {
    double seconds = Math.max(1, nanos) / 1e9;
    long saved = Math.max(0, bytesIn - Math.max(stored, sent));
    return new Outcome(
        index, id, bytesIn, stored, sent, saved, 0, chunks, seconds, bytesIn / seconds);
  }

  Outcome cloned(long bytes) {
    return new Outcome(
        index,
        id,
        bytesIn,
        bytesStored,
        bytesSent,
        bytesSaved,
        bytes,
        chunks,
        seconds,
        virtualSpeed);
  }

  /** One line. */
  String text(String done) {
    return String.format(
        Locale.ROOT,
        "%s %s: %s, %s written%s%s, saved %.1f %%, %s, %s%n",
        done,
        index,
        Amounts.bytes(bytesIn),
        Amounts.bytes(bytesStored),
        bytesCloned > 0 ? ", " + Amounts.bytes(bytesCloned) + " shared" : "",
        bytesSent > 0 ? ", " + Amounts.bytes(bytesSent) + " sent" : "",
        bytesIn == 0 ? 0.0 : 100.0 * bytesSaved / bytesIn,
        Human.duration(Math.round(seconds * 1000)),
        Amounts.rate(virtualSpeed));
  }
}
