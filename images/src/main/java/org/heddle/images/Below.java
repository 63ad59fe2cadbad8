package org.heddle.images;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Regular files below a folder in which others write and delete meanwhile: what goes while one
 * looks is not there. Links are not followed, and no list of all is made.
 */
final class Below {
  private Below() {}

  /** Is told of a file. */
  interface Seen {
    void file(Path file, BasicFileAttributes is) throws IOException;
  }

  /** Tells of each file; of none when there is no such folder. */
  static void each(Path folder, Seen seen) throws IOException {
    Files.walkFileTree(folder, new Visitor(seen));
  }

  /** Bytes of all of them. */
  static long bytes(Path folder) throws IOException {
    long[] bytes = {0};
    each(folder, (_, is) -> bytes[0] += is.size());
    return bytes[0];
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Seen seen;

    Visitor(Seen seen) {
      this.seen = seen;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
      if (is.isRegularFile()) {
        try {
          seen.file(file, is);
        } catch (NoSuchFileException goneMeanwhile) {
          // One less.
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      return unlessGone(failure);
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      return failure == null ? FileVisitResult.CONTINUE : unlessGone(failure);
    }

    private static FileVisitResult unlessGone(IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }
  }
}
