package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tree as layers, the topmost first.
 *
 * @param digests of the stages that they belong to
 */
record Layers(List<Path> folders, List<String> digests) {
  static final Layers NONE = new Layers(List.of(), List.of());

  private static final Path DPKG = Path.of("var", "lib", "dpkg");

  /** A desktop with 3,000 packages has 4 MiB. */
  private static final long LONGEST_STATUS = 64L << 20;

  Layers {
    folders = List.copyOf(folders);
    digests = List.copyOf(digests);
  }

  Layers with(Path folder, String digest) {
    List<Path> more = new ArrayList<>(List.of(folder));
    more.addAll(folders);
    List<String> names = new ArrayList<>(List.of(digest));
    names.addAll(digests);
    return new Layers(more, names);
  }

  String top() {
    return digests.isEmpty() ? "" : digests.getFirst();
  }

  /**
   * A copy of dpkg's list of packages. Only plain folders and a plain file are looked at: a link
   * that a script has made there leads nowhere.
   *
   * @throws FarmException when it is too large to be one
   */
  Optional<Path> dpkgStatus(Path into) throws IOException, FarmException {
    for (Path layer : folders) {
      Path at = layer;
      boolean plain = true;
      for (Path part : DPKG) {
        at = at.resolve(part);
        plain &= Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS);
      }
      Path status = at.resolve("status");
      if (plain && Files.isRegularFile(status, LinkOption.NOFOLLOW_LINKS)) {
        long size = Files.size(status);
        if (size > LONGEST_STATUS) {
          throw FarmException.failed(
              "/" + DPKG + "/status of the tree has " + (size >> 20) + " MiB: that is not dpkg's");
        }
        return Optional.of(Files.copy(status, into, StandardCopyOption.REPLACE_EXISTING));
      }
    }
    return Optional.empty();
  }

  /** The installed packages that dpkg's list names: "name version architecture". */
  static List<String> packages(Path status) throws IOException {
    List<String> packages = new ArrayList<>();
    String name = "";
    String version = "";
    String architecture = "";
    boolean installed = false;
    // What matters is ASCII; a script may have written anything.
    List<String> lines =
        new ArrayList<>(Files.readAllLines(status, java.nio.charset.StandardCharsets.ISO_8859_1));
    lines.add("");
    for (String line : lines) {
      if (line.isEmpty()) {
        if (installed && !name.isEmpty()) {
          packages.add(name + " " + version + " " + architecture);
        }
        name = "";
        installed = false;
      } else if (line.startsWith("Package: ")) {
        name = line.substring(9);
      } else if (line.startsWith("Version: ")) {
        version = line.substring(9);
      } else if (line.startsWith("Architecture: ")) {
        architecture = line.substring(14);
      } else if (line.startsWith("Status: ")) {
        installed = line.endsWith(" installed");
      }
    }
    return packages.stream().sorted().toList();
  }
}
