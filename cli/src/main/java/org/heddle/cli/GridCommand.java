package org.heddle.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.model.NodeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands that talk to the controller have in common. */
abstract class GridCommand implements Callable<Integer> {
  @Mixin private GridOptions own = new GridOptions();
  @Spec private @Nullable CommandSpec spec;
  private ExitCode worst = ExitCode.OK;

  /** Does the work; its result is the exit code unless a part of it failed. */
  abstract ExitCode run(GridClient grid);

  @Override
  public Integer call() {
    try (GridClient grid = options().connect(around())) {
      ExitCode code = run(grid);
      return (code == ExitCode.OK ? worst : code).number();
    }
  }

  GridOptions options() {
    return own.or(root().options);
  }

  Environment around() {
    return root().around;
  }

  private HeddleCommand root() {
    return (HeddleCommand) Objects.requireNonNull(spec).root().userObject();
  }

  boolean tables() {
    return options().output() == Format.TABLE;
  }

  /** Prints the value as JSON or YAML, or the text. */
  void show(Object value, Supplier<String> text) {
    Format format = options().output();
    print(format == Format.TABLE ? text.get() : format.write(value));
  }

  /** As {@link #show}, but what was asked for by one plain name is one object, not a list. */
  void showAll(Collection<String> asked, List<?> values, Supplier<String> text) {
    boolean one = asked.size() == 1 && !NodeSet.isSet(asked.iterator().next());
    if (one && values.isEmpty()) {
      return;
    }
    show(one ? values.getFirst() : values, text);
  }

  void print(String text) {
    around().out().print(text);
    around().out().flush();
  }

  SequencedSet<String> names(Collection<String> sets) {
    try {
      return NodeSet.parse(sets);
    } catch (IllegalArgumentException refused) {
      throw Failure.invalid(Objects.requireNonNullElse(refused.getMessage(), "wrong names"));
    }
  }

  /** Does it for each; a failure is reported and the others are done nevertheless. */
  <K, T> List<T> each(Collection<K> names, Function<K, T> deed) {
    List<T> done = new ArrayList<>();
    for (K name : names) {
      try {
        done.add(deed.apply(name));
      } catch (GridException failure) {
        if (failure.type().equals("unreachable")) {
          throw failure;
        }
        fail(report().report(failure));
      }
    }
    return done;
  }

  ErrorReport report() {
    return new ErrorReport(around().err(), options().output());
  }

  /** The first failure of several decides the exit code. */
  void fail(ExitCode code) {
    worst = worst == ExitCode.OK ? code : worst;
  }
}
