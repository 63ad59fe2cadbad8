package org.heddle.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageClass;
import org.heddle.images.recipe.ImageClass.Source;

/** Where a class's packages come from on this machine. Nothing here knows the name of a mirror. */
final class Mirrors {
  private static final List<Path> APT =
      List.of(
          Path.of("/etc/apt/sources.list"),
          Path.of("/etc/apt/sources.list.d"),
          Path.of("/etc/apt/apt.conf"),
          Path.of("/etc/apt/apt.conf.d"),
          Path.of("/var/lib/apt/lists"));

  private final Map<String, String> variables;
  private final FarmFolder farm;

  Mirrors(Map<String, String> variables, FarmFolder farm) {
    this.variables = variables;
    this.farm = farm;
  }

  /** A source with its address. */
  record Located(Source source, String address) {}

  /**
   * The sources of a class that have an address.
   *
   * @throws FarmException with what to set, when one that is needed has none
   */
  List<Located> of(ImageClass of) throws IOException, InterruptedException, FarmException {
    List<Located> located = new ArrayList<>();
    for (Source source : of.sources()) {
      Optional<String> address = address(source);
      if (address.isPresent()) {
        located.add(new Located(source, address.get()));
      } else if (!source.optional()) {
        throw FarmException.invalid(
            "no mirror of "
                + source.label()
                + " for "
                + of.name()
                + " in this machine's apt: set "
                + (source.variable().isEmpty() ? "an address in its class" : source.variable())
                + " to the address of one");
      }
    }
    return located;
  }

  private Optional<String> address(Source source)
      throws IOException, InterruptedException, FarmException {
    String set = source.variable().isEmpty() ? "" : variables.getOrDefault(source.variable(), "");
    if (!set.isEmpty()) {
      return Optional.of(trimmed(set));
    }
    if (!source.address().isEmpty()) {
      return Optional.of(trimmed(source.address()));
    }
    if (source.origin().isEmpty()) {
      return Optional.empty();
    }
    for (String line : targets().lines().toList()) {
      String[] parts = line.split("\\|", 3);
      if (parts.length == 3
          && parts[0].equals(source.origin())
          && parts[1].equals(source.label())) {
        return Optional.of(trimmed(parts[2]));
      }
    }
    return Optional.empty();
  }

  /** What this machine's apt has lists of: "ORIGIN|LABEL|ADDRESS" each. */
  String targets() throws IOException, InterruptedException, FarmException {
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("mirrors"))) {
      String state = aptState();
      Path known = farm.mirrors();
      String[] before =
          Files.exists(known) ? Files.readString(known).split("\n", 2) : new String[] {""};
      if (before.length == 2 && before[0].equals(state)) {
        return before[1];
      }
      String said =
          Command.of(
                  "apt-get",
                  "indextargets",
                  "--format",
                  "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
                  "Created-By: Packages")
              .output(OutputStream.nullOutputStream());
      Json.write(known, (state + "\n" + said).getBytes(StandardCharsets.UTF_8));
      return said;
    }
  }

  /** Changes with this machine's sources and lists; asking apt for them takes most of a second. */
  private static String aptState() throws IOException {
    List<Object> files = new ArrayList<>(List.of(String.valueOf(System.getenv("APT_CONFIG"))));
    for (Path one : APT) {
      for (Path file : Files.isDirectory(one) ? listed(one) : List.of(one)) {
        try {
          files.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
        } catch (NoSuchFileException notThere) {
          files.add(file + " -");
        }
      }
    }
    return Canonical.digest(files);
  }

  private static List<Path> listed(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  private static String trimmed(String address) {
    return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
  }
}
