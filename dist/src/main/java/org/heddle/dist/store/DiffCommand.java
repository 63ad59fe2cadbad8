package org.heddle.dist.store;

import java.io.IOException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Table;
import org.heddle.store.ChunkRef;
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
    static Part of(Set<ChunkRef> chunks) {
      return new Part(chunks.size(), chunks.stream().mapToLong(ChunkRef::length).sum());
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
    Set<ChunkRef> a = chunks(store, first);
    Set<ChunkRef> b = chunks(store, second);
    Set<ChunkRef> shared = new HashSet<>(a);
    shared.retainAll(b);
    a.removeAll(shared);
    b.removeAll(shared);
    return new Difference(first, second, Part.of(shared), Part.of(a), Part.of(b));
  }

  private static Set<ChunkRef> chunks(Store store, String name) throws IOException {
    try (IndexReader index = store.index(name)) {
      return Store.chunks(index);
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
