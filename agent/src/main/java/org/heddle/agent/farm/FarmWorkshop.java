package org.heddle.agent.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.ImageDetail;
import org.heddle.api.FarmApi.ImageFile;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.FarmApi.StageView;
import org.heddle.api.GridApi.Problem;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.ImageRecord;
import org.heddle.images.Progress;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageFormat;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/**
 * The farm of a host. An image that machines can boot is put, signed, where the host's other images
 * are, under its recipe's name and a digest of its very bytes: so two hosts never have different
 * images of one name, and an image that is made anew takes nothing from under machines.
 */
public final class FarmWorkshop implements Workshop {
  /** So that a name with the digest is still one that vjobs can use. */
  private static final int LONGEST_NAME = 50;

  private static final int DIGITS = 12;

  private final Farm farm;
  private final Library library;
  private final Uploads uploads;
  private final Path given;
  private final Store store;

  /** Two builds may end with one image: it is put where others see it once. */
  private final ReentrantLock offering = new ReentrantLock();

  /** The host's content store, and those who want to know of its images. */
  public interface Store {
    /** Puts a file of an image into the content store, unless it is there. */
    void keep(Path file, String sha256) throws IOException, InterruptedException;

    /** Writes a part of such a file out of the content store. */
    void write(String sha256, long from, long to, OutputStream out) throws IOException;

    /** The host's images have changed. */
    void changed();
  }

  /**
   * @param uploads folder of its own
   * @param given folder of images that the host offers to others
   */
  public FarmWorkshop(Farm farm, Library library, Path uploads, Path given, Store store)
      throws IOException {
    this.farm = farm;
    this.library = library;
    this.uploads = new Uploads(uploads);
    this.given = given;
    this.store = store;
  }

  private interface Deed<T> {
    T go() throws IOException, InterruptedException, FarmException, RecipeException;
  }

  /** Refusals of the farm, as those of the API. */
  private static <T> T tried(Deed<T> deed) throws IOException, InterruptedException {
    try {
      return deed.go();
    } catch (RecipeException wrong) {
      throw refusal(wrong, "", "");
    } catch (FarmException failed) {
      throw refusal(failed);
    }
  }

  private static ApiException refusal(FarmException failed) {
    String text =
        failed.getMessage() + failed.log().map(log -> "\nall of its output: " + log).orElse("");
    return switch (failed.kind()) {
      case INVALID -> Builds.refused("invalid", 400, text);
      case NOT_FOUND -> Builds.refused("not-found", 404, text);
      case CONFLICT -> Builds.refused("conflict", 409, text);
      case FAILED -> Builds.refused("failed", 500, text);
      case TIMED_OUT -> Builds.refused("timed-out", 504, text);
    };
  }

  /** Messages name the file as its sender does, not as it lies here. */
  private static ApiException refusal(RecipeException wrong, String here, String there) {
    List<String> lines = new ArrayList<>();
    wrong.problems().forEach(one -> lines.add(one.toString().replace(here, there)));
    String field = wrong.problems().getFirst().field();
    return new ApiException(
        new Problem("invalid", "invalid recipe", 400, String.join("\n", lines), field));
  }

  @Override
  public Draft draft(BuildRequest request) throws IOException {
    Library.Wish wish = new Library.Wish(request.architecture(), format(request));
    if (request.recipe().isEmpty()) {
      return drafted(request, request.name().orElseThrow(), wish, Optional.empty(), "");
    }
    Path file = uploads.take(request.recipe().get());
    Path own = Objects.requireNonNull(file.getParent());
    boolean good = false;
    try {
      String sent = request.recipe().get().file();
      Draft draft = drafted(request, file.toString(), wish, Optional.of(own), sent);
      good = true;
      return draft;
    } finally {
      if (!good) {
        Uploads.delete(own);
      }
    }
  }

