package org.heddle.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Every change that a store makes to its folder goes through here, so that tests can cut any. */
interface Disk {
  /** A file that is written once, from its start. */
  interface Output extends Closeable {
    void write(ByteBuffer bytes) throws IOException;

    /** On return the bytes are on the disk. */
    void sync() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Fails if there is such a file. */
  Output create(Path file) throws IOException;

  /** Replaces what has the new name, at one instant. */
  void rename(Path from, Path to) throws IOException;

  /** It need not be there. */
  void delete(Path file) throws IOException;

  void createFolder(Path folder) throws IOException;

  /** On return the names in the folder are on the disk. */
  void syncFolder(Path folder) throws IOException;

  /** A file that was opened. */
  static Output output(Path file, FileChannel channel) {
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        try {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        } catch (IOException failure) {
          throw explained(file, failure);
        }
      }

      @Override
      public void sync() throws IOException {
        try {
          channel.force(true);
        } catch (IOException failure) {
          throw explained(file, failure);
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  /** A full disk is the store's matter, whoever asked for the write. */
  private static IOException explained(Path file, IOException failure) {
    return isFull(failure)
        ? new StoreException(
            StoreException.Kind.FULL,
            "there is no space left on the disk of " + file.toAbsolutePath().getParent(),
            failure)
        : failure;
  }

  /** Java knows it by its text. */
  static boolean isFull(IOException failure) {
    String text = String.valueOf(failure.getMessage());
    return text.contains("No space left on device") || text.contains("Disk quota exceeded");
  }

  /** The file system. */
  Disk REAL =
      new Disk() {
        @Override
        public Output create(Path file) throws IOException {
          try {
            return output(
                file,
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
          } catch (IOException failure) {
            throw explained(file, failure);
          }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
          try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
          } catch (IOException failure) {
            throw explained(to, failure);
          }
        }

        @Override
        public void delete(Path file) throws IOException {
          Files.deleteIfExists(file);
        }

        @Override
        public void createFolder(Path folder) throws IOException {
          try {
            Files.createDirectories(folder);
          } catch (IOException failure) {
            throw explained(folder, failure);
          }
        }

        @Override
        public void syncFolder(Path folder) throws IOException {
          try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      };
}
