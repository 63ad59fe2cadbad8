package org.heddle.store.demand;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How an image is fetched while it is used.
 *
 * @param fill whether what nobody has read is fetched too, behind what is read
 * @param patience how long a read may wait for a source that does not answer before it fails
 * @param order a file with the order in which chunks were first read in earlier runs, which is the
 *     order of the fill; written anew at the end. Without it the order is that of the image
 */
public record DemandSettings(boolean fill, Duration patience, Optional<Path> order) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Fill, half a minute of patience, no order known. */
  public static DemandSettings plain() {
    return new DemandSettings(true, PATIENCE, Optional.empty());
  }

  public DemandSettings filling(boolean newFill) {
    return new DemandSettings(newFill, patience, order);
  }

  public DemandSettings patient(Duration newPatience) {
    return new DemandSettings(fill, newPatience, order);
  }

  public DemandSettings ordered(Path file) {
    return new DemandSettings(fill, patience, Optional.of(file));
  }
}
