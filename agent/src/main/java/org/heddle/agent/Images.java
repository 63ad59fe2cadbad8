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
import org.heddle.drivers.MachineConfig.ImageFiles;
import org.heddle.model.Outcome;
import tools.jackson.core.JacksonException;

/**
 * The images of this host: folders that are given, which are only read, and one for what was
 * fetched from other agents. Thread-safe; an image is fetched once however many wait for it.
 */
final class Images {
  /** An image on this host. */
  record Local(Image image, Path folder) {
    ImageFiles files() {
      return image.in(folder);
    }
  }

  private final List<Path> given;
  private final Path fetched;
  private final ImageFetch fetch;
  private final Map<String, FutureTask<Local>> fetching = new ConcurrentHashMap<>();

  Images(List<Path> given, Path fetched, ImageFetch fetch) throws IOException {
    this.given = List.copyOf(given);
    this.fetched = DurableFiles.folder(fetched);
    this.fetch = fetch;
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
        return Optional.of(new Local(read(description), root.resolve(name)));
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

  /** The image, fetched from another host when this one lacks it. */
  Local provide(String name) throws DriverException, InterruptedException {
    return provide(name, false);
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
    Optional<Local> here = find(name);
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
    Optional<Local> meanwhile = find(name);
    if (meanwhile.isPresent()) {
      return meanwhile.get();
    }
    Path folder = fetched.resolve(name);
    return new Local(fetch.fetch(name, folder, forOthers), folder);
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
