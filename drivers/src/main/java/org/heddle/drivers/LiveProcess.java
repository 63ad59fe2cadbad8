package org.heddle.drivers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A process as {@code /proc} shows it. A process id is given again after its process ended; with
 * its start time it names one process for as long as the machine is up.
 *
 * @param startTicks clock ticks from the machine's boot to its start
 */
public record LiveProcess(long pid, long startTicks) {
  private static final Path PROC = Path.of("/proc");

  private static final Duration LOOK_EVERY = Duration.ofMillis(2);

  /** Position of the start time after the command's name in {@code stat} (proc(5), field 22). */
  private static final int START_AFTER_NAME = 19;

  /** The living process with this id; a zombie is none. */
  public static Optional<LiveProcess> find(long pid) {
    String stat = read(PROC.resolve(pid + "/stat"));
    int end = stat.lastIndexOf(") ");
    if (end < 0) {
      return Optional.empty();
    }
    String[] fields = stat.substring(end + 2).split(" ", -1);
    boolean dead = fields[0].equals("Z") || fields[0].equals("X");
    return dead
        ? Optional.empty()
        : Optional.of(new LiveProcess(pid, Long.parseLong(fields[START_AFTER_NAME])));
  }

  /** All living processes but this one and those that started it. */
  public static List<LiveProcess> others() throws IOException {
    List<Long> own = new ArrayList<>();
    for (Optional<ProcessHandle> p = Optional.of(ProcessHandle.current());
        p.isPresent();
        p = p.get().parent()) {
      own.add(p.get().pid());
    }
    List<LiveProcess> processes = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path folder : folders) {
        long pid = Long.parseLong(folder.getFileName().toString());
        if (!own.contains(pid)) {
          find(pid).ifPresent(processes::add);
        }
      }
    }
    return processes;
  }

  /** The process that was started with this argument after that option. */
  public static Optional<LiveProcess> with(String option, String argument) throws IOException {
    String wanted = "\0" + option + "\0" + argument + "\0";
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path process : all) {
        if (read(process.resolve("cmdline")).contains(wanted)) {
          Optional<LiveProcess> found = find(Long.parseLong(process.getFileName().toString()));
          if (found.isPresent()) {
            return found;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Identifies this boot of the machine. */
  public static String boot() {
    return read(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  public boolean alive() {
    return find(pid).filter(this::equals).isPresent();
  }

  /** Words of its command line. */
  public List<String> command() {
    return zeroSeparated("cmdline");
  }

  /** Its environment as {@code NAME=VALUE}. */
  public List<String> environment() {
    return zeroSeparated("environ");
  }

  /** Inode of its network namespace, as text; empty if it has just ended. */
  public String networkNamespace() {
    try {
      String link = Files.readSymbolicLink(PROC.resolve(pid + "/ns/net")).toString();
      return link.replaceAll("[^0-9]", "");
    } catch (IOException ended) {
      return "";
    }
  }

  /** Asks it to end. */
  public void terminate() {
    if (alive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }
  }

  /** Ends it by force. */
  public void kill() {
    if (alive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Waits for its end; false if it still lives. */
  public boolean ends(Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    while (alive()) {
      if (System.nanoTime() >= deadline) {
        return false;
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
    return true;
  }

  private List<String> zeroSeparated(String file) {
    String text = read(PROC.resolve(pid + "/" + file));
    String words = text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    return text.isEmpty() ? List.of() : List.of(words.split("\0", -1));
  }

  /** Empty if the process has ended, or is a kernel thread, or is not ours to read. */
  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException ended) {
      return "";
    }
  }
}
