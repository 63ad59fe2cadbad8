package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.heddle.drivers.DriverException;
import org.heddle.images.Signatures;
import org.heddle.model.Outcome;

/**
 * Whose images this host boots. With keys, an image that came from elsewhere needs a signature of
 * its {@code image.json} by one of them, and its files must be what that says. What lies in folders
 * that were given to the agent is the word of who administers the host. Thread-safe.
 */
final class Trust {
  /** Boots whatever it finds. */
  static final Trust ALL = new Trust(List.of());

  private final List<PublicKey> keys;

  /** Files that were looked at, and have not been touched since. */
  private final Map<Path, Stamp> checked = new ConcurrentHashMap<>();

  private record Stamp(long size, long modified, String key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(
          is.size(),
          is.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
          Objects.toString(is.fileKey()));
    }
  }

  Trust(List<PublicKey> keys) {
    this.keys = List.copyOf(keys);
  }

  static Trust of(List<Path> files) throws IOException {
    List<PublicKey> keys = new ArrayList<>();
    for (Path file : files) {
      keys.add(Signatures.publicKey(file));
    }
    return new Trust(keys);
  }

  /** Whether a signature is asked for. */
  boolean asks() {
    return !keys.isEmpty();
  }

  /** Whether one of the keys has signed it. */
  boolean signed(byte[] description, Optional<byte[]> signature) {
    return signature.isPresent()
        && keys.stream().anyMatch(key -> Signatures.verify(description, signature.get(), key));
  }

  /** Why an image is not taken; empty when it is. */
  Optional<String> objection(String image, byte[] description, Optional<byte[]> signature) {
    if (!asks() || signed(description, signature)) {
      return Optional.empty();
    }
    return Optional.of(
        "image '"
            + image
            + "' "
            + (signature.isEmpty() ? "is not signed" : "has no signature")
            + " by a key that this host trusts (heddle agent --trust)");
  }

  /**
   * Refuses an image of this host that came from elsewhere and is not what was signed.
   *
   * @throws DriverException which says why; nothing is to be booted from it
   */
  void require(Images.Local image) throws DriverException {
    if (!asks()) {
      return;
    }
    String name = image.image().name();
    try {
      byte[] description = Files.readAllBytes(image.folder().resolve(Image.DESCRIPTION));
      Optional<String> objection = objection(name, description, signature(image.folder()));
      if (objection.isPresent()) {
        throw refused(objection.get() + "; delete " + image.folder() + " to have it fetched anew");
      }
      for (Image.File file : image.image().files()) {
        require(image, file);
      }
    } catch (IOException unreadable) {
      throw refused("image '" + name + "' cannot be checked: " + unreadable.getMessage());
    }
  }

  private void require(Images.Local image, Image.File file) throws IOException, DriverException {
    Path path = image.folder().resolve(file.name());
    Stamp now = Stamp.of(path);
    if (now.equals(checked.get(path))) {
      return;
    }
    if (!ImageFetch.matches(path, file)) {
      throw refused(
          path
              + " is not what was signed; delete "
              + image.folder()
              + " to have the image fetched anew");
    }
    checked.put(path, now);
  }

  /** The image has just come and was checked on its way. */
  void note(Images.Local image) throws DriverException {
    try {
      for (Image.File file : image.image().files()) {
        Path path = image.folder().resolve(file.name());
        checked.put(path, Stamp.of(path));
      }
    } catch (IOException gone) {
      throw refused("image '" + image.image().name() + "': " + gone.getMessage());
    }
  }

  private static DriverException refused(String why) {
    return new DriverException(Outcome.Code.NO_IMAGE, why);
  }

  /** The signature that lies beside an image's description. */
  static Optional<byte[]> signature(Path folder) throws IOException {
    Path file = folder.resolve(Signatures.OF_IMAGE);
    return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
  }
}
