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

  /** The file system. */
  Disk REAL =
      new Disk() {
        @Override
        public Output create(Path file) throws IOException {
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          return new Output() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
              while (bytes.hasRemaining()) {
                channel.write(bytes);
              }
            }

            @Override
            public void sync() throws IOException {
              channel.force(true);
            }

            @Override
            public void close() throws IOException {
              channel.close();
            }
          };
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
          Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path file) throws IOException {
          Files.deleteIfExists(file);
        }

        @Override
        public void createFolder(Path folder) throws IOException {
          Files.createDirectories(folder);
        }

        @Override
        public void syncFolder(Path folder) throws IOException {
          try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      };
}
