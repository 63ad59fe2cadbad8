package org.heddle.controller.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;

/**
 * Has the driver unpack SQLite's native library beside the database instead of in the machine's
 * folder for temporary files, where a process that is killed would leave it for ever. Once loaded
 * it needs no file any more; one that a kill in this very moment left goes at the next start.
 */
final class NativeLibrary {
  /** Where the driver unpacks to; read by it when it loads, once in a process. */
  private static final String UNPACK_TO = "org.sqlite.tmpdir";

  /** A library of the machine's own, which the driver then loads instead. */
  private static final String OWN_LIBRARY = "org.sqlite.lib.path";

  private NativeLibrary() {}

  /**
   * @param folder the library's alone; it is removed when it is empty again
   */
  static synchronized void load(Path folder) {
    boolean decided =
        System.getProperty(UNPACK_TO) != null || System.getProperty(OWN_LIBRARY) != null;
    try {
      if (decided) {
        SQLiteJDBCLoader.initialize();
        return;
      }
      remove(folder);
      Files.createDirectories(folder);
      System.setProperty(UNPACK_TO, folder.toString());
      try {
        SQLiteJDBCLoader.initialize();
      } finally {
        System.clearProperty(UNPACK_TO);
        remove(folder);
      }
    } catch (Exception failed) { // all that the driver declares
      throw new StoreException(
          "SQLite cannot be loaded from " + folder + ": " + failed.getMessage(), failed);
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(folder, "sqlite-*")) {
      for (Path file : unpacked) {
        Files.deleteIfExists(file);
      }
    }
    Files.delete(folder);
  }
}
