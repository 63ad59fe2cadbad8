package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.Step;

/**
 * The stages that are kept: each is made once, whoever asks at the same time, and used by all that
 * have it in common.
 */
final class Stages {
  private static final String RECORD = "stage.json";

  /** In a stage's folder: its time is that of its last use. */
  static final String USED = "used";

  /** In a stage's work folder: "name version architecture" of all packages, a line each. */
  static final String PACKAGES = "packages";

  /** Packages whose files a stage took in though no list of the tree names them, a line each. */
  static final String GIVEN = "given-packages";

  private final FarmFolder farm;
  private final InstantSource clock;

  Stages(FarmFolder farm, InstantSource clock) {
    this.farm = farm;
    this.clock = clock;
  }

  /** Fills a work folder with what a stage's layer is. */
  interface Making {
    void make(Path work, Path tree, Log log)
        throws IOException, InterruptedException, FarmException;
  }

  /** A stage and how it was come by. */
  record Got(StageRecord record, boolean cached, double seconds, String reason) {}

  Path folder(String digest) {
    return farm.stages().resolve(digest);
  }

  Path tree(String digest) {
    return folder(digest).resolve("tree");
  }

  Optional<StageRecord> find(String digest) throws IOException {
    Path record = folder(digest).resolve(RECORD);
    try {
      return Optional.of(Json.read(record, StageRecord.class));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  List<StageRecord> all() throws IOException {
    List<StageRecord> all = new ArrayList<>();
    List<Path> folders;
    try (Stream<Path> listed = Files.list(farm.stages())) {
      folders = listed.toList();
    }
    for (Path folder : folders) {
      find(folder.getFileName().toString()).ifPresent(all::add);
    }
    return all;
  }

  /**
   * A stage that is wanted.
   *
   * @param taken what it takes in beside its recipe and what is below; see {@link StageKeys}
   * @param snapshot of its class: no file is younger
   */
  record Wanted(Step step, Layers below, String taken, Snapshot snapshot) {
    String digest() {
      return Blueprint.key(step, below.top(), taken);
    }
  }

  /** The stage with these inputs: kept, or made now. Whoever else wants it meanwhile waits. */
  Got get(Wanted wanted, Making making) throws IOException, InterruptedException, FarmException {
    String digest = wanted.digest();
    long begin = System.nanoTime();
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("stage-" + digest))) {
      Optional<StageRecord> kept = find(digest);
      if (kept.isPresent()) {
        touch(digest);
        return new Got(kept.get(), true, seconds(begin), "reused: made for " + kept.get().owner());
      }
      String reason = why(wanted.step(), wanted.below().top(), wanted.taken());
      StageRecord made = make(wanted, making, begin);
      return new Got(made, false, made.seconds(), reason);
    }
  }

  private static double seconds(long since) {
    return Math.round((System.nanoTime() - since) / 1e6) / 1e3;
  }

  private void touch(String digest) throws IOException {
    Path used = folder(digest).resolve(USED);
    try {
      Files.setLastModifiedTime(used, FileTime.from(clock.instant()));
    } catch (NoSuchFileException first) {
      Files.createFile(used);
    }
  }

  private StageRecord make(Wanted wanted, Making making, long begin)
      throws IOException, InterruptedException, FarmException {
    String digest = wanted.digest();
    Step step = wanted.step();
    Layers below = wanted.below();
    try (FarmFolder.Work work = farm.work()) {
      Path stage = Files.createDirectory(work.folder().resolve("stage"));
      Path tree = Files.createDirectory(stage.resolve("tree"));
      Path logFile = stage.resolve("log");
      try (Log log = new Log(logFile)) {
        making.make(work.folder(), tree, log);
      } catch (FarmException failed) {
        throw withLog(failed, digest, logFile);
      }
      long bytes = Below.bytes(tree);
      Layers with = below.with(tree, digest);
      Path status = work.folder().resolve("status-after");
      List<String> packages =
          with.dpkgStatus(status).isPresent()
              ? Layers.packages(status)
              : told(work.folder(), below);
      StageRecord record =
          new StageRecord(
              digest,
              step.kind(),
              step.owner(),
              step.inputs(),
              below.digests(),
              wanted.taken(),
              wanted.snapshot().epoch(),
              packages,
              bytes,
              seconds(begin),
              clock.millis() / 1000);
      Path given = work.folder().resolve(GIVEN);
      if (Files.exists(given)) {
        Files.move(given, stage.resolve(GIVEN));
      }
      Files.createFile(stage.resolve(USED));
      try (Locks.Held _ = farm.room().want(bytes)) {
        Command.of("sync", "-f", stage.toString()).check(new Log(work.folder().resolve("sync")));
        Json.write(stage.resolve(RECORD), record);
        FarmFolder.delete(folder(digest));
        Files.move(stage, folder(digest));
      }
      return record;
    }
  }

