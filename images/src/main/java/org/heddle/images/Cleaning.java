package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.heddle.store.StoreException;

/**
 * Takes away stages that no image needs and packages that were fetched, the longest unused first.
 * Images stay: those are for {@code rm}, and for a quota. Builds may go on meanwhile: what they
 * have begun to use is used after they began, and is left.
 */
public final class Cleaning {
  private final Parts parts;
  private final FarmFolder farm;
  private final Stages stages;
  private final Images images;

  Cleaning(Parts parts) {
    this.parts = parts;
    this.farm = parts.folder();
    this.stages = parts.stages();
    this.images = parts.images();
  }

  /**
   * What shall go.
   *
   * @param quota bytes of stages and packages to get down to; 0: all that is not needed
   * @param keep what was used since that long stays, whatever the quota
   * @param dryRun only say
   */
  public record Wish(long quota, Duration keep, boolean dryRun) {}

  /** What went, or would go. */
  public record Report(int stages, int packages, long bytesFreed, long bytesLeft) {}

  /**
   * @param digest of a stage; "" for a file
   */
  private record Candidate(Path path, String digest, long bytes, Instant used) {}

  Report clean(Wish wish) throws IOException {
    farm.sweep();
    images.sweep();
    if (!wish.dryRun()) {
      collect();
    }
    List<Candidate> candidates = candidates(false);
    long all = candidates.stream().mapToLong(Candidate::bytes).sum() + needed();
    long goal = wish.quota() > 0 ? all - wish.quota() : Long.MAX_VALUE;
    Report gone =
        free(candidates, goal, limit(parts.clock().instant().minus(wish.keep())), wish.dryRun());
    return new Report(gone.stages(), gone.packages(), gone.bytesFreed(), all - gone.bytesFreed());
  }

  /**
   * Frees so many bytes, if there is that much that may go.
   *
   * @param ofImages also stages that images have, which are whole without
   */
  void free(long bytes, boolean ofImages) throws IOException {
    collect();
    Report _ = free(candidates(ofImages), bytes, limit(parts.clock().instant()), false);
  }

  /** Who collects at the same time does it for both. */
  private void collect() throws IOException {
    try {
      images.chunks().collect();
    } catch (StoreException refused) {
      if (refused.kind() != StoreException.Kind.CONFLICT) {
        throw refused;
      }
    }
  }

  private Report free(List<Candidate> candidates, long goal, Instant limit, boolean dryRun)
      throws IOException {
    long bytes = 0;
    int stagesGone = 0;
    int packagesGone = 0;
    for (Candidate one : candidates) {
      if (bytes >= goal) {
        break;
      }
      if (one.used().isBefore(limit) && (dryRun || delete(one, limit))) {
        bytes += one.bytes();
        if (one.digest().isEmpty()) {
          packagesGone++;
        } else {
          stagesGone++;
        }
      }
    }
    return new Report(stagesGone, packagesGone, bytes, 0);
  }

  /** Nothing that was used since the oldest build began. */
  private Instant limit(Instant latest) throws IOException {
    return Stream.concat(Stream.of(latest), farm.begun().stream())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  private Set<String> usedDigests() throws IOException {
    Set<String> used = new HashSet<>();
    for (ImageRecord image : images.all()) {
      image.stages().forEach(stage -> used.add(stage.digest()));
    }
    return used;
  }

  private long needed() throws IOException {
    Set<String> used = usedDigests();
    return stages.all().stream()
        .filter(stage -> used.contains(stage.digest()))
        .mapToLong(StageRecord::bytes)
        .sum();
  }

  /**
   * Nothing may go that something lies on: the topmost stages are used as long ago as those below.
   */
  private List<Candidate> candidates(boolean ofImages) throws IOException {
    Set<String> used = ofImages ? Set.of() : usedDigests();
    List<Candidate> candidates = new ArrayList<>();
    for (StageRecord stage : stages.all()) {
      if (!used.contains(stage.digest())) {
        Path folder = stages.folder(stage.digest());
        candidates.add(new Candidate(folder, stage.digest(), stage.bytes(), marked(folder)));
      }
    }
    for (Path folder : List.of(farm.packages(), farm.failed())) {
      Below.each(
          folder,
          (file, is) -> {
            if (!RpmSources.isList(file)) {
              candidates.add(new Candidate(file, "", is.size(), lastUse(file)));
            }
          });
    }
    candidates.sort(
        Comparator.comparing(Candidate::used).thenComparing(one -> one.path().toString()));
    return candidates;
  }

  /** When a stage was used last; long ago when it has no mark, or goes just now. */
  private static Instant marked(Path stage) throws IOException {
    try {
      return Files.getLastModifiedTime(stage.resolve(Stages.USED)).toInstant();
    } catch (NoSuchFileException none) {
      return Instant.EPOCH;
    }
  }

  /** A package is linked where it is used: its inode changes, not its content, which is old. */
  private static Instant lastUse(Path file) throws IOException {
    return ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
  }

  private boolean delete(Candidate one, Instant limit) throws IOException {
    if (one.digest().isEmpty()) {
      return deleteFile(one.path(), limit);
    }
    Optional<Locks.Held> lock = Locks.tryExclusive(farm.locks().resolve("stage-" + one.digest()));
    if (lock.isEmpty()) {
      return false;
    }
    try (Locks.Held _ = lock.get()) {
      if (!marked(one.path()).isBefore(limit)) {
        return false;
      }
      // From now on nobody takes it for a stage.
      Files.deleteIfExists(one.path().resolve("stage.json"));
      FarmFolder.delete(one.path());
      return true;
    }
  }

  /** Not while packages of that suite are fetched: those that are there are marked as used then. */
  private boolean deleteFile(Path file, Instant limit) throws IOException {
    Optional<Locks.Held> lock = Locks.tryExclusive(farm.lockOf(file));
    if (lock.isEmpty()) {
      return false;
    }
    try (Locks.Held _ = lock.get()) {
      return lastUse(file).isBefore(limit) && Files.deleteIfExists(file);
    } catch (NoSuchFileException goneMeanwhile) {
      return false;
    }
  }
}
