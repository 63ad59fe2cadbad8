package org.heddle.dist.store;

import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.store.ChunkSet;
import org.heddle.store.IndexInfo;
import org.heddle.store.IndexReader;
import org.heddle.store.Store;
import org.heddle.store.Usage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store stat}. */
@Command(name = "stat", description = "Sizes of a store, or of one index.")
final class StatCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "INDEX",
      description = "Default: the whole store.")
  @Nullable String index;

  /**
   * Of an index.
   *
   * @param chunks different chunks
   * @param missing those that are not in the store
   */
  record OfIndex(
      String index,
      String id,
      long bytes,
      long dataBytes,
      long indexBytes,
      double tablePercent,
      long entries,
      int chunks,
      int missing) {}

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    String name = index;
    if (name == null) {
      Usage usage = Work.run(around, "reading", _ -> options.open().usage());
      around.print(options.format, usage, () -> text(usage));
    } else {
      OfIndex found = Work.run(around, "reading", _ -> ofIndex(options.open(), name));
      around.print(options.format, found, () -> text(found));
    }
    return 0;
  }

  private static OfIndex ofIndex(Store store, String name) throws java.io.IOException {
    ChunkSet seen = new ChunkSet();
    int[] missing = new int[1];
    try (IndexReader entries = store.index(name)) {
      IndexInfo info = entries.info();
      entries.eachChunk(
          chunk -> missing[0] += seen.add(chunk.id()) && !store.has(chunk.id()) ? 1 : 0);
      double percent = info.fileSize() == 0 ? 0 : 100.0 * info.indexBytes() / info.fileSize();
      return new OfIndex(
          name,
          info.id().toString(),
          info.fileSize(),
          info.dataBytes(),
          info.indexBytes(),
          percent,
          info.entries(),
          seen.size(),
          missing[0]);
    }
  }

  private static String text(Usage usage) {
    return String.format(
        Locale.ROOT,
        "on disk   %s%s%nindexes   %d%nchunks    %d (%s before compression)%nblocks    %d%npacks     %d%n",
        Amounts.bytes(usage.bytes()),
        usage.quota() == 0 ? "" : " of at most " + Amounts.bytes(usage.quota()),
        usage.indexes(),
        usage.chunks(),
        Amounts.bytes(usage.chunkBytes()),
        usage.blocks(),
        usage.packs());
  }

  private static String text(OfIndex of) {
    return String.format(
        Locale.ROOT,
        "index     %s%nid        %s%nfile      %s (%s of it data)%ntable     %s, %.3f %% of the file%nentries   %d%nchunks    %d, %d of them missing here%n",
        of.index,
        of.id,
        Amounts.bytes(of.bytes),
        Amounts.bytes(of.dataBytes),
        Amounts.bytes(of.indexBytes),
        of.tablePercent,
        of.entries,
        of.chunks,
        of.missing);
  }
}
