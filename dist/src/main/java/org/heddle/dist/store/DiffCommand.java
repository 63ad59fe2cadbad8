package org.heddle.dist.store;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Table;
import org.heddle.store.ChunkRef;
import org.heddle.store.ChunkSet;
import org.heddle.store.IndexReader;
import org.heddle.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store diff}. */
@Command(name = "diff", description = "What two indexes share, and what only one of them needs.")
final class DiffCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();

  @Parameters(index = "0", paramLabel = "INDEX", description = "Its name in the store.")
  String first = "";

  @Parameters(index = "1", paramLabel = "INDEX", description = "The other's.")
  String second = "";

  /** Different chunks, and their bytes before compression. */
  record Part(long chunks, long bytes) {
    Part without(Part other) {
      return new Part(chunks - other.chunks, bytes - other.bytes);
    }
  }

  /** Counts chunks. */
  private static final class Tally {
    private long chunks;
    private long bytes;

    void add(ChunkRef chunk) {
      chunks++;
      bytes += chunk.length();
    }

    Part part() {
      return new Part(chunks, bytes);
    }
  }

  /** What is printed. */
  record Difference(String first, String second, Part shared, Part onlyFirst, Part onlySecond) {}

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Difference found = Work.run(around, "comparing", _ -> compare(options.open()));
    around.print(options.format, found, () -> table(found, around));
    return 0;
  }

  private Difference compare(Store store) throws IOException {
    ChunkSet ofFirst = new ChunkSet();
    ChunkSet ofSecond = new ChunkSet();
    Tally all = new Tally();
    Tally shared = new Tally();
    Tally onlySecond = new Tally();
    eachNew(store, first, ofFirst, all::add);
    eachNew(
        store,
        second,
        ofSecond,
        chunk -> (ofFirst.contains(chunk.id()) ? shared : onlySecond).add(chunk));
    return new Difference(
        first, second, shared.part(), all.part().without(shared.part()), onlySecond.part());
  }

  private static void eachNew(Store store, String name, ChunkSet seen, IndexReader.Visitor visitor)
      throws IOException {
    try (IndexReader index = store.index(name)) {
      index.eachChunk(chunk -> {
        if (seen.add(chunk.id())) {
          visitor.visit(chunk);
        }
      });
    }
  }

  private static String table(Difference found, Environment around) {
    Table table = Table.of("", ">CHUNKS", ">BYTES");
    row(table, "in both", found.shared);
    row(table, "only " + found.first, found.onlyFirst);
    row(table, "only " + found.second, found.onlySecond);
    return table.render(around.output());
  }

  private static void row(Table table, String what, Part part) {
    table.row(what, part.chunks, Amounts.bytes(part.bytes));
  }
}
