package org.heddle.controller;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.heddle.api.Json;

/**
 * The controller's folder, for its user alone (0700: vjobs' private keys lie in it) and for one
 * controller at a time. The lock goes with the process, however that ends.
 */
final class StateFolder implements AutoCloseable {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");

  /** 256 bits cannot be guessed. */
  private static final int TOKEN_BYTES = 32;

  private final Path folder;
  private final FileChannel lockFile;

  /** The content of {@code client.json}. */
  private record Client(String url, String token) {}

  private StateFolder(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  /**
   * @throws IOException when it cannot be made, or another controller uses it
   */
  static StateFolder open(Path folder) throws IOException {
    Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.setPosixFilePermissions(folder, OWNER_ONLY);
    Path file = folder.resolve("controller.lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!taken(channel)) {
        throw new IOException(
            "another controller uses "
                + folder
                + " (process "
                + Files.readString(file).strip()
                + "); stop it, or give this one another folder");
      }
      byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid), 0);
      return new StateFolder(folder, channel);
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
  }

  private static boolean taken(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  /**
   * The token of this controller when none was given: made at its first start, 0600.
   *
   * @throws IOException when the file cannot be read or written, or holds no token
   */
  String token() throws IOException {
    Path file = folder.resolve("token");
    if (!Files.exists(file)) {
      byte[] bytes = new byte[TOKEN_BYTES];
      new SecureRandom().nextBytes(bytes);
      write("token", HexFormat.of().formatHex(bytes) + "\n");
    }
    String token = Files.readString(file).strip();
    try {
      ControllerOptions.check(token);
    } catch (IllegalArgumentException unusable) {
      throw new IOException(file + ": " + unusable.getMessage(), unusable);
    }
    return token;
  }

  /** Tells commands of this folder's owner how to find the controller. */
  void tellClients(URI url, String token) throws IOException {
    write("client.json", Json.pretty(new Client(url.toString(), token)) + "\n");
  }

  /** Whole or not at all, and for the owner alone. */
  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Path fresh = folder.resolve(name + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_FILE));
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  Path database() {
    return folder.resolve("state.db");
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
