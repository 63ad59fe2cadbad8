package org.heddle.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run of the command in this process, and what came of it. */
record Run(int code, String out, String err) {
  /** The time that it is for these runs. */
  static final long NOW = 1_800_000_000_000L;

  /** Against this grid. */
  static Run on(FakeGrid grid, String... arguments) {
    return with("", Map.of("HEDDLE_URL", grid.url(), "HEDDLE_TOKEN", FakeGrid.TOKEN), arguments);
  }

  static Run with(String input, Map<String, String> variables, String... arguments) {
    return with(Terminal.NONE, Path.of("/nonexistent"), input, variables, arguments);
  }

  static Run with(
      Terminal terminal,
      Path home,
      String input,
      Map<String, String> variables,
      String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Map<String, String> all = new LinkedHashMap<>(variables);
    all.putIfAbsent("HEDDLE_STATE", "/nonexistent");
    Environment environment =
        new Environment(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            Terminal.NONE,
            false,
            all,
            home,
            InstantSource.fixed(Instant.ofEpochMilli(NOW)));
    int code = HeddleCommand.run(environment, new LinkedHashMap<>(), arguments);
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** With these arguments before those of a test. */
  static String[] arguments(String line, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
    all.addAll(Arrays.asList(more));
    return all.toArray(new String[0]);
  }
}
