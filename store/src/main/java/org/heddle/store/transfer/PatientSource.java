package org.heddle.store.transfer;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.ChunkSource;
import org.heddle.store.IndexDraft;
import org.heddle.store.StoreWriter;
import org.jspecify.annotations.Nullable;

/**
 * A store elsewhere that is asked again when its answer was cut, as for a pull: for what has not
 * come, and as often as something comes of it. For who has no other source to go on with.
 */
public final class PatientSource implements ChunkSource {
  private final RemoteStore store;

  public PatientSource(RemoteStore store) {
    this.store = store;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public Optional<IndexDraft> index(String name, @Nullable ChunkId expected, StoreWriter into)
      throws IOException {
    return store.index(name, expected, into);
  }

  @Override
  public void fetch(Collection<ChunkRef> wanted, Sink sink) throws IOException {
    Arrivals arrivals = new Arrivals(wanted, sink);
    for (int failures = 0; ; RemoteStore.pauseHere(failures)) {
      int before = arrivals.missing.size();
      try {
        store.fetch(List.copyOf(arrivals.missing), arrivals);
        return;
      } catch (CutException cut) {
        failures = !cut.slow() && arrivals.missing.size() < before ? 1 : failures + 1;
        if (arrivals.failure != null || store.hopeless(failures, cut)) {
          throw arrivals.failure != null ? arrivals.failure : cut;
        }
      }
    }
  }

  /** Knows what has come, and whose failure a failure was. */
  private static final class Arrivals implements Sink {
    private final Set<ChunkRef> missing;
    private final Sink sink;
    private @Nullable IOException failure;

    Arrivals(Collection<ChunkRef> wanted, Sink sink) {
      this.missing = new LinkedHashSet<>(wanted);
      this.sink = sink;
    }

    @Override
    public void accept(Block block) throws IOException {
      try {
        sink.accept(block);
      } catch (IOException here) {
        failure = here;
        throw here;
      }
      block.chunks().forEach(missing::remove);
    }
  }
}
