package org.heddle.images;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What apt-get prints with {@code -s} and with {@code --print-uris}. */
final class AptAnswers {
  private static final Pattern INSTALL =
      Pattern.compile("Inst (\\S+) (?:\\[[^]]*\\] )?\\((\\S+) .*\\[(\\S+)\\]\\).*");
  private static final Pattern SIMPLE = Pattern.compile("(Conf|Remv|Purg) (\\S+) .*");
  private static final Pattern URI = Pattern.compile("'([^']+)' (\\S+) (\\d+) ?(.*)");

  private AptAnswers() {}

  /** What would be done, in apt's order. */
  static List<Resolution.Operation> order(String simulation) {
    List<Resolution.Operation> order = new ArrayList<>();
    simulation.lines().forEach(line -> operation(line).ifPresent(order::add));
    return order;
  }

  private static Optional<Resolution.Operation> operation(String line) {
    Matcher install = INSTALL.matcher(line);
    if (install.matches()) {
      return Optional.of(new Resolution.Unpack(install.group(1), install.group(2)));
    }
    Matcher other = SIMPLE.matcher(line);
    if (!other.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        other.group(1).equals("Conf")
            ? new Resolution.Configure(other.group(2))
            : new Resolution.Remove(other.group(2)));
  }

  /** What would be fetched; the log has it too. */
  static List<Deb> debs(String uris, Log log) throws IOException {
    List<Deb> debs = new ArrayList<>();
    for (String line : uris.lines().toList()) {
      Matcher match = URI.matcher(line);
      if (match.matches()) {
        debs.add(deb(match.group(1), match.group(2), match.group(4).strip()));
        log.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return debs;
  }

  private static Deb deb(String uri, String cached, String hash) {
    String published =
        URLDecoder.decode(
            uri.substring(uri.lastIndexOf('/') + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
    String[] parts = published.split("_", 3);
    return new Deb(parts[0], parts.length > 1 ? parts[1] : "", cached, published, uri, hash);
  }
}
