package org.heddle.images.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * One way to write a value: JSON with sorted keys and nothing between the tokens, as RFC 8785 has
 * it for maps, lists, text, whole numbers and truth values. What is written alike has one digest.
 */
public final class Canonical {
  private Canonical() {}

  /** SHA-256 of the canonical form, in hexadecimal digits. */
  public static String digest(Object value) {
    return sha256(write(value).getBytes(StandardCharsets.UTF_8));
  }

  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  /** That of a file's content, however large. */
  public static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  /** The canonical form. */
  public static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    switch (value) {
      case Map<?, ?> map -> {
        TreeMap<String, Object> sorted = new TreeMap<>();
        map.forEach((key, one) -> sorted.put(String.valueOf(key), one));
        Iterator<Map.Entry<String, Object>> entries = sorted.entrySet().iterator();
        out.append('{');
        while (entries.hasNext()) {
          Map.Entry<String, Object> entry = entries.next();
          write(entry.getKey(), out);
          out.append(':');
          write(entry.getValue(), out);
          out.append(entries.hasNext() ? "," : "");
        }
        out.append('}');
      }
      case Collection<?> list -> {
        Iterator<?> elements = list.iterator();
        out.append('[');
        while (elements.hasNext()) {
          write(elements.next(), out);
          out.append(elements.hasNext() ? "," : "");
        }
        out.append(']');
      }
      case Number number -> out.append(number.longValue());
      case Boolean truth -> out.append(truth.booleanValue());
      default -> text(value.toString(), out);
    }
  }

  private static void text(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      switch (letter) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (letter < ' ') {
            out.append(String.format("\\u%04x", (int) letter));
          } else {
            out.append(letter);
          }
        }
      }
    }
    out.append('"');
  }
}
