package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.FileEntry;
import org.heddle.images.recipe.ImageClass.Family;
import org.heddle.images.recipe.ImageFormat;
import org.heddle.images.recipe.Step;
import org.jspecify.annotations.Nullable;

/** One build: the trees that it needs, each made once, side by side where they can be. */
final class Build {
  private final Parts parts;
  private final Blueprint image;
  private final Snapshots snapshots;
  private final StageKeys keys;
  private final Progress progress;
  private final Map<String, FutureTask<Tree>> trees = new ConcurrentHashMap<>();
  private final StageMaker maker;

  Build(Parts parts, Blueprint image, Snapshots snapshots, Progress progress) {
    this.parts = parts;
    this.image = image;
    this.snapshots = snapshots;
    this.keys = new StageKeys(snapshots);
    this.progress = progress;
    this.maker = new StageMaker(parts.folder(), parts.mirrors(), parts.limits(), this::given);
  }

  private StageMaker.Given given(Blueprint other)
      throws IOException, InterruptedException, FarmException {
    Tree tree = tree(other);
    return new StageMaker.Given(tree.layers(), packages(other, tree));
  }

  /**
   * Those of which another image's files are said to come. Of a tree in which packages were
   * installed nobody knows whose files these are, or whether a script has made them.
   */
  private static List<String> packages(Blueprint other, Tree tree) {
    return other.of().family() == Family.UNPACKED ? tree.packages() : List.of();
  }

  /** A tree, waited for. */
  private Tree tree(Blueprint of) throws IOException, InterruptedException, FarmException {
    return Waiting.result(start(of));
  }

  /** Its failure is told when it is waited for. */
  private void begin(@Nullable Blueprint of) {
    if (of != null) {
      FutureTask<Tree> _ = start(of);
    }
  }

  private FutureTask<Tree> start(Blueprint of) {
    Callable<Tree> work = () -> make(of);
    FutureTask<Tree> fresh = new FutureTask<>(work);
    FutureTask<Tree> there = trees.putIfAbsent(of.tree(), fresh);
    if (there == null) {
      Thread.ofVirtual().name("tree-" + of.name()).start(() -> run(fresh));
    }
    return there == null ? fresh : there;
  }

  private final List<Thread> threads = new ArrayList<>();

  private void run(FutureTask<Tree> task) {
    synchronized (threads) {
      threads.add(Thread.currentThread());
    }
    task.run();
  }

  /** Ends what goes on beside, when the build has failed or is cancelled. */
  private void stop() throws InterruptedException {
    List<Thread> left;
    synchronized (threads) {
      left = List.copyOf(threads);
    }
    left.forEach(Thread::interrupt);
    for (Thread one : left) {
      one.join();
    }
  }

  private Tree make(Blueprint of) throws IOException, InterruptedException, FarmException {
    startOthers(of);
    Snapshot snapshot = snapshots.of(of);
    Layers layers = Layers.NONE;
    List<ImageRecord.StageUse> uses = new ArrayList<>();
    List<String> packages = List.of();
    SortedSet<String> given = new TreeSet<>();
    for (Step step : of.steps()) {
      String label =
          step.owner().equals(of.name()) || step instanceof Step.Base
              ? step.kind()
              : step.kind() + " of " + step.owner();
      progress.step(of.name(), label, 0);
      Layers below = layers;
      Stages.Got got =
          parts
              .stages()
              .get(
                  new Stages.Wanted(step, below, keys.taken(step, of), snapshot),
                  (work, tree, log) -> {
                    log.watch(share -> progress.step(of.name(), label, share));
                    log.tell(progress::said);
                    maker.make(
                        new StageMaker.Job(
                            of.of(), of.architecture(), step, below, snapshot, work, tree, log));
                  });
      layers = layers.with(parts.stages().tree(got.record().digest()), got.record().digest());
      packages = got.record().packages();
      given.addAll(parts.stages().given(got.record().digest()));
      uses.add(
          new ImageRecord.StageUse(
              label, got.record().digest(), got.cached(), got.seconds(), got.reason()));
      progress.done(of.name(), label, got.cached(), got.seconds());
    }
    given.addAll(packages);
    return new Tree(layers, uses, List.copyOf(given), snapshot);
  }

