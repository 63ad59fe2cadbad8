package org.heddle.dist.store;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Human;
import org.heddle.cli.Table;
import org.heddle.store.NamedIndex;
import org.heddle.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store ls}. */
@Command(name = "ls", description = "List the indexes of a store.")
final class LsCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();

  /** A row, as JSON has it. */
  record Row(
      String index, String id, long bytes, long dataBytes, long indexBytes, String published) {
    static Row of(NamedIndex named) {
      return new Row(
          named.name(),
          named.info().id().toString(),
          named.info().fileSize(),
          named.info().dataBytes(),
          named.info().indexBytes(),
          named.published().toString());
    }
  }

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Store store = Work.run(around, "reading", _ -> options.open());
    List<NamedIndex> all = Work.run(around, "reading", _ -> store.indexes());
    Work.run(around, "reading", _ -> store.damagedIndexes())
        .forEach(one -> around.err().println(one.reason()));
    List<Row> rows = all.stream().map(Row::of).toList();
    around.print(options.format, rows, () -> table(all, around));
    return 0;
  }

  private static String table(List<NamedIndex> all, Environment around) {
    Table table = Table.of("INDEX", ">SIZE", ">DATA", ">AGE", "ID");
    for (NamedIndex named : all) {
      table.row(
          named.name(),
          Amounts.bytes(named.info().fileSize()),
          Amounts.bytes(named.info().dataBytes()),
          Human.age(around.nowMs() - named.published().toEpochMilli()),
          named.info().id().toString().substring(0, 16));
    }
    return table.isEmpty() ? "no indexes\n" : table.render(around.output());
  }
}
