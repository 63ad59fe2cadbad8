package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that stores two images one after the other, or sends the second to who has the first.
 */
interface StorePeer {
  /**
   * @param firstBytes what the first image takes, or NaN when nothing is stored
   * @param secondBytes what the second takes more, or what is sent for it
   */
  record Result(double firstBytes, double firstSeconds, double secondBytes, double secondSeconds) {}

  String name();

  Result run(Shell shell, Path folder, Path first, Path second)
      throws IOException, InterruptedException;

  /** One that keeps all in a folder: its growth is what counts. */
  record Stored(String name, List<String> init, List<List<String>> make) implements StorePeer {
    @Override
    public Result run(Shell shell, Path folder, Path first, Path second)
        throws IOException, InterruptedException {
      if (!init.isEmpty()) {
        shell.run(init);
      }
      double one = shell.timed(command(make.get(0), first));
      long size = size(folder);
      double two = shell.timed(command(make.get(1), second));
      return new Result(size, one, size(folder) - size, two);
    }

    private static List<String> command(List<String> words, Path file) {
      return words.stream().map(word -> word.equals("FILE") ? file.toString() : word).toList();
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
      return new Result(Double.NaN, Double.NaN, sent, seconds);
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
        return new Result(Double.NaN, Double.NaN, server.sent(), seconds);
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
        stored(
            "casync",
            "",
            "casync make --store=r.castr a.caibx FILE",
            "casync make --store=r.castr b.caibx FILE"),
        stored("borg", "borg init -e none r", "borg create r::a FILE", "borg create r::b FILE"),
        stored(
            "restic",
            "restic -q init -r r",
            "restic -q -r r backup FILE",
            "restic -q -r r backup FILE"),
        new Rsync(),
        new Zsync(),
        stored(
            "heddle",
            "",
            heddle + " store make FILE --store r",
            heddle + " store make FILE --store r"),
        stored(
            "heddle --small",
            "",
            heddle + " store make --small FILE --store r",
            heddle + " store make --small FILE --store r"));
  }

  private static StorePeer stored(String name, String init, String first, String second) {
    List<String> begin = init.isEmpty() ? List.of() : List.of(init.split(" ", -1));
    return new Stored(
        name, begin, List.of(List.of(first.split(" ", -1)), List.of(second.split(" ", -1))));
  }
}
