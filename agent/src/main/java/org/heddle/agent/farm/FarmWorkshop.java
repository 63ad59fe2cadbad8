package org.heddle.agent.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.ImageDetail;
import org.heddle.api.FarmApi.ImageFile;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.FarmApi.StageView;
import org.heddle.drivers.Folders;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.ImageRecord;
import org.heddle.images.Progress;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.ImageFormat;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/**
 * The farm of a host. An image that machines can boot is put, signed, where the host's other images
 * are, under its recipe's name and a digest of its very bytes: so two hosts never have different
 * images of one name, and an image that is made anew takes nothing from under machines.
 */
public final class FarmWorkshop implements Workshop {
  private final Farm farm;
  private final Library library;
  private final Uploads uploads;
  private final OfferedImages offers;
  private final Store store;

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
    this.offers = new OfferedImages(farm, given, store);
    this.store = store;
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
        Folders.remove(own);
      }
    }
  }

  private static Optional<ImageFormat> format(BuildRequest request) throws ApiException {
    Optional<ImageFormat> format = request.format().flatMap(ImageFormat::of);
    if (request.format().isPresent() && format.isEmpty()) {
      throw Refusals.invalid(
          "format",
          "no format '"
              + request.format().get()
              + "'; there are: "
              + String.join(", ", ImageFormat.words()),
          "format");
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
      if (request.boot()) {
        checkBoots(image, sent.isEmpty() ? "recipe " + named : sent);
      }
      return new Drafted(image, own);
    } catch (RecipeException wrong) {
      throw Refusals.refusal(wrong, named, own.isPresent() ? sent : named);
    }
  }

  private static void checkBoots(Blueprint image, String where) throws ApiException {
    if (!OfferedImages.boots(image.format().word())) {
      throw Refusals.invalid(
          "format",
          where
              + ": format: a machine cannot boot '"
              + image.format().word()
              + "'; write qcow2 or initrd",
          "format");
    }
    if (image.kernel().isEmpty()) {
      throw Refusals.invalid(
          "recipe",
          where + ": kernel: is missing, and a machine needs one; write kernel: boot",
          "kernel");
    }
  }

  /**
   * What vjobs call an image once others can have it from a farm; empty when machines cannot boot
   * it.
   */
  public static String nameForVjobs(ImageRecord image) {
    return OfferedImages.nameFor(image);
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
      Optional<ImageRecord> found = farm.find(blueprint).filter(offers::has);
      if (found.isPresent()) {
        farm.use(found.get());
      }
      return found.map(record -> made(record, true, 0));
    }

    @Override
    public List<StageView> plan() throws IOException, InterruptedException {
      return Refusals.tried(() -> stages(farm.why(blueprint)));
    }

    @Override
    public Made make(boolean refresh, Progress progress) throws IOException, InterruptedException {
      Farm.Built built = Refusals.tried(() -> farm.build(blueprint, refresh, progress));
      progress.step(blueprint.name(), "storing", 0);
      offers.offer(built.image());
      return made(built.image(), built.cached(), built.seconds());
    }

    @Override
    public void close() throws IOException {
      if (own.isPresent()) {
        Folders.remove(own.get());
      }
    }
  }

  private static Made made(ImageRecord record, boolean cached, double seconds) {
    List<StageView> stages =
        stages(record.stages()).stream()
            .map(stage ->
                cached ? new StageView(stage.name(), stage.digest(), true, 0, "reused") : stage)
            .toList();
    return new Made(OfferedImages.nameFor(record), cached, stages, record.bytes(), seconds);
  }

  private static List<StageView> stages(List<ImageRecord.StageUse> uses) {
    return uses.stream()
        .map(use ->
            new StageView(use.name(), use.digest(), use.cached(), use.seconds(), use.reason()))
        .toList();
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
      throw Refusals.refusal(wrong, "", "");
    }
  }

  @Override
  public List<ImageView> images() throws IOException {
    return farm.list().stream().map(this::view).toList();
  }

  private ImageView view(ImageRecord record) {
    return new ImageView(
        offers.offered(record),
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
        farm.list().stream()
            .filter(record -> OfferedImages.nameFor(record).equals(name))
            .findFirst();
    try {
      return known.isPresent() ? known.get() : farm.show(name);
    } catch (FarmException none) {
      throw Refusals.refusal(none);
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
      throw Refusals.refusal(failed);
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
    return offers.download(record(name));
  }

  /** Digests of files that are being downloaded. */
  public Set<String> downloading() {
    return offers.downloading();
  }

  /**
   * Takes an image from what others can have, to make room.
   *
   * @param needed images that vjobs need; empty when that is not known
   * @return false when somebody needs it: then nothing has changed
   */
  public boolean release(ImageRecord image, Optional<Set<String>> needed)
      throws IOException, InterruptedException {
    if (needed.isEmpty() || needed.get().contains(OfferedImages.nameFor(image))) {
      return false;
    }
    boolean released = offers.release(image);
    if (released) {
      store.changed();
    }
    return released;
  }

  @Override
  public void remove(String name) throws IOException, InterruptedException {
    ImageRecord record = record(name);
    offers.withdraw(record);
    farm.remove(record);
    store.changed();
  }
}
