package org.heddle.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.heddle.drivers.DriverException;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.store.NamedIndex;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes indexes that nobody needs out of the content store, and the chunks that only they needed.
 * Kept are files of images that are here, of saved states and copies that are here, and for a time
 * the last state of each machine that came by: what is saved next is mostly the same. Thread-safe.
 */
final class ContentSweep {
  private static final Logger LOG = LoggerFactory.getLogger(ContentSweep.class);

  /** What has just come is about to be used. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  /** A vjob that sleeps longer comes as a whole again. */
  private static final Duration BASIS = Duration.ofDays(1);

  private final Content content;
  private final Machines machines;
  private final Images images;
  private final boolean repository;
  private final Kept kept;

  /** Digests of files that are kept whether they belong to an image of this host or not. */
  interface Kept {
    /**
     * @param pressed whether there is too little room: then only those that are in use
     */
    Set<String> files(boolean pressed) throws IOException;
  }

  ContentSweep(Content content, Machines machines, Images images, boolean repository, Kept kept) {
    this.kept = kept;
    this.content = content;
    this.machines = machines;
    this.images = images;
    this.repository = repository;
  }

  /** What is needed, as the host is now. */
  private record Needs(
      Set<String> imageFiles, Set<IndexName.Copy> states, Map<MachineId, Instant> newest) {}

  /**
   * Sweeps once. Trouble is for the log: nothing depends on it.
   *
   * @param pressed whether there is too little room: then what only may be useful goes too
   */
  synchronized void sweep(Instant now, boolean pressed) {
    try {
      List<NamedIndex> indexes = content.indexes();
      Needs needs = needs(indexes, pressed);
      boolean removed = false;
      for (NamedIndex index : indexes) {
        removed |= sweep(index.name(), index.published(), now, needs, pressed);
      }
      for (Store.DamagedIndex index : content.damagedIndexes()) {
        removed |= sweep(index.name(), index.published(), now, needs, pressed);
      }
      if (removed || pressed) {
        content.collect();
      }
    } catch (StoreException busy) {
      LOG.info("content store: {}", busy.getMessage());
    } catch (IOException | DriverException failed) {
      LOG.warn("content store: {}", failed.getMessage());
    }
  }

  private boolean sweep(String text, Instant published, Instant now, Needs needs, boolean pressed)
      throws IOException {
    Optional<IndexName> name = IndexName.parse(text);
    Duration age = Duration.between(published, now);
    if (name.isEmpty() || needed(name.get(), published, age, needs, pressed)) {
      return false;
    }
    content.remove(name.get());
    return true;
  }

  private Needs needs(List<NamedIndex> indexes, boolean pressed)
      throws IOException, DriverException {
    Set<String> files = new HashSet<>(kept.files(pressed));
    for (String name : images.names()) {
      Optional<Images.Local> image = images.find(name);
      image.ifPresent(here -> here.image().files().forEach(file -> files.add(file.sha256())));
    }
    Set<IndexName.Copy> states = new HashSet<>();
    for (MachineReport report : machines.reports()) {
      report.savedStates().forEach(id -> states.add(new IndexName.Copy(report.machine(), id)));
    }
    Map<MachineId, Instant> newest = new HashMap<>();
    for (NamedIndex index : indexes) {
      switch (IndexName.parse(index.name()).orElse(null)) {
        case IndexName.Copy copy when repository -> states.add(copy);
        case IndexName.StateFile file ->
            newest.merge(file.machine(), index.published(), (a, b) -> a.isAfter(b) ? a : b);
        case IndexName.Copy _, IndexName.ImageFile _ -> {}
        case null -> {}
      }
    }
    return new Needs(files, states, newest);
  }

  private boolean needed(
      IndexName name, Instant published, Duration age, Needs needs, boolean pressed) {
    boolean fresh = age.compareTo(FRESH) < 0;
    return switch (name) {
      case IndexName.ImageFile(String sha256) -> needs.imageFiles.contains(sha256) || fresh;
      case IndexName.Copy _ -> repository || fresh;
      case IndexName.StateFile(MachineId machine, String state, String _) ->
          needs.states.contains(new IndexName.Copy(machine, state))
              || (!pressed && (fresh || isBasis(machine, published, age, needs)));
    };
  }

  /** The files of one state are published within seconds of each other, so minutes do not count. */
  private static boolean isBasis(MachineId machine, Instant published, Duration age, Needs needs) {
    Instant newest = needs.newest.getOrDefault(machine, published);
    return age.compareTo(BASIS) < 0 && Duration.between(published, newest).compareTo(FRESH) < 0;
  }
}
