package org.heddle.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.heddle.api.Json;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.Folders;
import org.heddle.drivers.MachineConfig.ImageFiles;
import org.heddle.model.Outcome;
import tools.jackson.core.JacksonException;

/**
 * The images of this host: folders that are given, which are only read, and one for what was
 * fetched from other agents. Thread-safe; an image is fetched once however many wait for it.
 */
final class Images {
  /**
   * An image on this host.
   *
   * @param given whether it lies in a folder that was given, and was not fetched or built here
   */
  record Local(Image image, Path folder, boolean given) {
    ImageFiles files() {
      return image.in(folder);
    }
  }

  private final List<Path> given;
  private final Path fetched;
  private final ImageFetch fetch;
  private final Trust trust;
  private final Optional<Voucher> voucher;
  private final Map<String, FutureTask<Local>> fetching = new ConcurrentHashMap<>();

  /** Signs the description of an image for those who ask for a signature. */
  interface Voucher {
    byte[] sign(byte[] description) throws IOException, InterruptedException;
  }

  /**
   * @param voucher of a host that builds: signs for the images that were given to it
   */
  Images(List<Path> given, Path fetched, ImageFetch fetch, Trust trust, Optional<Voucher> voucher)
      throws IOException {
    this.given = List.copyOf(given);
    this.fetched = DurableFiles.folder(fetched);
    this.fetch = fetch;
    this.trust = trust;
    this.voucher = voucher;
  }

  /** Names of all images that are complete here. */
  List<String> names() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (Path root : roots()) {
      if (Files.isDirectory(root)) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, this::complete)) {
          folders.forEach(folder -> names.add(folder.getFileName().toString()));
        }
      }
    }
    return List.copyOf(names);
  }

  private boolean complete(Path folder) {
    return Image.validName(folder.getFileName().toString())
        && Files.isRegularFile(folder.resolve(Image.DESCRIPTION));
  }

  private List<Path> roots() {
    List<Path> roots = new ArrayList<>(given);
    roots.add(fetched);
    return roots;
  }

  /** The image, if it is here. */
  Optional<Local> find(String name) throws DriverException {
    if (!Image.validName(name)) {
      return Optional.empty();
    }
    for (Path root : roots()) {
      Path description = root.resolve(name).resolve(Image.DESCRIPTION);
      if (Files.isRegularFile(description)) {
        boolean own = !root.equals(fetched);
        return Optional.of(new Local(read(description), root.resolve(name), own));
      }
    }
    return Optional.empty();
  }

  private static Image read(Path description) throws DriverException {
    try {
      return Json.read(Files.readAllBytes(description), Image.class);
    } catch (IOException | JacksonException unreadable) {
      throw new DriverException(
          Outcome.Code.NO_IMAGE,
          description + " cannot be read (" + unreadable.getMessage() + "): build the image again",
          unreadable);
    }
  }

  /** Who vouches for an image of this host; empty when nobody does. */
  Optional<byte[]> signature(Local image) throws IOException, InterruptedException {
    Optional<byte[]> beside = Trust.signature(image.folder());
    if (voucher.isEmpty() || !image.given()) {
      return beside;
    }
    byte[] description = Files.readAllBytes(image.folder().resolve(Image.DESCRIPTION));
    return trust.signed(description, beside)
        ? beside
        : Optional.of(voucher.get().sign(description));
  }

  /** Gives up an image that was fetched; does nothing when there is none. */
  void drop(String name) throws IOException {
    Path folder = fetched.resolve(name);
    Files.deleteIfExists(folder.resolve(Image.DESCRIPTION)); // From now on it is not here.
    Folders.remove(folder);
  }

  /** The image if it is here and may be booted. */
  private Optional<Local> usable(String name) throws DriverException {
    Optional<Local> here = find(name);
    if (here.isPresent() && !here.get().given()) {
      if (trust.asks() && unsigned(here.get())) {
        return Optional.empty(); // From before this host asked for signatures: fetched once more.
      }
      trust.require(here.get());
    }
    return here;
  }

  private static boolean unsigned(Local image) throws DriverException {
    try {
      return Trust.signature(image.folder()).isEmpty();
    } catch (IOException unreadable) {
      throw new DriverException(
          Outcome.Code.NO_IMAGE, image.folder() + " cannot be read: " + unreadable.getMessage());
    }
  }

  /**
   * The image, fetched from another host when this one lacks it.
   *
   * @throws DriverException also when it is not signed by whom this host trusts
   */
  Local provide(String name) throws DriverException, InterruptedException {
    return provide(name, false);
  }

  /**
   * The image that a sleeping machine rests on. It may be from before this host asked for
   * signatures: the machine has been started from it already.
   *
   * @param digest of the image that the machine was started from
   */
  Local restedOn(String name, String digest) throws DriverException, InterruptedException {
    Optional<Local> here = find(name);
    boolean old =
        here.isPresent() && here.get().image().digest().equals(digest) && unsigned(here.get());
    return old ? here.orElseThrow() : provide(name);
  }

  /**
   * The image for hosts of this site that wait for it here.
   *
   * @throws DriverException in the wrong state when this host waits for another one itself: so
   *     nobody ever waits for one who waits for him
   */
  Local relay(String name) throws DriverException, InterruptedException {
    if (fetch.waitsForAnother(name)) {
      throw new DriverException(
          Outcome.Code.WRONG_STATE, "this host waits for image '" + name + "' itself");
    }
    return provide(name, true);
  }

  private Local provide(String name, boolean forOthers)
      throws DriverException, InterruptedException {
    Optional<Local> here = usable(name);
    if (here.isPresent()) {
      return here.get();
    }
    FutureTask<Local> task =
        fetching.computeIfAbsent(name, _ -> new FutureTask<>(() -> fetch(name, forOthers)));
    try {
      task.run(); // does nothing when another thread does it already
      return result(task);
    } finally {
      fetching.remove(name, task);
    }
  }

  private Local fetch(String name, boolean forOthers) throws DriverException, InterruptedException {
    Optional<Local> meanwhile = usable(name);
    if (meanwhile.isPresent()) {
      return meanwhile.get();
    }
    Path folder = fetched.resolve(name);
    Local image = new Local(fetch.fetch(name, folder, forOthers), folder, false);
    trust.note(image);
    return image;
  }

  private static Local result(FutureTask<Local> task) throws DriverException, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case DriverException known -> throw known;
        case InterruptedException interrupted -> throw interrupted;
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    }
  }
}
