package org.heddle.dist.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store rm}. */
@Command(name = "rm", description = "Remove indexes; 'gc' then deletes what only they needed.")
final class RmCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();

  @Parameters(arity = "1..*", paramLabel = "INDEX", description = "Names in the store.")
  List<String> names = new ArrayList<>();

  /** What is printed. */
  record Removed(List<String> removed) {}

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Work.run(
        around,
        "removing",
        _ -> {
          Store store = options.open();
          store.requireNames(names);
          for (String name : names) {
            store.remove(name);
          }
          return names;
        });
    Removed removed = new Removed(names);
    around.print(options.format, removed, () -> "removed " + String.join(", ", names) + "\n");
    return 0;
  }
}
