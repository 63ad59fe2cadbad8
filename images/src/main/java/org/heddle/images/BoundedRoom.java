package org.heddle.images;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The room within a quota. What goes first when it is too little: stages that no image has and
 * fetched packages; then images, the longest unused first, with the stages that only they have; in
 * the end also stages of images that stay, which are whole without. Thread-safe; a build's own
 * stages, and an image that somebody needs or has just used, stay.
 */
final class BoundedRoom implements Room {
  private final Parts parts;
  private final Quota quota;
  private final Cleaning cleaning;
  private long promised;

  BoundedRoom(Parts parts, Quota quota) {
    this.parts = parts;
    this.quota = quota;
    this.cleaning = new Cleaning(parts);
  }

  @Override
  public synchronized Locks.Held want(long bytes)
      throws IOException, InterruptedException, FarmException {
    long taken = lower(quota.bytes() - promised - bytes);
    if (taken + promised + bytes > quota.bytes()) {
      throw none(bytes, taken);
    }
    promised += bytes;
    return () -> giveBack(bytes);
  }

  private synchronized void giveBack(long bytes) {
    promised -= bytes;
  }

  private FarmException none(long bytes, long taken) {
    return new FarmException(
        FarmException.Kind.CONFLICT,
        "the farm has no room for "
            + mib(bytes)
            + " MiB more within its quota of "
            + mib(quota.bytes())
            + " MiB: "
            + mib(taken)
            + " MiB are what vjobs need, what was used in the last "
            + quota.fresh().toMinutes()
            + " minutes, package lists, and builds that go on; delete images, or give the farm a"
            + " larger quota",
        Optional.empty());
  }

  private static long mib(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }

  /** Keeps to the quota, as far as it may. */
  synchronized void tidy() throws IOException, InterruptedException {
    lower(quota.bytes() - promised);
  }

  /** What is taken after something went, if more was than that. */
  private long lower(long most) throws IOException, InterruptedException {
    long taken = taken();
    if (taken > most) {
      cleaning.free(taken - most, false);
      taken = taken();
    }
    if (taken > most) {
      taken = withFewerImages(most, taken);
    }
    if (taken > most) {
      cleaning.free(taken - most, true);
      taken = taken();
    }
    return taken;
  }

  private long withFewerImages(long most, long before) throws IOException, InterruptedException {
    long taken = before;
    for (ImageRecord image : unused()) {
      if (taken <= most) {
        break;
      }
      if (release(image)) {
        cleaning.free(Math.max(0, taken() - most), false);
        taken = taken();
      }
    }
    return taken;
  }

  /** Images that may go, the longest unused first. */
  private List<ImageRecord> unused() throws IOException {
    record Use(ImageRecord image, Instant last) {}
    Instant fresh = parts.clock().instant().minus(quota.fresh());
    return parts.images().all().stream()
        .map(image -> new Use(image, parts.images().lastUse(image)))
        .filter(use -> use.last().isBefore(fresh))
        .sorted(Comparator.comparing(Use::last))
        .map(Use::image)
        .toList();
  }

  /** Not one that is just being asked for or made. */
  private boolean release(ImageRecord image) throws IOException, InterruptedException {
    Path lock = parts.folder().locks().resolve("image-" + image.digest());
    Optional<Locks.Held> free = Locks.tryExclusive(lock);
    if (free.isEmpty()) {
      return false;
    }
    try (Locks.Held _ = free.get()) {
      Instant fresh = parts.clock().instant().minus(quota.fresh());
      boolean goes = parts.images().lastUse(image).isBefore(fresh) && quota.holder().release(image);
      if (goes) {
        parts.images().remove(image);
      }
      return goes;
    }
  }

  private long taken() throws IOException {
    FarmFolder farm = parts.folder();
    long bytes = 0;
    for (StageRecord stage : parts.stages().all()) {
      bytes += stage.bytes();
    }
    for (ImageRecord image : parts.images().all()) {
      bytes += image.bytes();
    }
    for (Path folder : List.of(farm.packages(), farm.lists(), farm.store(), farm.failed())) {
      bytes += Below.bytes(folder);
    }
    return bytes;
  }
}
