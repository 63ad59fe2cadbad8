package org.heddle.dist.box;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.heddle.drivers.LiveProcess;

/**
 * Finds and ends what belongs to a box, whoever started it and whatever pid files say: every
 * process that carries the box's mark in its environment or runs in one of its namespaces, and
 * every QEMU that works in its folders.
 */
final class BoxProcesses {
  /** Environment variable that everything started by a box carries and passes on. */
  static final String MARK = "HEDDLE_BOX";

  /** An agent or controller has this long to end by itself. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** A killed process that waits for a disk may take long; longer than this, something is wrong. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final Box box;

  BoxProcesses(Box box) {
    this.box = box;
  }

  static String mark(Box box) {
    return box.id() + ":" + box.folder();
  }

  List<LiveProcess> all() throws IOException {
    Set<String> namespaces = namespaceInodes();
    List<LiveProcess> found = new ArrayList<>();
    for (LiveProcess process : LiveProcess.others()) {
      if (marked(process)
          || namespaces.contains(process.networkNamespace())
          || (isGuest(process) && worksHere(process))) {
        found.add(process);
      }
    }
    return found;
  }

  /** Ends all of them: the programs first, so that nobody wonders where the guests have gone. */
  void end(List<LiveProcess> programs) throws IOException, BoxException {
    programs.forEach(LiveProcess::terminate);
    await(() -> programs.stream().noneMatch(LiveProcess::alive), GRACE);
    programs.forEach(LiveProcess::kill);
    all().forEach(LiveProcess::terminate);
    await(this::none, GRACE);
    if (!await(this::killed, PATIENCE)) {
      throw new BoxException(
          BoxException.Kind.FAILED,
          "these processes of the box do not end: "
              + all().stream().map(LiveProcess::pid).toList()
              + "; see what they wait for, end them, then run heddle down again");
    }
  }

  private boolean none() throws IOException {
    return all().isEmpty();
  }

  private boolean killed() throws IOException {
    List<LiveProcess> left = all();
    left.forEach(LiveProcess::kill);
    return left.isEmpty();
  }

  private boolean marked(LiveProcess process) {
    return process.environment().contains(MARK + "=" + mark(box));
  }

  private boolean worksHere(LiveProcess guest) {
    return guest.command().stream()
        .anyMatch(
            word -> word.contains(box.folder() + "/hosts/") || word.contains(box.ramPrefix()));
  }

  /** Whether it is a QEMU. */
  static boolean isGuest(LiveProcess process) {
    List<String> command = process.command();
    return !command.isEmpty()
        && command
            .getFirst()
            .substring(command.getFirst().lastIndexOf('/') + 1)
            .startsWith("qemu-system-");
  }

  private Set<String> namespaceInodes() throws IOException {
    Set<String> inodes = new TreeSet<>();
    Path folder = Path.of("/run/netns");
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, box.mark() + "*")) {
        for (Path file : files) {
          inodes.add(String.valueOf(Files.getAttribute(file, "unix:ino")));
        }
      }
    }
    return inodes;
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static boolean await(Condition condition, Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Pause.of(LOOK_AGAIN);
    }
    return true;
  }
}
