package org.heddle.dist.box;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.heddle.api.Json;
import org.heddle.drivers.Folders;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** The state folder of a box: who may read it, and the small files in it. */
final class BoxFolder {
  /** Bytes of a token: 256 bits cannot be guessed. */
  private static final int TOKEN_BYTES = 32;

  /** Longer than an up or a down of the same folder takes. */
  private static final Duration TURN = Duration.ofMinutes(3);

  private final Path path;

  BoxFolder(Path path) {
    this.path = path.toAbsolutePath().normalize();
  }

  /** How commands find the controller. */
  record Client(String url, String token) {}

  Path path() {
    return path;
  }

  Path controller() {
    return path.resolve("controller");
  }

  Path host(Box.Host host) {
    return path.resolve("hosts").resolve(host.name());
  }

  /** Copies of the programs. */
  Path programs() {
    return path.resolve("programs");
  }

  /** The image farm, which {@code heddle farm} uses too. */
  Path farm() {
    return path.resolve("farm");
  }

  /** Recipes and classes of who has the grid. */
  Path library() {
    return path.resolve("library");
  }

  /** A handle of the machine's own network, for what hosts of the box fetch from outside. */
  Path network() {
    return path.resolve("network");
  }

  Path images() {
    return path.resolve("images");
  }

  /** Makes the folder; nobody but its owner may look into it. */
  void create() throws IOException {
    Files.createDirectories(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
  }

  /** The folder's turn: one up or down at a time. */
  Turn turn(Consumer<String> progress) throws IOException, BoxException {
    FileChannel channel =
        FileChannel.open(
            path.resolve("box.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long end = System.nanoTime() + TURN.toNanos();
    for (boolean said = false; ; said = true) {
      FileLock lock = tryLock(channel);
      if (lock != null) {
        return new Turn(channel);
      }
      if (System.nanoTime() > end) {
        channel.close();
        throw new BoxException(
            BoxException.Kind.TIMED_OUT,
            "another heddle up or down has been working in "
                + path
                + " for "
                + TURN.toMinutes()
                + " minutes; end it, then try again");
      }
      if (!said) {
        progress.accept("waiting for another heddle up or down in " + path);
      }
      Pause.of(Duration.ofMillis(200));
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  record Turn(FileChannel channel) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /**
   * The box that was set up here. Not the one of another folder that this one is a copy of: that
   * one still has its names and addresses.
   */
  Optional<Box> box() throws IOException, BoxException {
    Path file = path.resolve("box.json");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Box box = Json.read(Files.readString(file), Box.class);
      return box.folder().equals(path.toString()) ? Optional.of(box) : Optional.empty();
    } catch (JacksonException e) {
      throw new BoxException(
          BoxException.Kind.FAILED,
          file
              + " cannot be read ("
              + e.getOriginalMessage()
              + "); delete it, then run heddle down and heddle up",
          e);
    }
  }

  void save(Box box) throws IOException {
    replace("box.json", Json.pretty(box) + "\n");
  }

  void save(Client client) throws IOException {
    replace("client.json", Json.pretty(client) + "\n");
  }

  void forgetClient() throws IOException {
    Files.deleteIfExists(path.resolve("client.json"));
  }

  /** The token that controller, agents and commands of this folder share. */
  String token() throws IOException {
    Path file = path.resolve("token");
    if (Files.exists(file)) {
      String token = Files.readString(file).strip();
      if (!token.isEmpty()) {
        return token;
      }
    }
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    String token = HexFormat.of().formatHex(bytes);
    replace("token", token + "\n");
    return token;
  }

  private void replace(String name, String content) throws IOException {
    Path fresh = path.resolve(name + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, content);
    Files.move(fresh, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes all that the grid has kept, but not the images. */
  void purge() throws IOException {
    for (String name :
        List.of("controller", "hosts", "programs", "box.json", "client.json", "token")) {
      Folders.remove(path.resolve(name));
    }
  }
}
