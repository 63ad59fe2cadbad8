package org.heddle.images;

import java.io.IOException;
import java.time.Duration;

/**
 * What a farm may take on the disk: stages, packages and their lists, images, and its content
 * store. What is being made is counted when it is complete.
 *
 * @param bytes most bytes
 * @param fresh an image that was used since that long stays: who has asked for it is about to need
 *     it
 * @param holder knows who else needs images
 */
public record Quota(long bytes, Duration fresh, Holder holder) {
  public Quota {
    if (bytes < 1) {
      throw new IllegalArgumentException("quota of the farm: 1 byte or more");
    }
  }

  /** Those who need images that this farm has. */
  public interface Holder {
    /**
     * Asked before an image goes. When true, nobody can get it from here any more.
     *
     * @return false: somebody needs it, and it stays
     */
    boolean release(ImageRecord image) throws IOException, InterruptedException;
  }
}
