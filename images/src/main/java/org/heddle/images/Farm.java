package org.heddle.images;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.FileEntry;
import org.heddle.images.recipe.ImageClass.Family;
import org.heddle.images.recipe.ImageFormat;
import org.heddle.images.recipe.Step;
import org.jspecify.annotations.Nullable;

/**
 * The image farm in a folder. Any number of threads and processes may use one at the same time;
 * equal requests wait for one build. Building needs root; reading does not.
 */
public final class Farm {
  /**
   * Variable: file of the network namespace in which packages are fetched, where that is not the
   * program's own.
   */
  public static final String NETWORK = "HEDDLE_FARM_NETWORK";

  private final FarmFolder farm;
  private final Limits limits;
  private final InstantSource clock;
  private final Mirrors mirrors;
  private final Stages stages;
  private final Images images;
  private final Signing signing;

  private Farm(FarmFolder farm, Limits limits, Map<String, String> variables, InstantSource clock) {
    this.farm = farm;
    this.limits = limits;
    this.clock = clock;
    this.mirrors = new Mirrors(variables);
    farm.downloadIn(variables.getOrDefault(NETWORK, ""));
    this.stages = new Stages(farm, clock);
    this.images = new Images(farm);
    this.signing = new Signing(farm.keys());
  }

  /**
   * Opens the farm in the folder, or makes one. What killed processes left is taken away.
   *
   * @param variables of the environment: addresses of mirrors, where classes name some
   */
  public static Farm open(
      Path folder, Limits limits, Map<String, String> variables, InstantSource clock)
      throws IOException, FarmException {
    FarmFolder farm = new FarmFolder(folder);
    farm.make();
    farm.sweep();
    Farm open = new Farm(farm, limits, variables, clock);
    open.images.sweep();
    return open;
  }

  /**
   * What a build gave.
   *
   * @param cached whether the whole image was there
   * @param folder where its files lie
   */
  public record Built(ImageRecord image, boolean cached, double seconds, Path folder) {}

