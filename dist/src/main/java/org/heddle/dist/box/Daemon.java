package org.heddle.dist.box;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.api.Json;
import org.heddle.drivers.LiveProcess;
import tools.jackson.core.JacksonException;

/**
 * A program that runs on when we end: in a session of its own, reading nothing, writing to a log,
 * known by its pid file.
 *
 * @param name as users know it
 * @param namespace network namespace to run in; empty: the machine's own
 * @param command absolute program and arguments; nothing secret, everybody can read it
 * @param environment all of it, but the PATH and the language, which are taken from ours
 * @param folder where its output is appended to {@code WORD.log} and its id is in {@code WORD.pid}
 * @param word such as {@code agent}
 */
record Daemon(
    String name,
    Optional<String> namespace,
    List<String> command,
    Map<String, String> environment,
    Path folder,
    String word) {
  private static final long LOG_LIMIT = 8L << 20;
  private static final int TAIL = 2000;

  Daemon {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /**
   * Content of the pid file.
   *
   * @param boot which boot of the machine the process belongs to
   * @param command what was started, to see whether the same would be started now
   */
  record Started(long pid, long startTicks, String boot, List<String> command) {}

  /** The process, if it is alive; a stale pid file is never taken for another process. */
  Optional<LiveProcess> running() {
    return started()
        .filter(s -> s.boot().equals(LiveProcess.boot()))
        .map(s -> new LiveProcess(s.pid(), s.startTicks()))
        .filter(LiveProcess::alive);
  }

  /** Whether what runs was started by the same command. */
  boolean current() {
    return running().isPresent() && started().filter(s -> s.command().equals(words())).isPresent();
  }

  /**
   * Takes a process for this daemon that was started so and has no pid file: whoever started it was
   * killed before the file was written.
   */
  void adopt(List<LiveProcess> candidates) throws IOException {
    if (running().isPresent()) {
      return;
    }
    for (LiveProcess candidate : candidates) {
      if (candidate.command().equals(command)) {
        writePidFile(candidate);
        return;
      }
    }
  }

  private Optional<Started> started() {
    try {
      return Optional.of(Json.read(Files.readString(pidFile()), Started.class));
    } catch (IOException | JacksonException missingOrCutOff) {
      return Optional.empty();
    }
  }

  /** Starts it; the caller has seen that it is not running. */
  LiveProcess start() throws IOException {
    Files.createDirectories(folder);
    Path log = log();
    if (Files.exists(log) && Files.size(log) > LOG_LIMIT) {
      Files.move(log, Path.of(log + ".old"), StandardCopyOption.REPLACE_EXISTING);
    }
    ProcessBuilder builder = new ProcessBuilder(words());
    builder.environment().keySet().retainAll(List.of("PATH", "LANG", "LC_ALL", "HOME", "TZ"));
    builder.environment().putAll(environment);
    builder.directory(folder.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.redirectErrorStream(true);
    // Every word before the program itself replaces its process by the next: the id stays.
    long pid = builder.start().pid();
    LiveProcess process =
        LiveProcess.find(pid)
            .orElseThrow(() -> new IOException(name + " ended at once; " + tail()));
    writePidFile(process);
    return process;
  }

  private void writePidFile(LiveProcess process) throws IOException {
    Started started = new Started(process.pid(), process.startTicks(), LiveProcess.boot(), words());
    Path fresh = folder.resolve(word + ".pid.new");
    Files.writeString(fresh, Json.write(started));
    Files.move(fresh, pidFile(), StandardCopyOption.ATOMIC_MOVE);
  }

  private List<String> words() {
    List<String> words = new ArrayList<>(List.of("setsid"));
    namespace.ifPresent(n -> words.addAll(List.of("ip", "netns", "exec", n)));
    words.addAll(command);
    return words;
  }

  private Path log() {
    return folder.resolve(word + ".log");
  }

  Path pidFile() {
    return folder.resolve(word + ".pid");
  }

  /** The end of what it said, for an error message. */
  String tail() {
    Path log = log();
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(Math.max(0, file.length() - TAIL));
      byte[] end = new byte[(int) Math.min(TAIL, file.length())];
      file.readFully(end);
      String text = new String(end, StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? log + " is empty" : "the end of " + log + ":\n" + text;
    } catch (IOException e) {
      return "it has written no " + log;
    }
  }
}