  private static Optional<ImageFormat> format(BuildRequest request) throws ApiException {
    Optional<ImageFormat> format = request.format().flatMap(ImageFormat::of);
    if (request.format().isPresent() && format.isEmpty()) {
      throw new ApiException(
          new Problem(
              "invalid",
              "invalid format",
              400,
              "no format '"
                  + request.format().get()
                  + "'; there are: "
                  + String.join(", ", ImageFormat.words()),
              "format"));
    }
    return format;
  }

  private Draft drafted(
      BuildRequest request, String named, Library.Wish wish, Optional<Path> own, String sent)
      throws IOException {
    try {
      if (own.isEmpty() && (named.contains("/") || named.endsWith(".yaml"))) {
        throw Builds.refused("invalid", 400, "name: '" + named + "' is no recipe's name");
      }
      Blueprint image = library.resolve(named, wish);
      if (request.boot() && !boots(image.format().word())) {
        throw new ApiException(
            new Problem(
                "invalid",
                "invalid format",
                400,
                (sent.isEmpty() ? "recipe " + named : sent)
                    + ": format: a machine cannot boot '"
                    + image.format().word()
                    + "'; write qcow2 or initrd",
                "format"));
      }
      return new Drafted(image, own);
    } catch (RecipeException wrong) {
      throw refusal(wrong, named, own.isPresent() ? sent : named);
    }
  }

  /** What the grid's machines boot. */
  private static boolean boots(String format) {
    return format.equals(ImageFormat.QCOW2.word()) || format.equals(ImageFormat.INITRD.word());
  }

  private final class Drafted implements Draft {
    private final Blueprint blueprint;
    private final Optional<Path> own;

    Drafted(Blueprint blueprint, Optional<Path> own) {
      this.blueprint = blueprint;
      this.own = own;
    }

    @Override
    public String name() {
      return blueprint.name();
    }

    @Override
    public String digest() {
      return blueprint.digest();
    }

    @Override
    public int steps() {
      return blueprint.steps().size() + 1;
    }

    @Override
    public Optional<Made> there() throws IOException {
      Optional<ImageRecord> found = farm.find(blueprint).filter(FarmWorkshop.this::offered);
      return found.map(record -> made(record, true, 0));
    }

    @Override
    public List<StageView> plan() throws IOException, InterruptedException {
      return tried(() -> stages(farm.why(blueprint)));
    }

    @Override
    public Made make(boolean refresh, Progress progress) throws IOException, InterruptedException {
      Farm.Built built = tried(() -> farm.build(blueprint, refresh, progress));
      progress.step(blueprint.name(), "storing", 0);
      offer(built.image());
      return made(built.image(), built.cached(), built.seconds());
    }

    @Override
    public void close() throws IOException {
      if (own.isPresent()) {
        Uploads.delete(own.get());
      }
    }
  }

  private static Made made(ImageRecord record, boolean cached, double seconds) {
    List<StageView> stages =
        stages(record.stages()).stream()
            .map(stage ->
                cached ? new StageView(stage.name(), stage.digest(), true, 0, "reused") : stage)
            .toList();
    return new Made(nameFor(record), cached, stages, record.bytes(), seconds);
  }

  private static List<StageView> stages(List<ImageRecord.StageUse> uses) {
    return uses.stream()
        .map(use ->
            new StageView(use.name(), use.digest(), use.cached(), use.seconds(), use.reason()))
        .toList();
  }

  /** What vjobs call it; empty when machines cannot boot it. */
  static String nameFor(ImageRecord record) {
    if (!boots(record.format())) {
      return "";
    }
    String name = record.name();
    String cut = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    return cut + "-" + content(record).substring(0, DIGITS);
  }

  private static String content(ImageRecord record) {
    List<Object> parts = new ArrayList<>();
    record.files().forEach(file -> parts.add(file.name() + " " + file.sha256()));
    parts.add(record.digest());
    return Canonical.digest(parts);
  }

  private boolean offered(ImageRecord record) {
    String name = nameFor(record);
    return name.isEmpty() || Files.exists(given.resolve(name).resolve("image.json"));
  }