  /**
   * The image: there, or made now.
   *
   * @param refresh fetch new package lists; the image is made anew if they have changed
   */
  public Built build(Blueprint image, boolean refresh, Progress progress)
      throws IOException, InterruptedException, FarmException {
    long begin = System.nanoTime();
    String digest = image.digest();
    if (!refresh) {
      Optional<ImageRecord> there = images.find(digest);
      if (there.isPresent()) {
        return reused(there.get(), begin);
      }
    }
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + digest))) {
      Optional<ImageRecord> there = images.find(digest);
      Build build = new Build(image, refresh, progress);
      Snapshot snapshot = build.snapshot(image);
      if (there.isPresent() && there.get().snapshot().equals(snapshot.id())) {
        return reused(there.get(), begin);
      }
      ImageRecord made = build.run(snapshot, begin);
      return new Built(made, false, seconds(begin), images.folder(digest));
    }
  }

  private Built reused(ImageRecord image, long begin) throws IOException {
    name(image);
    return new Built(image, true, seconds(begin), images.folder(image.digest()));
  }

  private void name(ImageRecord image) throws IOException {
    Path name = farm.names().resolve(image.name());
    if (!Files.exists(name) || !Files.readString(name).strip().equals(image.digest())) {
      Json.write(
          name, (image.digest() + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
  }

  private static double seconds(long since) {
    return Math.round((System.nanoTime() - since) / 1e6) / 1e3;
  }

  /** One build: the trees that it needs, each made once, side by side where they can be. */
  private final class Build {
    private final Blueprint image;
    private final boolean refresh;
    private final Set<String> refreshed = ConcurrentHashMap.newKeySet();
    private final Progress progress;
    private final Map<String, FutureTask<Tree>> trees = new ConcurrentHashMap<>();
    private final StageMaker maker;

    Build(Blueprint image, boolean refresh, Progress progress) {
      this.image = image;
      this.refresh = refresh;
      this.progress = progress;
      this.maker = new StageMaker(farm, mirrors, limits, other -> tree(other).layers());
    }

    /** That of a class; fetched anew once in a build that shall refresh. */
    private synchronized Snapshot snapshot(Blueprint of)
        throws IOException, InterruptedException, FarmException {
      return switch (of.of().family()) {
        case SCRATCH, RPM -> Snapshot.NONE;
        case DEBIAN, UNPACKED -> {
          try (FarmFolder.Work work = farm.work();
              Log log = new Log(work.folder().resolve("log"))) {
            yield maker
                .apt(of.of(), of.architecture(), false)
                .snapshot(refresh && refreshed.add(of.of().name() + of.architecture()), log);
          }
        }
      };
    }

    /** A tree, waited for. */
    private Tree tree(Blueprint of) throws IOException, InterruptedException, FarmException {
      FutureTask<Tree> task = start(of);
      try {
        return task.get();
      } catch (ExecutionException failed) {
        switch (failed.getCause()) {
          case FarmException known -> throw known;
          case IOException outside -> throw new IOException(outside.getMessage(), outside);
          case InterruptedException _ -> throw new InterruptedException();
          case null, default -> throw new IllegalStateException(failed.getCause());
        }
      }
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
      Snapshot snapshot = snapshot(of);
      Layers layers = Layers.NONE;
      List<ImageRecord.StageUse> uses = new ArrayList<>();
      List<String> packages = List.of();
      for (Step step : of.steps()) {
        String label =
            step.owner().equals(of.name()) || step instanceof Step.Base
                ? step.kind()
                : step.kind() + " of " + step.owner();
        progress.step(of.name(), label, 0);
        Layers below = layers;
        Stages.Got got =
            stages.get(
                step,
                below,
                snapshot,
                (work, tree, log) -> {
                  log.watch(share -> progress.step(of.name(), label, share));
                  log.tell(progress::said);
                  maker.make(
                      new StageMaker.Job(
                          of.of(), of.architecture(), step, below, snapshot, work, tree, log));
                });
        layers = layers.with(stages.tree(got.record().digest()), got.record().digest());
        packages = got.record().packages();
        uses.add(
            new ImageRecord.StageUse(
                label, got.record().digest(), got.cached(), got.seconds(), got.reason()));
        progress.done(of.name(), label, got.cached(), got.seconds());
      }
      return new Tree(layers, uses, packages, snapshot);
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

    ImageRecord run(Snapshot snapshot, long begin)
        throws IOException, InterruptedException, FarmException {
      try {
        boolean needsKernel = image.format().bootsDirectly() || image.format() == ImageFormat.DISK;
        Optional<Blueprint> kernel = image.kernel().filter(_ -> needsKernel);
        begin(kernel.orElse(null));
        Tree tree = tree(image);
        Optional<Layers> boot =
            kernel.isPresent() ? Optional.of(tree(kernel.get()).layers()) : Optional.empty();
        return assemble(tree, boot, snapshot, begin);
      } finally {
        stop();
      }
    }

    private ImageRecord assemble(Tree tree, Optional<Layers> kernel, Snapshot snapshot, long begin)
        throws IOException, InterruptedException, FarmException {
      String label = image.format().word();
      progress.step(image.name(), label, 0);
      long since = System.nanoTime();
      try (FarmFolder.Work work = farm.work()) {
        Path out = Files.createDirectory(work.folder().resolve("image"));
        Path logFile = work.folder().resolve("log");
        try (Log log = new Log(logFile)) {
          log.tell(progress::said);
          new Assembly(farm, limits)
              .write(
                  new Assembly.Job(
                      image, tree.layers(), kernel, tree.snapshot(), work.folder(), out, log));
        }
        ImageRecord record = describe(tree, snapshot, out, logFile, begin);
        finish(record, image.of().family() == Family.RPM ? "rpm" : "deb", out, work.folder());
        progress.done(image.name(), label, false, seconds(since));
        return record;
      }
    }

    private ImageRecord describe(Tree tree, Snapshot snapshot, Path out, Path log, long begin)
        throws IOException {
      List<ImageRecord.FileOf> files = Images.files(out);
      if (image.format().bootsDirectly()) {
        Json.write(out.resolve(Images.BOOT), Images.boot(image, files));
      }
      ImageRecord record =
          new ImageRecord(
              image.digest(),
              image.name(),
              image.of().name(),
              image.architecture(),
              image.format().word(),
              snapshot.id(),
              tree.snapshot().epoch(),
              tree.uses(),
              tree.packages(),
              files,
              files.stream().mapToLong(ImageRecord.FileOf::size).sum(),
              seconds(begin),
              clock.millis() / 1000);
      Logs.gather(stages, record, log, out.resolve(Images.LOG));
      return record;
    }
  }

  /** A tree as it was come by. */
  private record Tree(
      Layers layers, List<ImageRecord.StageUse> uses, List<String> packages, Snapshot snapshot) {}

  /** What would be done for an image that is not there: each stage, and why. */
  public List<ImageRecord.StageUse> why(Blueprint image)
      throws IOException, InterruptedException, FarmException {
    Build build = new Build(image, false, Progress.SILENT);
    Snapshot snapshot = build.snapshot(image);
    List<ImageRecord.StageUse> uses = new ArrayList<>();
    String below = "";
    for (Step step : image.steps()) {
      String packages = step.usesPackages() ? snapshot.id() : "";
      String digest = Blueprint.key(step, below, packages);
      Optional<StageRecord> kept = stages.find(digest);
      String reason =
          kept.isPresent()
              ? "would be reused: made for " + kept.get().owner()
              : stages.why(step, below, packages).replaceFirst("^made:", "would be made:");
      double seconds = kept.map(StageRecord::seconds).orElse(0.0);
      uses.add(new ImageRecord.StageUse(step.kind(), digest, kept.isPresent(), seconds, reason));
      below = digest;
    }
    return uses;
  }

  public List<ImageRecord> list() throws IOException {
    return images.all();
  }

  /** The image with that name or the beginning of that digest. */
  public ImageRecord show(String text) throws IOException, FarmException {
    return images.named(text);
  }

  public Optional<ImageRecord> find(Blueprint image) throws IOException {
    return images.find(image.digest());
  }

  public Path folder(ImageRecord image) {
    return images.folder(image.digest());
  }

  /** The build log of an image. */
  public Path log(ImageRecord image) {
    return images.folder(image.digest()).resolve(Images.LOG);
  }

  /** Whether the image is as it was signed: what it comes from, and each file. */
  public List<String> check(ImageRecord image) throws IOException {
    List<String> wrong = new ArrayList<>();
    Path folder = images.folder(image.digest());
    byte[] content = Files.readAllBytes(folder.resolve(Images.BUILD));
    if (!Signing.verify(content, folder.resolve(Images.SIGNATURE), signing.publicFile())) {
      wrong.add(Images.BUILD + " is not what the farm has signed");
    }
    for (ImageRecord.FileOf file : image.files()) {
      Path path = folder.resolve(file.name());
      if (!Files.exists(path)) {
        wrong.add(file.name() + " is missing");
      } else if (!OciLayout.sha256(path).equals(file.sha256())) {
        wrong.add(file.name() + " is not what was built");
      }
    }
    return wrong;
  }

  /** Puts an image where the grid looks for images; see image.json in ARCHITECTURE.md. */
  public void give(ImageRecord image, Path into) throws IOException, InterruptedException {
    give(image, into, image.name());
  }

  /** The same under another name, which hosts then know it by. */
  public void give(ImageRecord image, Path into, String name)
      throws IOException, InterruptedException {
    images.give(image, into, name, this::sign);
  }

  /** The farm's signature of a message, in base64; see {@link Signatures}. */
  public byte[] sign(byte[] message) throws IOException, InterruptedException {
    return signing.sign(message, farm.locks().resolve("keys"));
  }

  /** The file with the farm's public key, which is made when there is none. */
  public Path publicKey() throws IOException, InterruptedException {
    return signing.published(farm.locks().resolve("keys"));
  }

  /** The main file of an image: disk, tar, and so on. */
  public Path mainFile(ImageRecord image) throws FarmException {
    return main(image);
  }

  /**
   * Keeps the chunks of an image's disk, uncompressed, or of its main file, in the content store.
   */
  public void keep(ImageRecord image) throws IOException, InterruptedException, FarmException {
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + image.digest()));
        FarmFolder.Work work = farm.work();
        Log log = new Log(work.folder().resolve("log"))) {
      Path main = main(image);
      Path raw = work.folder().resolve("raw");
      if (image.format().equals(ImageFormat.QCOW2.word())) {
        Command.of(
                "qemu-img", "convert", "-f", "qcow2", "-O", "raw", main.toString(), raw.toString())
            .check(log);
        main = raw;
      }
      chunks().put(image.digest(), main);
    }
  }

  private Chunks chunks() {
    return new Chunks(farm.store());
  }

  private Path main(ImageRecord image) throws FarmException {
    ImageFormat format =
        ImageFormat.of(image.format())
            .orElseThrow(() -> FarmException.failed("unknown format " + image.format()));
    return images.folder(image.digest()).resolve(format.file());
  }

  /**
   * Writes an image out: a folder gets all of it, a file its main file. The disk of a qcow2 image
   * is written uncompressed, out of the content store, when the file's name ends in ".raw".
   *
   * @throws FarmException when the image is not what was signed
   */
  public void export(ImageRecord image, Path to)
      throws IOException, InterruptedException, FarmException {
    List<String> wrong = check(image);
    if (!wrong.isEmpty()) {
      throw FarmException.failed(
          image.name() + " is damaged, build it again: " + String.join("; ", wrong));
    }
    Path main = main(image);
    boolean qcow2 = image.format().equals(ImageFormat.QCOW2.word());
    boolean raw = to.toString().endsWith(".raw");
    if (Files.isDirectory(to)) {
      try (var files = Files.newDirectoryStream(images.folder(image.digest()))) {
        for (Path file : files) {
          Files.copy(
              file,
              to.resolve(file.getFileName()),
              java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } else if (raw == qcow2 && chunks().has(image.digest())) {
      chunks().get(image.digest(), to);
    } else if (raw && qcow2) {
      Command.of("qemu-img", "convert", "-f", "qcow2", "-O", "raw", main.toString(), to.toString())
          .check(new Log(Path.of("/dev/null")));
    } else {
      Files.copy(main, to, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Takes an image from an address (http, https).
   *
   * @param name its name here
   * @param sha256 what the file's digest must be; empty: whatever it is
   */
  public Built take(
      URI address,
      String name,
      Optional<String> userData,
      Optional<String> sha256,
      Progress progress)
      throws IOException, InterruptedException, FarmException {
    try (FarmFolder.Work work = farm.work()) {
      Path file =
          Download.fetch(address, work.folder(), share -> progress.step(name, "fetching", share));
      return take(new Import.Wish(file, name, userData, sha256));
    }
  }

  /** Takes an image from elsewhere. */
  public Built take(Import.Wish wish) throws IOException, InterruptedException, FarmException {
    long begin = System.nanoTime();
    if (!wish.name().matches("[a-z0-9][a-z0-9._-]{0,62}")) {
      throw FarmException.invalid(
          "'"
              + wish.name()
              + "' cannot be the name of an image: use small letters, digits, '.', '_', '-'");
    }
    String content = OciLayout.sha256(wish.file());
    if (wish.sha256().filter(wanted -> !wanted.equalsIgnoreCase(content)).isPresent()) {
      throw FarmException.failed(
          wish.file().getFileName() + " is not what was wanted: its SHA-256 is " + content);
    }
    String digest =
        Canonical.digest(List.of("import", content, wish.name(), wish.userData().orElse("")));
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + digest));
        FarmFolder.Work work = farm.work()) {
      Optional<ImageRecord> there = images.find(digest);
      if (there.isPresent()) {
        return reused(there.get(), begin);
      }
      Path out = Files.createDirectory(work.folder().resolve("image"));
      ImageFormat format;
      try (Log log = new Log(work.folder().resolve("log"))) {
        format = Import.write(wish, out, work.folder(), log);
      }
      List<ImageRecord.FileOf> files = Images.files(out);
      ImageRecord record =
          new ImageRecord(
              digest,
              wish.name(),
              "import",
              "",
              format.word(),
              "",
              Snapshot.NONE.epoch(),
              List.of(),
              List.of(),
              files,
              files.stream().mapToLong(ImageRecord.FileOf::size).sum(),
              seconds(begin),
              clock.millis() / 1000);
      finish(record, "generic", out, work.folder());
      return new Built(record, false, seconds(begin), images.folder(digest));
    }
  }

  /** Signs what an image comes from and puts it in place. */
  private void finish(ImageRecord record, String packages, Path out, Path work)
      throws IOException, InterruptedException, FarmException {
    Files.write(out.resolve(Images.SBOM), Sbom.of(record, packages));
    if (!Files.exists(out.resolve(Images.LOG))) {
      Files.copy(work.resolve("log"), out.resolve(Images.LOG));
    }
    byte[] content = Json.bytes(record);
    Files.write(out.resolve(Images.SIGNATURE), sign(content));
    Json.write(out.resolve(Images.BUILD), content);
    try (Log log = new Log(work.resolve("sync"))) {
      Command.of("sync", "-f", out.toString()).check(log);
    }
    images.delete(record.digest());
    Files.move(out, images.folder(record.digest()));
    name(record);
  }

  /** Takes an image away; its stages go with the next collection. */
  public void remove(ImageRecord image) throws IOException, InterruptedException {
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + image.digest()))) {
      Path name = farm.names().resolve(image.name());
      if (Files.exists(name) && Files.readString(name).strip().equals(image.digest())) {
        Files.delete(name);
      }
      images.delete(image.digest());
      chunks().remove(image.digest());
    }
  }

  /** Takes away what is not needed; see {@link Cleaning}. */
  public Cleaning.Report clean(Cleaning.Wish wish) throws IOException {
    return new Cleaning(farm, stages, images, clock).clean(wish);
  }
}
