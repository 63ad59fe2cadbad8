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

  private static final Pattern UNKNOWN =
      Pattern.compile(
          "E: (?:Unable to locate package |Unable to find a source package for |Couldn't find any"
              + " package by \\S+ ')([A-Za-z0-9.+_-]+)");

  /** Before this it is about "an impossible situation" in general, and how far it has come. */
  private static final String UNMET = "The following packages have unmet dependencies:";

  private static final Pattern UNAVAILABLE =
      Pattern.compile("Package \\S+ is (?:a virtual package|not available)");

  private static final int LINES = 30;

  private AptAnswers() {}

  /** The name of a package that there is not, when that is what it says. */
  static Optional<String> unknown(String said) {
    Matcher unknown = UNKNOWN.matcher(said);
    return unknown.find() ? Optional.of(unknown.group(1)) : Optional.empty();
  }

  /** Of the standard output of what failed: which packages stand against each other, and how. */
  static String reasons(String output) {
    List<String> lines = output.lines().map(String::stripTrailing).toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.equals(UNMET) || UNAVAILABLE.matcher(line).lookingAt()) {
        List<String> told = lines.subList(i, Math.min(lines.size(), i + LINES));
        return String.join("\n", told).strip() + "\n";
      }
    }
    return "";
  }

  /** Of what it has written of errors and of all else, the errors. */
  static String errors(String all) {
    List<String> errors =
        all.lines().filter(line -> line.startsWith("E: ") || line.startsWith("W: ")).toList();
    return errors.isEmpty()
        ? Command.lastLines(all, LINES)
        : Command.lastLines(String.join("\n", errors), LINES);
  }

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
