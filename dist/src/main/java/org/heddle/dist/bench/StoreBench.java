package org.heddle.dist.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.heddle.drivers.Folders;
import org.heddle.store.Extractor;
import org.heddle.store.IndexReader;
import org.heddle.store.MakeReport;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;

/** {@code bench store}: real images and guests' RAM, stored by us and by the tools of the day. */
final class StoreBench {
  private static final Map<String, String> TOOLS =
      Map.of(
          "casync", "casync",
          "borg", "borgbackup",
          "restic", "restic",
          "rsync", "rsync",
          "zsyncmake", "zsync",
          "zstd", "zstd",
          "mmdebstrap", "mmdebstrap");

  private final Path folder;
  private final Path tiny;
  private final String heddle;
  private final Consumer<String> say;

  /**
   * @param folder images are made here once; needs about 12 GB
   * @param tiny the tiny guest image's folder
   * @param heddle the command
   */
  StoreBench(Path folder, Path tiny, String heddle, Consumer<String> say) {
    this.folder = folder;
    this.tiny = tiny;
    this.heddle = heddle;
    this.say = say;
  }

  /** One pair of images: results by tool, and the old measure. */
  record Pair(
      String first,
      String second,
      Map<String, StorePeer.Result> tools,
      HotBlocks.Shares hot,
      double tablePercent) {}

  /** RAM: bytes that each file made the store grow by. */
  record Ram(Map<String, Long> grownBy, double tablePercent) {}

  /** Extraction of the second image of the first pair by a store that has it, fsynced. */
  record Extraction(long fileBytes, long dataBytes, double seconds, double diskSeconds) {}

  /**
   * @param peakMemoryKiB of {@code heddle store make}, as the system counts it, by option
   */
  record Result(
      List<Pair> pairs, Ram ram, Extraction extraction, Map<String, Long> peakMemoryKiB) {}

  /**
   * @param rounds of each tool with each pair; medians count
   */
  Result run(int rounds) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    installTools();
    makeImages();
    Path base = folder.resolve("base.raw");
    Path more = folder.resolve("more.raw");
    List<Pair> pairs =
        List.of(pair(base, more, rounds), pair(base, folder.resolve("trixie.raw"), rounds));
    Map<String, Long> peak = new LinkedHashMap<>();
    for (String option : List.of("", "--small")) {
      peak.put(option, peakMemory(more, option));
    }
    return new Result(pairs, ram(), extraction(more), peak);
  }

  private void installTools() throws IOException, InterruptedException {
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, String> tool : TOOLS.entrySet()) {
      if (Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin")
          .noneMatch(place -> Files.exists(Path.of(place, tool.getKey())))) {
        missing.add(tool.getValue());
      }
    }
    if (!missing.isEmpty()) {
      say.accept("installing " + String.join(" ", missing));
      List<String> command = new ArrayList<>(List.of("apt-get", "install", "-qq", "-y"));
      command.addAll(missing);
      new Shell(folder).run(command);
    }
  }

  private void makeImages() throws IOException, InterruptedException {
    Path script = folder.resolve("debian-images.sh");
    try (InputStream text = StoreBench.class.getResourceAsStream("debian-images.sh")) {
      Files.write(script, Objects.requireNonNull(text).readAllBytes());
    }
    say.accept("images in " + folder);
    new Shell(folder).run(List.of("bash", script.toString(), folder.toString()));
  }

  private Pair pair(Path first, Path second, int rounds) throws IOException, InterruptedException {
    Map<String, StorePeer.Result> results = new LinkedHashMap<>();
    // So that all of them find both in memory.
    new Shell(folder)
        .run(
            List.of(
                "sh", "-c", "cat \"$0\" \"$1\" >/dev/null", first.toString(), second.toString()));
    for (StorePeer peer : StorePeer.all(heddle)) {
      say.accept(first.getFileName() + ", " + second.getFileName() + ": " + peer.name());
      List<StorePeer.Result> times = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        times.add(inScratch((shell, scratch) -> peer.run(shell, scratch, first, second)));
      }
      StorePeer.Result one = StorePeer.Result.median(times);
      results.put(peer.name(), one);
      say.accept("  " + StoreText.line(one));
    }
    double table =
        inScratch((shell, scratch) -> {
          MakeReport made = make(Store.create(scratch.resolve("s"), 0), second, "x");
          return 100.0 * made.index().info().indexBytes() / Files.size(second);
        });
    return new Pair(
        String.valueOf(first.getFileName()),
        String.valueOf(second.getFileName()),
        results,
        HotBlocks.of(first, second),
        table);
  }

  private interface Trial<T> {
    T run(Shell shell, Path scratch) throws IOException, InterruptedException;
  }

  private <T> T inScratch(Trial<T> trial) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(folder, "run");
    try {
      return trial.run(new Shell(scratch), scratch);
    } finally {
      Folders.remove(scratch);
    }
  }

  private static MakeReport make(Store store, Path file, String name) throws IOException {
    try (StoreWriter writer = store.writer()) {
      return new Maker(writer, Progress.NONE).make(file, name, false);
    }
  }

  private Ram ram() throws IOException, InterruptedException {
    say.accept("RAM of four guests at two times");
    List<Path> files = GuestRam.files(tiny, folder);
    return inScratch((shell, scratch) -> {
      Store store = Store.create(scratch.resolve("s"), 0);
      Map<String, Long> grown = new LinkedHashMap<>();
      double table = 0;
      for (Path file : files) {
        MakeReport made = make(store, file, String.valueOf(file.getFileName()));
        grown.put(made.index().name(), made.bytesStored());
        table = 100.0 * made.index().info().indexBytes() / made.index().info().fileSize();
      }
      return new Ram(grown, table);
    });
  }

  /** By the library, warm; and the same bytes written and fsynced by dd for comparison. */
  private Extraction extraction(Path image) throws IOException, InterruptedException {
    say.accept("extraction");
    return inScratch((shell, scratch) -> {
      Store store = Store.create(scratch.resolve("s"), 0);
      MakeReport made = make(store, image, "x");
      double best = Double.MAX_VALUE;
      for (int i = 0; i < 2; i++) {
        Path out = scratch.resolve("out");
        Files.deleteIfExists(out);
        long begin = System.nanoTime();
        try (IndexReader index = store.index("x")) {
          new Extractor(store, Progress.NONE).extract(index, out);
        }
        best = Math.min(best, (System.nanoTime() - begin) / 1e9);
        if (Files.mismatch(image, out) != -1) {
          throw new IOException("what was extracted differs from " + image);
        }
      }
      long data = made.index().info().dataBytes();
      double disk =
          shell.timed(
              List.of(
                  "dd",
                  "if=" + scratch.resolve("out"),
                  "of=" + scratch.resolve("dd"),
                  "bs=1M",
                  "count=" + data / (1 << 20),
                  "conv=fsync",
                  "status=none"));
      return new Extraction(made.index().info().fileSize(), data, best, disk);
    });
  }

  private long peakMemory(Path image, String option) throws IOException, InterruptedException {
    return inScratch((shell, scratch) -> {
      String script =
          "import resource,subprocess,sys; subprocess.check_call(sys.argv[1:],"
              + " stdout=subprocess.DEVNULL);"
              + " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
      List<String> command = new ArrayList<>(List.of("python3", "-c", script, heddle));
      command.addAll(List.of("store", "make", image.toString()));
      command.addAll(List.of("--store", scratch.resolve("s").toString()));
      if (!option.isEmpty()) {
        command.add(option);
      }
      String told = shell.run(command);
      return Long.parseLong(told.strip());
    });
  }
}
