package org.heddle.images.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Recipes, classes and what lies beside them, as they come from people: what is no plain file, or
 * is too large, is refused rather than waited for or taken into memory.
 */
final class Reading {
  /** Letters of a recipe or a class. */
  static final int LONGEST = 1 << 20;

  private static final int MOST_BYTES = 4 * LONGEST;

  private Reading() {}

  /** The text of a recipe or a class. */
  static String text(Path file) throws RecipeException {
    String name = file.toString();
    try {
      if (Files.isDirectory(file)) {
        throw new RecipeException(name, "", "this is a folder; name the recipe's file in it");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new RecipeException(name, "", "this is no plain file; name one");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new RecipeException(
            name, "", "it has more than " + MOST_BYTES + " bytes; put large contents into files");
      }
      return decoded(name, Files.readAllBytes(file));
    } catch (NoSuchFileException missing) {
      throw new RecipeException(name, "", "there is no such file");
    } catch (IOException unreadable) {
      throw new RecipeException(name, "", "it cannot be read: " + unreadable.getMessage());
    }
  }

  private static String decoded(String file, byte[] bytes) throws RecipeException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    CoderResult end = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    if (!end.isError()) {
      return out.flip().toString();
    }
    int line = 1;
    for (int i = 0; i < in.position(); i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    throw new RecipeException(
        List.of(new Problem(file, line, "", "this is no UTF-8; save the file as UTF-8")));
  }

  /**
   * Names, execute bits and contents of a file or of all below a folder beside a recipe; links are
   * not followed.
   */
  static String digest(Path folder, String source) throws IOException {
    Path real = folder.toRealPath();
    Path start = folder.resolve(source);
    if (!start.toRealPath().startsWith(real)) {
      throw new IOException("it is a link out of the recipe's folder");
    }
    SortedMap<String, Object> parts = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(start)) {
      files = all.toList();
    }
    for (Path file : files) {
      String name = start.relativize(file).toString();
      if (Files.isSymbolicLink(file)) {
        parts.put(name, "link " + Files.readSymbolicLink(file));
      } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        parts.put(name, "folder");
      } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        String mode = Files.isExecutable(file) ? "program " : "file ";
        parts.put(name, mode + Canonical.sha256(file));
      } else {
        throw new IOException(file + " is neither a plain file, a folder nor a link");
      }
    }
    return Canonical.digest(parts);
  }
}