  /** Where other hosts can have it from: the host's images, and its content store. */
  private void offer(ImageRecord record) throws IOException, InterruptedException {
    Path folder = farm.folder(record);
    if (nameFor(record).isEmpty()) {
      Path main = tried(() -> farm.mainFile(record));
      store.keep(main, sha256(record, main));
      return;
    }
    for (ImageRecord.FileOf file : record.files()) {
      store.keep(folder.resolve(file.name()), file.sha256());
    }
    offering.lockInterruptibly();
    try {
      if (offered(record)) {
        return; // Perhaps of another build just now: it may be in use.
      }
      farm.give(record, given.resolve(nameFor(record)), nameFor(record));
    } finally {
      offering.unlock();
    }
    store.changed();
  }

  private static String sha256(ImageRecord record, Path file) {
    String name = String.valueOf(file.getFileName());
    return record.files().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("an image without " + name))
        .sha256();
  }

  @Override
  public List<String> recipes() throws IOException {
    return library.recipes();
  }

  @Override
  public List<String> classes() throws IOException {
    try {
      return List.copyOf(library.classes().keySet());
    } catch (RecipeException wrong) {
      throw refusal(wrong, "", "");
    }
  }

  @Override
  public List<ImageView> images() throws IOException {
    return farm.list().stream().map(FarmWorkshop::view).toList();
  }

  private static ImageView view(ImageRecord record) {
    return new ImageView(
        nameFor(record),
        record.name(),
        record.digest(),
        record.from(),
        record.architecture(),
        record.format(),
        record.bytes(),
        record.built() * 1000);
  }

  /** By its name for vjobs too. */
  private ImageRecord record(String name) throws IOException, ApiException {
    Optional<ImageRecord> known =
        farm.list().stream().filter(record -> nameFor(record).equals(name)).findFirst();
    try {
      return known.isPresent() ? known.get() : farm.show(name);
    } catch (FarmException none) {
      throw refusal(none);
    }
  }

  @Override
  public ImageDetail image(String name) throws IOException {
    ImageRecord record = record(name);
    try {
      return new ImageDetail(
          view(record),
          String.valueOf(farm.mainFile(record).getFileName()),
          stages(record.stages()),
          record.packages(),
          record.files().stream()
              .map(file -> new ImageFile(file.name(), file.sha256(), file.size()))
              .toList());
    } catch (FarmException failed) {
      throw refusal(failed);
    }
  }

  @Override
  public void log(String name, OutputStream out) throws IOException {
    Path log = farm.log(record(name));
    if (Files.exists(log)) {
      Files.copy(log, out);
    } else {
      out.write("there is no log of it\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public Download download(String name) throws IOException, InterruptedException {
    ImageRecord record = record(name);
    Path main = tried(() -> farm.mainFile(record));
    String sha256 = sha256(record, main);
    store.keep(main, sha256);
    String file = record.name() + "-" + Objects.requireNonNull(main.getFileName());
    long size =
        record.files().stream()
            .filter(one -> one.sha256().equals(sha256))
            .findFirst()
            .orElseThrow()
            .size();
    return new Download() {
      @Override
      public String name() {
        return file;
      }

      @Override
      public long size() {
        return size;
      }

      @Override
      public String digest() {
        return sha256;
      }

      @Override
      public void write(long from, long to, OutputStream out) throws IOException {
        store.write(sha256, from, to, out);
      }
    };
  }

  @Override
  public void remove(String name) throws IOException, InterruptedException {
    ImageRecord record = record(name);
    String offered = nameFor(record);
    if (!offered.isEmpty()) {
      offering.lockInterruptibly();
      try {
        withdraw(given.resolve(offered));
      } finally {
        offering.unlock();
      }
    }
    farm.remove(record);
    store.changed();
  }

  /** Its description goes first, for good: nobody takes what a crash leaves for an image. */
  private static void withdraw(Path folder) throws IOException {
    if (Files.deleteIfExists(folder.resolve("image.json"))) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
    Uploads.delete(folder);
  }
}
