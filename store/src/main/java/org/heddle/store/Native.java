package org.heddle.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What Linux can do with files and the JDK does not offer: finding holes ({@code lseek} with {@code
 * SEEK_DATA} and {@code SEEK_HOLE}), making them ({@code fallocate} with {@code
 * FALLOC_FL_PUNCH_HOLE}) and sharing blocks between files ({@code ioctl} with {@code
 * FICLONERANGE}); see lseek(2), fallocate(2) and ioctl_ficlonerange(2). Where the system has none
 * of it, files are read in full, zeros are written and blocks copied.
 */
final class Native {
  /** Reading the zeros of smaller files takes less time than setting up the calls. */
  static final long WORTH_ASKING = 64L << 20;

  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int READ_WRITE = 2;
  private static final int CLOSE_ON_EXEC = 02000000;
  private static final int KEEP_SIZE_AND_PUNCH = 3;

  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private Native() {}

  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type, options);
  }

  /** Holes of a file; none are known when the system refuses to say. */
  static Extents.Closing extents(Path file) {
    int descriptor = open(file, 0);
    return descriptor < 0 ? Extents.dense() : new Seeking(descriptor);
  }

  /** Handles take milliseconds to make: only those that are used are made. */
  private record Seeking(int descriptor) implements Extents.Closing {
    private static final MethodHandle SEEK =
        handle(
            "lseek",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));

    private static long seek(int descriptor, long position, int whence) {
      return call(() -> (long) SEEK.invokeExact(descriptor, position, whence));
    }

    @Override
    public long data(long position) throws IOException {
      long found = seek(descriptor, position, SEEK_DATA);
      // Only holes follow; or the file system does not know, and then the size is past the end.
      return found < 0 ? Long.MAX_VALUE : found;
    }

    @Override
    public long hole(long position) throws IOException {
      long found = seek(descriptor, position, SEEK_HOLE);
      return found <= position ? Long.MAX_VALUE : found;
    }

    @Override
    public void close() {
      call(() -> (int) CLOSE.invokeExact(descriptor));
    }
  }

  /** To make holes in a file. */
  static Puncher puncher(Path file) {
    return new Puncher(open(file, READ_WRITE));
  }

  /** Makes holes in an open file. */
  static final class Puncher implements AutoCloseable {
    /** Makes none. */
    static final Puncher NONE = new Puncher(-1);

    private final int descriptor;

    private Puncher(int descriptor) {
      this.descriptor = descriptor;
    }

    /** Whether there are zeros and no blocks now; false: the system cannot, so write the zeros. */
    boolean punch(long position, long length) {
      return descriptor >= 0
          && call(() ->
              (int)
                  Punching.FALLOCATE.invokeExact(descriptor, KEEP_SIZE_AND_PUNCH, position, length))
              == 0;
    }

    @Override
    public void close() {
      closeIfOpen(descriptor);
    }
  }

  /** Made when something is punched. */
  private static final class Punching {
    private static final MethodHandle FALLOCATE =
        handle(
            "fallocate",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG));

    private Punching() {}
  }

  /**
   * To put blocks of one file into another without copying them. The JDK's own copies do so where
   * they can, but do not say whether they did.
   */
  static Cloner cloner(Path from, Path to) {
    return new Cloner(open(from, 0), open(to, READ_WRITE));
  }

  /** Shares blocks of two open files, which may have no name any more. Safe for threads. */
  static final class Cloner implements AutoCloseable {
    private final int from;
    private final int to;

    private Cloner(int from, int to) {
      this.from = from;
      this.to = to;
    }

    /**
     * Has a stretch of the second file be the blocks of the first; each gets its own as soon as it
     * is written to.
     *
     * @param length 0: to the end of the first; else whole blocks, as the positions are
     * @return false: nothing was done; the file system cannot, or these are two
     */
    boolean share(long position, long length, long target) {
      if (from < 0 || to < 0) {
        return false;
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment range = arena.allocate(4 * Long.BYTES, Long.BYTES);
        range.setAtIndex(ValueLayout.JAVA_LONG, 0, from);
        range.setAtIndex(ValueLayout.JAVA_LONG, 1, position);
        range.setAtIndex(ValueLayout.JAVA_LONG, 2, length);
        range.setAtIndex(ValueLayout.JAVA_LONG, 3, target);
        return call(() -> (int) Sharing.IOCTL.invokeExact(to, Sharing.CLONE_RANGE, range)) == 0;
      }
    }

    @Override
    public void close() {
      closeIfOpen(from);
      closeIfOpen(to);
    }
  }

  /** Made when something is shared. */
  private static final class Sharing {
    /** {@code FICLONERANGE} of linux/fs.h: _IOW(0x94, 13, struct of 32 bytes). */
    private static final long CLONE_RANGE = 0x4020940DL;

    private static final MethodHandle IOCTL =
        handle(
            "ioctl",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));

    private Sharing() {}
  }

  private static void closeIfOpen(int descriptor) {
    if (descriptor >= 0) {
      call(() -> (int) CLOSE.invokeExact(descriptor));
    }
  }

  private static int open(Path file, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(file.toAbsolutePath().toString());
      return call(() -> (int) OPEN.invokeExact(name, flags | CLOSE_ON_EXEC));
    }
  }

  private interface Call<T> {
    T go() throws Throwable;
  }

  private static <T> T call(Call<T> call) {
    try {
      return call.go();
    } catch (Throwable impossible) {
      throw new IllegalStateException("a system call cannot throw", impossible);
    }
  }
}
