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
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Step;

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

  private final Parts parts;
  private final FarmFolder farm;
  private final Stages stages;
  private final Images images;
  private final Exports exports;
  private volatile Optional<BoundedRoom> room = Optional.empty();

  private Farm(Parts parts) {
    this.parts = parts;
    this.farm = parts.folder();
    this.stages = parts.stages();
    this.images = parts.images();
    this.exports = new Exports(farm, images);
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
    farm.downloadIn(variables.getOrDefault(NETWORK, ""));
    Images images = new Images(farm);
    images.sweep();
    return new Farm(
        new Parts(
            farm,
            limits,
            clock,
            new Mirrors(variables, farm),
            new Stages(farm, clock),
            images,
            new Finishing(farm, images)));
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
   * @param refresh fetch new package lists of all classes that it needs; the image is made anew if
   *     they have changed
   */
  public Built build(Blueprint image, boolean refresh, Progress progress)
      throws IOException, InterruptedException, FarmException {
    long begin = System.nanoTime();
    String digest = image.digest();
    if (!refresh) {
      Optional<ImageRecord> there = images.find(digest);
      if (there.isPresent()) {
        return reused(parts, there.get(), begin);
      }
    }
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + digest))) {
      Optional<ImageRecord> there = images.find(digest);
      Snapshots snapshots = new Snapshots(parts, refresh);
      String snapshot = snapshots.all(image);
      if (there.isPresent() && (!refresh || there.get().snapshot().equals(snapshot))) {
        return reused(parts, there.get(), begin);
      }
      ImageRecord made = new Build(parts, image, snapshots, progress).run(snapshot, begin);
      return new Built(made, false, seconds(begin), images.folder(digest));
    } catch (IOException failed) {
      throw full(failed);
    }
  }

  /** Java says neither which disk is full nor what to do. */
  private IOException full(IOException failed) throws FarmException {
    if (String.valueOf(failed.getMessage()).contains("No space left on device")) {
      FarmException told =
          new FarmException(
              FarmException.Kind.CONFLICT,
              "there is no space left on the disk of "
                  + farm.root()
                  + ": make room there, or take away what is not used with 'heddle farm gc'",
              Optional.empty());
      told.initCause(failed);
      throw told;
    }
    return failed;
  }

  static Built reused(Parts parts, ImageRecord image, long begin) throws IOException {
    parts.finishing().name(image);
    parts.images().use(image, parts.clock().instant());
    return new Built(image, true, seconds(begin), parts.images().folder(image.digest()));
  }

  static double seconds(long since) {
    return Math.round((System.nanoTime() - since) / 1e6) / 1e3;
  }

  /** What would be done for an image that is not there: each stage, and why. */
  public List<ImageRecord.StageUse> why(Blueprint image)
      throws IOException, InterruptedException, FarmException {
    StageKeys keys = new StageKeys(new Snapshots(parts, false));
    List<ImageRecord.StageUse> uses = new ArrayList<>();
    String below = "";
    for (Step step : image.steps()) {
      String taken = keys.taken(step, image);
      String digest = Blueprint.key(step, below, taken);
      Optional<StageRecord> kept = stages.find(digest);
      String reason =
          kept.isPresent()
              ? "would be reused: made for " + kept.get().owner()
              : stages.why(step, below, taken).replaceFirst("^made:", "would be made:");
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
    if (!parts.finishing().signed(folder)) {
      wrong.add(Images.BUILD + " is not what the farm has signed");
    }
    wrong.addAll(parts.finishing().strange(folder));
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
    List<String> strange = parts.finishing().strange(images.folder(image.digest()));
    if (!strange.isEmpty()) {
      throw new IOException(
          image.name() + " is damaged, build it again: " + String.join("; ", strange));
    }
    images.give(image, into, name, this::sign);
  }

  /** The farm's signature of a message, in base64; see {@link Signatures}. */
  public byte[] sign(byte[] message) throws IOException, InterruptedException {
    return parts.finishing().sign(message);
  }

  /** The file with the farm's public key, which is made when there is none. */
  public Path publicKey() throws IOException, InterruptedException {
    return parts.finishing().publicKey();
  }

  /** The main file of an image: disk, tar, and so on. */
  public Path mainFile(ImageRecord image) throws FarmException {
    return exports.main(image);
  }

  /**
   * Keeps the chunks of an image's disk, uncompressed, or of its main file, in the content store.
   */
  public void keep(ImageRecord image) throws IOException, InterruptedException, FarmException {
    exports.keep(image);
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
    exports.export(image, to);
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
          new Download(Landing.Bounds.of(parts), Download.PATIENCE)
              .fetch(address, work.folder(), share -> progress.step(name, "fetching", share));
      return take(new Import.Wish(file, name, userData, sha256));
    }
  }

  /** Takes an image from elsewhere. */
  public Built take(Import.Wish wish) throws IOException, InterruptedException, FarmException {
    return new Intake(parts).take(wish);
  }

  /** Takes an image away; its stages go with the next collection. */
  public void remove(ImageRecord image) throws IOException, InterruptedException {
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + image.digest()))) {
      images.remove(image);
    }
  }

  /** From now on what is made through this object keeps to the quota. */
  public void bound(Quota quota) {
    BoundedRoom bounded = new BoundedRoom(parts, quota);
    room = Optional.of(bounded);
    farm.room(bounded);
  }

  /** Takes away what is too much for the quota, if there is one, as far as it may go. */
  public void tidy() throws IOException, InterruptedException {
    if (room.isPresent()) {
      room.get().tidy();
    }
  }

  /** Somebody needs it now: a quota lets it stay for a while. */
  public void use(ImageRecord image) throws IOException {
    images.use(image, parts.clock().instant());
  }

  /** Takes away what is not needed; see {@link Cleaning}. */
  public Cleaning.Report clean(Cleaning.Wish wish) throws IOException {
    return new Cleaning(parts).clean(wish);
  }
}