  /** What the tree's entries come from is made beside its lower stages. */
  private void startOthers(Blueprint of) {
    for (Step step : of.steps()) {
      if (step instanceof Step.Files files) {
        for (FileEntry entry : files.files()) {
          if (entry instanceof FileEntry.FromImage from) {
            begin(files.images().get(from.image()));
          }
        }
      }
    }
  }

  /** The recipe whose kernel an image has, if its format has one. */
  static Optional<Blueprint> kernel(Blueprint image) {
    boolean needed = image.format().bootsDirectly() || image.format() == ImageFormat.DISK;
    return image.kernel().filter(_ -> needed);
  }

  /**
   * Makes the image.
   *
   * @param snapshot of all that it comes from
   */
  ImageRecord run(String snapshot, long begin)
      throws IOException, InterruptedException, FarmException {
    parts.folder().room().want(0).close();
    // While it lives, nothing goes that is used from now on.
    try (FarmFolder.Work _ = parts.folder().work()) {
      try {
        return made(snapshot, begin);
      } finally {
        stop();
      }
    }
  }

  private ImageRecord made(String snapshot, long begin)
      throws IOException, InterruptedException, FarmException {
    Optional<Blueprint> kernel = kernel(image);
    begin(kernel.orElse(null));
    Tree tree = tree(image);
    Optional<Layers> boot = Optional.empty();
    if (kernel.isPresent()) {
      Tree other = tree(kernel.get());
      boot = Optional.of(other.layers());
      tree = tree.with(packages(kernel.get(), other));
    }
    return assemble(tree, boot, snapshot, begin);
  }

  private ImageRecord assemble(Tree tree, Optional<Layers> kernel, String snapshot, long begin)
      throws IOException, InterruptedException, FarmException {
    String label = image.format().word();
    progress.step(image.name(), label, 0);
    long since = System.nanoTime();
    try (FarmFolder.Work work = parts.folder().work()) {
      Path out = Files.createDirectory(work.folder().resolve("image"));
      Path logFile = work.folder().resolve("log");
      try (Log log = new Log(logFile)) {
        log.tell(progress::said);
        new Assembly(parts.folder(), parts.limits())
            .write(
                new Assembly.Job(
                    image, tree.layers(), kernel, tree.snapshot(), work.folder(), out, log));
      }
      ImageRecord record = describe(tree, snapshot, out, logFile, begin);
      parts.finishing().finish(record, type(), out, work.folder());
      progress.done(image.name(), label, false, Farm.seconds(since));
      return record;
    }
  }

  private ImageRecord describe(Tree tree, String snapshot, Path out, Path log, long begin)
      throws IOException {
    List<ImageRecord.FileOf> files = Images.files(out);
    if (image.format().bootsDirectly() && image.kernel().isPresent()) {
      Json.write(out.resolve(Images.BOOT), Images.boot(image, files));
    }
    ImageRecord record =
        new ImageRecord(
            image.digest(),
            image.name(),
            image.of().name(),
            image.architecture(),
            image.format().word(),
            snapshot,
            tree.snapshot().epoch(),
            tree.uses(),
            tree.packages(),
            files,
            files.stream().mapToLong(ImageRecord.FileOf::size).sum(),
            Farm.seconds(begin),
            parts.clock().millis() / 1000);
    Logs.gather(parts.stages(), record, log, out.resolve(Images.LOG));
    return record;
  }

  /** Of its packages in package URLs. */
  private String type() {
    return image.of().family() == Family.RPM ? "rpm" : "deb";
  }

  /** A tree as it was come by. */
  private record Tree(
      Layers layers, List<ImageRecord.StageUse> uses, List<String> packages, Snapshot snapshot) {
    Tree with(List<String> more) {
      SortedSet<String> all = new TreeSet<>(packages);
      all.addAll(more);
      return new Tree(layers, uses, List.copyOf(all), snapshot);
    }
  }
}
