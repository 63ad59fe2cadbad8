package org.heddle.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts the sources' indexes in the place of damaged ones. An index whose id is known can only be
 * the right one. Of one that only has the right name all sources must have the same, and what it
 * brings is bounded, so that a wrong source does not fill the store.
 */
final class IndexMender {
  private final Store store;
  private final Evidence evidence;
  private final Sources sources;
  private final Wanted wanted;
  private final long unproved;

  /**
   * @param unproved bytes above the quota that an index may bring whose id is not known
   */
  IndexMender(Store store, Evidence evidence, Sources sources, Wanted wanted, long unproved) {
    this.store = store;
    this.evidence = evidence;
    this.sources = sources;
    this.wanted = wanted;
    this.unproved = unproved;
  }

  /** Another's index, checked but for what it is the index of. */
  private record Candidate(String from, IndexDraft draft) {}

  /**
   * Mends as many of them as it can; manifests first, since they say what images have to be.
   *
   * @return those that are sound now
   */
  List<Repairer.Mended> mendAll(List<String> damaged) throws IOException {
    List<String> order = new ArrayList<>(damaged);
    order.sort(Comparator.comparing(name -> !name.endsWith(SignedImages.SUFFIX)));
    List<Repairer.Mended> mended = new ArrayList<>();
    for (String name : order) {
      mend(name).ifPresent(mended::add);
    }
    return mended;
  }

  private Optional<Repairer.Mended> mend(String name) throws IOException {
    Optional<ChunkId> id;
    try {
      id = evidence.id(store, name);
    } catch (StoreException unsigned) {
      fail(name, unsigned.getMessage());
      return Optional.empty();
    }
    try (StoreWriter writer =
        id.isPresent() ? store.writerBeyondQuota() : store.writerBeyondQuota(unproved)) {
      return mend(name, id, writer);
    } catch (StoreException full) {
      fail(name, full.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Repairer.Mended> mend(String name, Optional<ChunkId> id, StoreWriter writer)
      throws IOException {
    Evidence.Kind kind = evidence.kind(id);
    List<Candidate> candidates = new ArrayList<>();
    try {
      find(name, id, writer, candidates);
      if (candidates.isEmpty()) {
        fail(
            name,
            id.map(known -> "it is damaged, and no source has the one with the id " + known)
                .orElse("it is damaged, and no source has one of that name"));
      } else if (kind == Evidence.Kind.NAME && candidates.size() > 1) {
        fail(name, "nothing here says which it was, and " + different(candidates));
      } else {
        for (Candidate candidate : candidates) {
          if (take(name, candidate, writer)) {
            return Optional.of(new Repairer.Mended(name, candidate.from, kind));
          }
        }
      }
      return Optional.empty();
    } finally {
      for (Candidate candidate : candidates) {
        candidate.draft.close();
      }
    }
  }

  /** Those that differ; one is enough when its id is known. */
  private void find(
      String name, Optional<ChunkId> id, StoreWriter writer, List<Candidate> candidates)
      throws IOException {
    for (ChunkSource source : sources.usable()) {
      if (id.isPresent() && !candidates.isEmpty()) {
        return;
      }
      Optional<IndexDraft> draft = sources.index(source, name, id, writer);
      if (draft.isPresent()) {
        ChunkId found = draft.get().info().id();
        if (candidates.stream().anyMatch(other -> other.draft.info().id().equals(found))) {
          draft.get().close();
        } else {
          candidates.add(new Candidate(source.name(), draft.get()));
        }
      }
    }
  }

  private static String different(List<Candidate> candidates) {
    StringBuilder text = new StringBuilder("the sources have different ones:");
    for (Candidate candidate : candidates) {
      text.append(' ').append(candidate.from).append(' ').append(candidate.draft.info().id());
    }
    return text.append("; repair from the one that is right").toString();
  }

  private boolean take(String name, Candidate candidate, StoreWriter writer) throws IOException {
    try {
      evidence.checkSize(name, candidate.draft);
      try (IndexReader index = candidate.draft.open()) {
        wanted.addAll(index, writer);
      }
      wanted.ask(writer);
      writer.flush();
      evidence.check(store, name, candidate.draft);
      writer.publish(name, candidate.draft, true);
      return true;
    } catch (StoreException refused) {
      fail(name, "that of " + candidate.from + " is not taken: " + refused.getMessage());
      return false;
    }
  }

  private void fail(String name, @Nullable String why) {
    sources.failed("index '" + name + "': " + why);
  }
}