  /** "name version architecture" of what a stage took in and no list of its tree names. */
  List<String> given(String digest) throws IOException {
    Path given = folder(digest).resolve(GIVEN);
    return Files.exists(given) ? Files.readAllLines(given) : List.of();
  }

  /** What a family without dpkg has written down as its packages, in this stage or below. */
  private List<String> told(Path work, Layers below) throws IOException {
    Path list = work.resolve(PACKAGES);
    if (Files.exists(list)) {
      return Files.readAllLines(list).stream().sorted().toList();
    }
    return below.digests().isEmpty()
        ? List.of()
        : find(below.top()).map(StageRecord::packages).orElse(List.of());
  }

  /** The log of what failed is kept, where the message says. */
  private FarmException withLog(FarmException failed, String digest, Path log) throws IOException {
    Path logs = Files.createDirectories(farm.failed());
    Path kept = logs.resolve(digest + ".log");
    Files.copy(log, kept, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    FarmException told =
        new FarmException(failed.kind(), String.valueOf(failed.getMessage()), Optional.of(kept));
    told.initCause(failed);
    return told;
  }

  /**
   * Why a stage has to be made: what is different from the nearest one that there is.
   *
   * @param taken what it takes in beside its recipe and what is below
   */
  String why(Step step, String below, String taken) throws IOException {
    List<StageRecord> alike =
        all().stream()
            .filter(one -> one.kind().equals(step.kind()))
            .sorted(
                Comparator.comparing((StageRecord one) -> !one.owner().equals(step.owner()))
                    .thenComparing(Comparator.comparingLong(StageRecord::built).reversed()))
            .toList();
    if (alike.isEmpty()) {
      return "made: there was no stage of this kind yet";
    }
    for (StageRecord one : alike) {
      String under = one.below().isEmpty() ? "" : one.below().getFirst();
      boolean same = Canonical.write(one.inputs()).equals(Canonical.write(step.inputs()));
      if (same && !under.equals(below)) {
        return "made: what is below it is another than for " + one.owner();
      }
      if (same && !one.snapshot().equals(taken)) {
        return (step.usesPackages()
                ? "made: the package lists are newer than for "
                : "made: what other images give it is newer than for ")
            + one.owner();
      }
    }
    StageRecord nearest = alike.getFirst();
    for (StageRecord one : alike) {
      if (!nearest.owner().equals(step.owner()) && shared(one, step) > shared(nearest, step)) {
        nearest = one;
      }
    }
    return shared(nearest, step) == 0
        ? "made: there was none like it"
        : "made: " + difference(nearest, step);
  }

  /** How many elements of their inputs two stages have in common. */
  private static int shared(StageRecord one, Step step) {
    int shared = 0;
    Map<String, Object> now = step.inputs();
    for (Map.Entry<String, Object> input : one.inputs().entrySet()) {
      if (input.getValue() instanceof Collection<?> old
          && now.get(input.getKey()) instanceof Collection<?> fresh) {
        Set<String> words = new HashSet<>();
        old.forEach(element -> words.add(Canonical.write(element)));
        shared += (int) fresh.stream().map(Canonical::write).filter(words::contains).count();
      }
    }
    return shared;
  }

  private static String difference(StageRecord one, Step step) {
    Map<String, Object> now = step.inputs();
    List<String> changed = new ArrayList<>();
    for (String key : new TreeSet<>(now.keySet())) {
      Object before = one.inputs().get(key);
      Object after = now.get(key);
      if (before != null
          && after != null
          && !Canonical.write(before).equals(Canonical.write(after))) {
        changed.add(key + " " + change(before, after));
      }
    }
    String what = changed.isEmpty() ? "other inputs" : String.join("; ", changed);
    return what + " (beside " + one.owner() + ")";
  }

  private static String change(Object before, Object after) {
    if (!(before instanceof Collection<?> old) || !(after instanceof Collection<?> fresh)) {
      return "changed";
    }
    Map<String, Integer> count = new HashMap<>();
    old.forEach(one -> count.merge(Canonical.write(one), -1, Integer::sum));
    fresh.forEach(one -> count.merge(Canonical.write(one), 1, Integer::sum));
    List<String> words = new ArrayList<>();
    for (Map.Entry<String, Integer> one : new java.util.TreeMap<>(count).entrySet()) {
      if (one.getValue() != 0) {
        String text = one.getKey().replace("\"", "");
        words.add(
            (one.getValue() > 0 ? "+" : "-")
                + (text.length() > 60 ? text.substring(0, 60) + ".." : text));
      }
    }
    return words.isEmpty()
        ? "in another order"
        : String.join(" ", words.subList(0, Math.min(6, words.size())));
  }
}
