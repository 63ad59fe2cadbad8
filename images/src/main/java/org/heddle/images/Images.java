package org.heddle.images;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.Nearest;

/** The finished images: a folder each, named by the digest. */
final class Images {
  static final String BUILD = "build.json";
  static final String SIGNATURE = "build.json.sig";
  static final String BOOT = "image.json";
  static final String SBOM = "sbom.spdx.json";
  static final String LOG = "build.log";
  static final String KERNEL = "vmlinuz";

  private final FarmFolder farm;

  Images(FarmFolder farm) {
    this.farm = farm;
  }

  Path folder(String digest) {
    return farm.images().resolve(digest);
  }

  Optional<ImageRecord> find(String digest) throws IOException {
    try {
      return Optional.of(Json.read(folder(digest).resolve(BUILD), ImageRecord.class));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  /**
   * Takes an image away. Its description goes first, for good, so that nobody ever takes what is
   * left for an image, wherever this process or the machine ends.
   */
  void delete(String digest) throws IOException {
    Path folder = folder(digest);
    if (Files.deleteIfExists(folder.resolve(BUILD))) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
    FarmFolder.delete(folder);
  }

  /** Takes an image away, with its name and its chunks. The caller holds its lock. */
  void remove(ImageRecord image) throws IOException {
    Path name = farm.names().resolve(image.name());
    if (Files.exists(name) && Files.readString(name).strip().equals(image.digest())) {
      Files.delete(name);
    }
    delete(image.digest());
    chunks().remove(image.digest());
  }

  /** The content store of the images' disks. */
  Chunks chunks() {
    return new Chunks(farm.store());
  }

  /** Somebody has asked for it. */
  void use(ImageRecord image, Instant now) throws IOException {
    Files.setLastModifiedTime(folder(image.digest()), FileTime.from(now));
  }

  /** When it was made or asked for last. */
  Instant lastUse(ImageRecord image) {
    try {
      return Files.getLastModifiedTime(folder(image.digest())).toInstant();
    } catch (IOException goneMeanwhile) {
      return Instant.MAX;
    }
  }

  /** Takes away what is left of images whose deletion did not come to its end. */
  void sweep() throws IOException {
    List<Path> folders;
    try (Stream<Path> listed = Files.list(farm.images())) {
      folders = listed.filter(folder -> !Files.exists(folder.resolve(BUILD))).toList();
    }
    for (Path folder : folders) {
      String digest = folder.getFileName().toString();
      Optional<Locks.Held> lock = Locks.tryExclusive(farm.locks().resolve("image-" + digest));
      if (lock.isPresent()) {
        try (Locks.Held _ = lock.get()) {
          if (!Files.exists(folder.resolve(BUILD))) {
            FarmFolder.delete(folder);
          }
        }
      }
    }
  }

  List<ImageRecord> all() throws IOException {
    List<ImageRecord> all = new ArrayList<>();
    List<Path> folders;
    try (Stream<Path> listed = Files.list(farm.images())) {
      folders = listed.toList();
    }
    for (Path folder : folders) {
      find(folder.getFileName().toString()).ifPresent(all::add);
    }
    all.sort(Comparator.comparing(ImageRecord::name).thenComparingLong(ImageRecord::built));
    return all;
  }

  /**
   * The image of that name (that made or asked for last; where that is gone, the newest one left)
   * or with a digest that begins so.
   */
  ImageRecord named(String text) throws IOException, FarmException {
    Path name = farm.names().resolve(text);
    if (text.matches("[a-z0-9][a-z0-9._-]{0,62}") && Files.exists(name)) {
      Optional<ImageRecord> found = find(Files.readString(name).strip());
      if (found.isPresent()) {
        return found.get();
      }
    }
    List<ImageRecord> all = all();
    Optional<ImageRecord> newest =
        all.stream().filter(one -> one.name().equals(text)).reduce((_, later) -> later);
    if (newest.isPresent()) {
      return newest.get();
    }
    List<ImageRecord> fitting =
        all.stream().filter(one -> text.length() >= 6 && one.digest().startsWith(text)).toList();
    if (fitting.size() == 1) {
      return fitting.getFirst();
    }
    List<String> known = all.stream().map(ImageRecord::name).distinct().toList();
    String near =
        Nearest.of(text, known)
            .map(one -> "did you mean " + one + "?")
            .orElse("see: heddle farm list");
    throw FarmException.notFound("the farm has no image '" + text + "'; " + near);
  }

  /** What the grid reads of an image; its files are named with their digests. */
  static Map<String, Object> boot(Blueprint image, List<ImageRecord.FileOf> files) {
    Map<String, Object> boot = new LinkedHashMap<>();
    boot.put("name", image.name());
    boot.put("digest", image.digest());
    boot.put("kernel", KERNEL);
    boot.put("initrd", "initrd");
    boot.put("kernelArguments", image.kernelArguments());
    String disk = image.format().file();
    if (!disk.equals("initrd")) {
      boot.put("disk", disk);
      boot.put("diskMiB", image.sizeMiB());
    }
    boot.put("files", files);
    return boot;
  }

  static List<ImageRecord.FileOf> files(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> listed = Files.list(folder)) {
      all = listed.sorted().toList();
    }
    List<ImageRecord.FileOf> files = new ArrayList<>();
    for (Path file : all) {
      files.add(
          new ImageRecord.FileOf(
              file.getFileName().toString(), OciLayout.sha256(file), Files.size(file)));
    }
    return files;
  }

  /**
   * Puts the image where the grid looks for images: a folder with image.json and its files, at
   * once. Files are linked where that is possible. One at a time: another that gives to the same
   * place, of whatever process, waits.
   *
   * @param name what {@code image.json} shall call it, which is then signed as it is there
   */
  void give(ImageRecord image, Path into, String name, Signer signer)
      throws IOException, InterruptedException {
    Path from = folder(image.digest());
    Path target = into.toAbsolutePath().normalize();
    Files.createDirectories(target.getParent());
    String place = Canonical.digest(List.of("given", target.toString()));
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("give-" + place))) {
      put(image, from, target, name, signer);
    }
  }

  /** What a killed one left has the same names, and goes. */
  private static void put(ImageRecord image, Path from, Path target, String name, Signer signer)
      throws IOException, InterruptedException {
    Path fresh = target.resolveSibling("." + target.getFileName() + ".new");
    FarmFolder.delete(fresh);
    Files.createDirectory(fresh);
    for (ImageRecord.FileOf file : image.files()) {
      link(from.resolve(file.name()), fresh.resolve(file.name()));
    }
    if (Files.exists(from.resolve(BOOT))) {
      byte[] description = named(from.resolve(BOOT), image.name(), name);
      Files.write(fresh.resolve(Signatures.OF_IMAGE), signer.sign(description));
      Json.write(fresh.resolve(BOOT), description);
    }
    Path old = target.resolveSibling("." + target.getFileName() + ".old");
    FarmFolder.delete(old);
    if (Files.exists(target)) {
      Files.move(target, old);
    }
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    FarmFolder.delete(old);
  }

  /** Signs what a host reads. */
  interface Signer {
    byte[] sign(byte[] message) throws IOException, InterruptedException;
  }

  private static byte[] named(Path boot, String own, String name) throws IOException {
    if (name.equals(own)) {
      return Files.readAllBytes(boot);
    }
    Map<String, Object> description = new LinkedHashMap<>(Json.object(boot));
    description.put("name", name);
    return Json.bytes(description);
  }

  private static void link(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (IOException otherFileSystem) {
      Files.copy(from, to);
    }
  }
}
