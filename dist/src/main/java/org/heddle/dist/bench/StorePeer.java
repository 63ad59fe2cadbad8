package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A program that stores two images one after the other, or sends the second to who has the first.
 */
interface StorePeer {
  /**
   * @param firstBytes what the first image takes, or NaN when nothing is stored
   * @param secondBytes what the second takes more, or what is sent for it
   * @param extractSeconds for making the second anew; NaN when the receiver has it already
   */
  record Result(
      double firstBytes,
      double firstSeconds,
      double secondBytes,
      double secondSeconds,
      double extractSeconds) {

    /** Of each figure the median. */
    static Result median(List<Result> rounds) {
      return new Result(
          median(rounds, Result::firstBytes),
          median(rounds, Result::firstSeconds),
          median(rounds, Result::secondBytes),
          median(rounds, Result::secondSeconds),
          median(rounds, Result::extractSeconds));
    }

    private static double median(List<Result> rounds, ToDoubleFunction<Result> figure) {
      double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  String name();

  Result run(Shell shell, Path folder, Path first, Path second)
      throws IOException, InterruptedException;

  /** One that keeps all in a folder: its growth is what counts. */
  record Stored(String name, List<String> init, List<List<String>> make, List<String> extract)
      implements StorePeer {
    @Override
    public Result run(Shell shell, Path folder, Path first, Path second)
        throws IOException, InterruptedException {
      if (!init.isEmpty()) {
        shell.run(init);
      }
      double one = shell.timed(command(make.get(0), first));
      long size = size(folder);
      double two = shell.timed(command(make.get(1), second));
      long both = size(folder);
      Path out = Files.createDirectory(folder.resolve("out"));
      double back = new Shell(out).timed(command(extract, second));
      requireSame(second, out);
      return new Result(size, one, both - size, two, back);
    }

    private static List<String> command(List<String> words, Path file) {
      String name = String.valueOf(file.getFileName());
      return words.stream()
          .map(word -> word.equals("FILE") ? file.toString() : word.equals("NAME") ? name : word)
          .toList();
    }

    /** Some tools make the folders above it too. */
    private static void requireSame(Path image, Path folder)
        throws IOException, InterruptedException {
      Path made;
      try (Stream<Path> files = Files.walk(folder)) {
        made = files.filter(file -> file.endsWith(image.getFileName())).findFirst().orElseThrow();
      }
      new Shell(folder).run(List.of("cmp", image.toString(), made.toString()));
    }
  }

  /** rsync: the receiver has the first. */
  record Rsync() implements StorePeer {
    @Override
    public String name() {
      return "rsync -z";
    }

    @Override
    public Result run(Shell shell, Path folder, Path first, Path second)
        throws IOException, InterruptedException {
      Path old = folder.resolve("old.raw");
      shell.run(List.of("cp", "--sparse=always", first.toString(), old.toString()));
      shell.run(List.of("sync", "-f", "."));
      long begin = System.nanoTime();
      String told =
          shell.run(
              List.of(
                  "rsync",
                  "-z",
                  "--stats",
                  "--no-whole-file",
                  "--fsync",
                  second.toString(),
                  old.toString()));
      shell.run(List.of("sync", "-f", "."));
      double seconds = (System.nanoTime() - begin) / 1e9;
      long sent =
          told.lines()
              .filter(line -> line.startsWith("Total bytes"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
              .sum();
      return new Result(Double.NaN, Double.NaN, sent, seconds, Double.NaN);
    }
  }

  /** zsync: the receiver has the first and asks a server for ranges of the second. */
  record Zsync() implements StorePeer {
    @Override
    public String name() {
      return "zsync";
    }

    @Override
    public Result run(Shell shell, Path folder, Path first, Path second)
        throws IOException, InterruptedException {
      String name = String.valueOf(second.getFileName());
      shell.run(List.of("zsyncmake", "-u", name, "-o", "second.zsync", second.toString()));
      try (RangeServer server = new RangeServer(second, folder.resolve("second.zsync"))) {
        double seconds =
            shell.timed(
                List.of(
                    "zsync",
                    "-q",
                    "-i",
                    first.toString(),
                    "-o",
                    "out.raw",
                    server.url() + "/second.zsync"));
        return new Result(Double.NaN, Double.NaN, server.sent(), seconds, Double.NaN);
      }
    }
  }

  static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }

  static List<StorePeer> all(String heddle) {
    return List.of(
        // The least time for such sizes: nothing is named, found again or shared.
        stored(
            "zstd -1 alone",
            "",
            "zstd -q -1 -T0 FILE -o a.zst",
            "zstd -q -1 -T0 FILE -o b.zst",
            "zstd -q -d --sparse ../b.zst -o NAME"),
        stored(
            "casync",
            "",
            "casync make --store=r.castr a.caibx FILE",
            "casync make --store=r.castr b.caibx FILE",
            "casync extract --store=../r.castr ../b.caibx NAME"),
        stored(
            "borg",
            "borg init -e none r",
            "borg create r::a FILE",
            "borg create r::b FILE",
            "borg extract --sparse ../r::b"),
        stored(
            "restic",
            "restic -q init -r r",
            "restic -q -r r backup FILE",
            "restic -q -r r backup FILE",
            "restic -q -r ../r restore latest --target ."),
        new Rsync(),
        new Zsync(),
        ours("heddle", heddle, ""),
        ours("heddle --small", heddle, " --small"));
  }

  private static StorePeer ours(String name, String heddle, String option) {
    String make = heddle + " store make FILE --store r" + option;
    return stored(name, "", make, make, heddle + " store extract NAME NAME --store ../r");
  }

  private static StorePeer stored(
      String name, String init, String first, String second, String extract) {
    return new Stored(
        name,
        init.isEmpty() ? List.of() : words(init),
        List.of(words(first), words(second)),
        words(extract));
  }

  private static List<String> words(String command) {
    return List.of(command.split(" ", -1));
  }
}
