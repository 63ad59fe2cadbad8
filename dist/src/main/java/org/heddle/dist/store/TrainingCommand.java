package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.cli.HeddleCommand;
import org.heddle.drivers.Folders;
import picocli.CommandLine.Command;

/**
 * What the build runs to record which classes the commands on stores need, and which of their
 * methods run most (the JVM's AOT cache, JEP 483 and 515): those commands on a small file, with
 * their output thrown away.
 */
@Command(name = TrainingCommand.NAME, hidden = true, description = "Training for the AOT cache.")
final class TrainingCommand implements Callable<Integer> {
  static final String NAME = "__train";

  /** Enough for the loops to be compiled. */
  private static final int BYTES = 24 << 20;

  private static final List<String> EVERYDAY =
      List.of(
          "make F --store S",
          "make F --name again --store S -o json",
          "ls --store S",
          "stat --store S",
          "extract F G --store S",
          "extract F G --in-place --store S -o json",
          "extract F H --like G --store S",
          "extract missing G --store S",
          "verify --store S",
          "gc --dry-run --store S");

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("heddle-train");
    try {
      Files.write(folder.resolve("F"), sample());
      Environment silent = Environment.silent(Map.of());
      for (String line : EVERYDAY) {
        String[] words = ("store " + line).split(" ", -1);
        for (int i = 2; i < words.length; i++) {
          boolean path = words[i].length() == 1 && !words[i - 1].equals("extract");
          words[i] = path ? folder.resolve(words[i]).toString() : words[i];
        }
        HeddleCommand.run(silent, StoreCommand.programs(silent), words);
      }
    } finally {
      Folders.remove(folder);
    }
    return ExitCode.OK.number();
  }

  /** Words of a small vocabulary, some zeros between: it compresses as programs do. */
  private static byte[] sample() {
    Random random = new Random(1);
    byte[] words = new byte[1 << 16];
    random.nextBytes(words);
    byte[] sample = new byte[BYTES];
    for (int at = 0; at < BYTES; ) {
      int length = Math.min(BYTES - at, 8 + random.nextInt(40));
      int from = random.nextInt(words.length - length);
      System.arraycopy(words, from, sample, at, length);
      at += random.nextInt(2000) == 0 ? Math.min(BYTES - at, 20_000) : length;
    }
    return sample;
  }
}
