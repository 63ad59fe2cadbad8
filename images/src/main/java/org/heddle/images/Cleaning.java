package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes away stages that no image needs and packages that were fetched, the longest unused first.
 * Images stay: those are for {@code rm}. Builds may go on meanwhile: what they have begun to use is
 * used after they began, and is left.
 */
public final class Cleaning {
  private final FarmFolder farm;
  private final Stages stages;
  private final Images images;
  private final InstantSource clock;

  Cleaning(FarmFolder farm, Stages stages, Images images, InstantSource clock) {
    this.farm = farm;
    this.stages = stages;
    this.images = images;
    this.clock = clock;
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

  private record Candidate(Path path, String digest, long bytes, Instant used) {}

  Report clean(Wish wish) throws IOException {
    farm.sweep();
    images.sweep();
    Instant before = clock.instant().minus(wish.keep());
    Instant oldest = oldestBuild().orElse(before);
    Instant limit = oldest.isBefore(before) ? oldest : before;
    List<Candidate> candidates = candidates();
    long bytes = candidates.stream().mapToLong(Candidate::bytes).sum() + needed();
    long all = bytes;
    int stagesGone = 0;
    int packagesGone = 0;
    for (Candidate one : candidates) {
      if (bytes <= wish.quota() && wish.quota() > 0) {
        break;
      }
      if (one.used().isBefore(limit) && (wish.dryRun() || delete(one, limit))) {
        bytes -= one.bytes();
        if (one.digest().isEmpty()) {
          packagesGone++;
        } else {
          stagesGone++;
        }
      }
    }
    return new Report(stagesGone, packagesGone, all - bytes, bytes);
  }

  private Optional<Instant> oldestBuild() throws IOException {
    try (Stream<Path> works = Files.list(farm.workFolder())) {
      List<Instant> times = new ArrayList<>();
      for (Path work : works.toList()) {
        try {
          times.add(Files.getLastModifiedTime(work).toInstant());
        } catch (NoSuchFileException endedMeanwhile) {
          // One less.
        }
      }
      return times.stream().min(Comparator.naturalOrder());
    }
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
  private List<Candidate> candidates() throws IOException {
    Set<String> used = usedDigests();
    List<Candidate> candidates = new ArrayList<>();
    for (StageRecord stage : stages.all()) {
      if (!used.contains(stage.digest())) {
        Path mark = stages.folder(stage.digest()).resolve("used");
        Instant when =
            Files.exists(mark) ? Files.getLastModifiedTime(mark).toInstant() : Instant.EPOCH;
        candidates.add(
            new Candidate(stages.folder(stage.digest()), stage.digest(), stage.bytes(), when));
      }
    }
    try (Stream<Path> files = Files.walk(farm.packages())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        candidates.add(
            new Candidate(file, "", Files.size(file), Files.getLastModifiedTime(file).toInstant()));
      }
    }
    candidates.sort(
        Comparator.comparing(Candidate::used).thenComparing(one -> one.path().toString()));
    return candidates;
  }

  private boolean delete(Candidate one, Instant limit) throws IOException {
    if (one.digest().isEmpty()) {
      return Files.deleteIfExists(one.path());
    }
    Optional<Locks.Held> lock = Locks.tryExclusive(farm.locks().resolve("stage-" + one.digest()));
    if (lock.isEmpty()) {
      return false;
    }
    try (Locks.Held _ = lock.get()) {
      Path mark = one.path().resolve("used");
      if (Files.exists(mark) && !Files.getLastModifiedTime(mark).toInstant().isBefore(limit)) {
        return false;
      }
      // From now on nobody takes it for a stage.
      Files.deleteIfExists(one.path().resolve("stage.json"));
      FarmFolder.delete(one.path());
      return true;
    }
  }
}
