package org.heddle.images;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Canonical;

/**
 * The states of package lists that one build goes by: each is looked up, or fetched anew, once.
 * Thread-safe.
 */
final class Snapshots {
  private final Parts parts;
  private final boolean refresh;
  private final Map<String, Snapshot> known = new HashMap<>();

  /**
   * @param refresh whether all lists that are asked for are fetched anew
   */
  Snapshots(Parts parts, boolean refresh) {
    this.parts = parts;
    this.refresh = refresh;
  }

  /** That of an image's own class. */
  synchronized Snapshot of(Blueprint image)
      throws IOException, InterruptedException, FarmException {
    return switch (image.of().family()) {
      case SCRATCH -> Snapshot.NONE;
      case RPM -> {
        RpmSources sources = RpmSources.of(parts, image.of(), image.architecture());
        yield once(sources.cache().toString(), sources::snapshot);
      }
      case DEBIAN, UNPACKED -> {
        Apt apt =
            new Apt(
                parts.folder(),
                image.of(),
                image.architecture(),
                parts.mirrors().of(image.of()),
                false);
        yield once(apt.lists().toString(), (anew, _, log) -> apt.snapshot(anew, log));
      }
    };
  }

  /** Reads lists, or fetches them anew. */
  private interface Lists {
    Snapshot snapshot(boolean anew, FarmFolder.Work work, Log log)
        throws IOException, InterruptedException, FarmException;
  }

  private Snapshot once(String place, Lists lists)
      throws IOException, InterruptedException, FarmException {
    Snapshot there = known.get(place);
    if (there != null) {
      return there;
    }
    try (FarmFolder.Work work = parts.folder().work();
        Log log = new Log(work.folder().resolve("log"))) {
      Snapshot read = lists.snapshot(refresh, work, log);
      known.put(place, read);
      return read;
    }
  }

  /**
   * The state of all lists that an image comes from: its own class's, and those of the recipes that
   * give it files and its kernel. "" when there are none, and a single one's is its own.
   */
  String all(Blueprint image) throws IOException, InterruptedException, FarmException {
    TreeSet<String> states = new TreeSet<>();
    for (Blueprint one : StageKeys.sources(image)) {
      states.add(of(one).id());
    }
    states.remove(Snapshot.NONE.id());
    return switch (states.size()) {
      case 0 -> Snapshot.NONE.id();
      case 1 -> states.first();
      default -> Canonical.digest(states);
    };
  }
}
