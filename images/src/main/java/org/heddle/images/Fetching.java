package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Fetches packages into the farm's cache, where they lie complete or not at all. It is done by
 * apt's own helper: with this machine's settings for apt (proxies, passwords), and what comes is
 * what the signed lists say.
 */
final class Fetching {
  /** Part of the package apt; it reads no lists, which takes apt-get most of a second. */
  private static final String HELPER = "/usr/lib/apt/apt-helper";

  /** A mirror drops a package's file when a newer version has come. */
  private static final Pattern GONE = Pattern.compile("^E: Failed to fetch .* 404 ");

  private static final Pattern HASH = Pattern.compile("SHA(256|512):[0-9a-f]{64,128}");

  private final FarmFolder farm;
  private final Path archives;

  /** Fetches into the archives of a suite. */
  Fetching(FarmFolder farm, Path archives) {
    this.farm = farm;
    this.archives = archives;
  }

  /** What to tell when a mirror has not what the lists name. */
  interface Advice {
    String text() throws IOException;
  }

  /** Fetches what is not there yet. */
  void fetch(List<Deb> wanted, Log log, Advice gone)
      throws IOException, InterruptedException, FarmException {
    Path partial = Files.createDirectories(archives.resolve("partial"));
    try (Locks.Held _ = Locks.exclusive(farm.lockOf(archives))) {
      List<Deb> missing =
          wanted.stream().filter(deb -> !Files.exists(archives.resolve(deb.cached()))).toList();
      if (missing.isEmpty()) {
        use(wanted);
        return;
      }
      download(words(missing, partial), log, gone);
      for (Deb deb : missing) {
        Files.move(
            partial.resolve(deb.cached()),
            archives.resolve(deb.cached()),
            StandardCopyOption.ATOMIC_MOVE);
      }
      use(wanted);
    }
  }

  /** Their inodes change, which is what {@link Cleaning} looks at. */
  private void use(List<Deb> wanted) throws IOException {
    for (Deb deb : wanted) {
      Path file = archives.resolve(deb.cached());
      Files.setLastModifiedTime(file, Files.getLastModifiedTime(file));
    }
  }

  private static List<String> words(List<Deb> missing, Path partial) throws FarmException {
    List<String> words = new ArrayList<>(List.of(HELPER, "-qq"));
    words.addAll(List.of("-o", "Acquire::Retries=3", "-o", "APT::Sandbox::User=", "download-file"));
    for (Deb deb : missing) {
      if (!HASH.matcher(deb.hash()).matches()) {
        throw FarmException.failed(
            "the lists of the mirror have no SHA-256 of " + deb.published() + ": " + deb.uri());
      }
      words.addAll(List.of(deb.uri(), partial.resolve(deb.cached()).toString(), deb.hash()));
    }
    return words;
  }

  private void download(List<String> words, Log log, Advice advice)
      throws IOException, InterruptedException, FarmException {
    Command.Ended ended = Command.of(farm.online(words)).run(log, log);
    if (ended.well()) {
      return;
    }
    List<String> gone =
        ended.errors().lines().filter(line -> GONE.matcher(line).find()).distinct().toList();
    if (!gone.isEmpty()) {
      throw FarmException.failed(advice.text() + "\n" + String.join("\n", gone));
    }
    throw FarmException.failed(
        "fetching packages failed: " + Command.lastLines(ended.errors(), 12));
  }
}
