package org.heddle.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The packs of a store's folder as they were when one last looked. Safe for several threads. */
final class PackSet {
  private final Path folder;
  private final Map<String, String> damaged = new LinkedHashMap<>();
  private Packs packs = new Packs();
  private Set<String> loaded = new HashSet<>();

  PackSet(Path folder) {
    this.folder = folder;
  }

  /** Packs that cannot be used, by file name, with the reason. */
  synchronized Map<String, String> damaged() {
    return Map.copyOf(damaged);
  }

  /** Looks for packs that others have added or taken away. */
  synchronized void refresh() throws IOException {
    Set<String> now = new HashSet<>();
    List<Path> fresh = new ArrayList<>();
    for (Path file : Session.list(folder)) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(PackFile.SUFFIX)) {
        now.add(name);
        if (!loaded.contains(name)) {
          fresh.add(file);
        }
      }
    }
    if (!now.containsAll(loaded)) {
      Packs rest = new Packs();
      for (PackFile pack : packs.all()) {
        if (now.contains(String.valueOf(pack.path().getFileName()))) {
          rest.add(pack);
        }
      }
      packs = rest;
      loaded = new HashSet<>(loaded);
      loaded.retainAll(now);
    }
    damaged.keySet().retainAll(now);
    fresh.forEach(this::load);
  }

  private void load(Path file) {
    String name = String.valueOf(file.getFileName());
    try {
      packs.add(PackFile.open(file));
      loaded.add(name);
      damaged.remove(name);
    } catch (NoSuchFileException deletedMeanwhile) {
      damaged.remove(name);
    } catch (IOException broken) {
      damaged.put(name, String.valueOf(broken.getMessage()));
    }
  }

  /** Takes over a pack that was just sealed. */
  synchronized void add(Path pack) throws IOException {
    if (loaded.add(String.valueOf(pack.getFileName()))) {
      packs.add(PackFile.open(pack));
    }
  }

  synchronized Packs.@Nullable Found find(ChunkId id, Set<String> without) {
    return packs.find(id, without);
  }

  synchronized Packs.@Nullable FoundBlock findBlock(ChunkId digest) throws StoreException {
    return packs.findBlock(digest);
  }

  synchronized List<PackFile> all() {
    return List.copyOf(packs.all());
  }
}
