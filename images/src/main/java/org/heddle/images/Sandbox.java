package org.heddle.images;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One run in namespaces of its own (mount, pid, uts, ipc, net), over layers of a tree. What happens
 * inside is told in {@code sandbox.pl}. Ends, with all its processes and mounts, when this process
 * ends.
 */
final class Sandbox {
  /** What the sandbox does with the tree. */
  enum Action {
    /** A command with the host's programs; {@code $HEDDLE_TREE} is the tree. */
    HOST,
    /** Commands inside the tree, confined. */
    RUN,
    /** Writes records into the tree. */
    FILES,
    /** Prints what lies at a path as records. */
    READ,
    /** Takes away what no image should have. */
    TIDY
  }

  private static final int TOO_MANY_PROCESSES = 124;

  private final FarmFolder farm;
  private final Action action;
  private final List<Path> lower;
  private final Path work;
  private final List<String> arguments = new ArrayList<>();
  private final List<List<String>> scripts = new ArrayList<>();
  private final Map<String, String> environment = new TreeMap<>();
  private final List<Path> seen = new ArrayList<>();
  private final List<Path> written = new ArrayList<>();
  private Optional<Path> upper = Optional.empty();
  private Optional<Path> mounted = Optional.empty();
  private Optional<Path> inside = Optional.empty();
  private String insidePlace = "";
  private Optional<Path> input = Optional.empty();
  private boolean network;
  private boolean boundedDisk;
  private Limits limits = Limits.USUAL;

  /**
   * A run to come.
   *
   * @param lower layers of the tree, the topmost first
   * @param work a folder of the caller's for what it needs meanwhile; new for each run
   */
  Sandbox(FarmFolder farm, Action action, List<Path> lower, Path work) {
    this.farm = farm;
    this.action = action;
    this.lower = List.copyOf(lower);
    this.work = work;
  }

  /** A folder that gets what the run changes. */
  Sandbox writing(Path folder) {
    this.upper = Optional.of(folder);
    return this;
  }

  Sandbox arguments(List<String> words) {
    arguments.addAll(words);
    return this;
  }

  /** A command inside the tree; those given later run later. */
  Sandbox script(List<String> words) {
    scripts.add(List.copyOf(words));
    return this;
  }

  Sandbox set(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** A folder of the host that lies, read-only, at /run/heddle inside. */
  Sandbox mounting(Path folder) {
    this.mounted = Optional.of(folder);
    return this;
  }

  Sandbox reading(Path file) {
    this.input = Optional.of(file);
    return this;
  }

  /** What a command of the host reads beside programs and the tree. */
  Sandbox seeing(Path... paths) {
    seen.addAll(List.of(paths));
    return this;
  }

  /** Folders that a command of the host writes to beside the tree. */
  Sandbox writingTo(Path... folders) {
    written.addAll(List.of(folders));
    return this;
  }

  /** A folder of the host that lies at a place in the tree for a command of the host. */
  Sandbox inside(Path folder, String place) {
    this.inside = Optional.of(folder);
    this.insidePlace = place;
    return this;
  }

  /** The host's network; for downloads by the host's programs alone. */
  Sandbox online() {
    this.network = true;
    return this;
  }

  /** What it writes is bounded: hostile scripts. */
  Sandbox boundedDisk() {
    this.boundedDisk = true;
    return this;
  }

  Sandbox limits(Limits wanted) {
    this.limits = wanted;
    return this;
  }

  /** Runs it; a failure is told with the end of what it said. */
  void run(String what, Log log) throws IOException, InterruptedException, FarmException {
    run(what, log, log);
  }

  void run(String what, OutputStream out, Log log)
      throws IOException, InterruptedException, FarmException {
    Files.createDirectories(work);
    Path tree = Files.createDirectories(work.resolve("tree"));
    Files.createDirectories(work.resolve("overlay"));
    Files.createDirectories(work.resolve("root"));
    String name =
        "heddle-farm-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
    try (ControlGroup group = ControlGroup.make(name, limits)) {
      Path spec = Files.writeString(work.resolve("spec"), spec(tree, group));
      List<String> words = new ArrayList<>(network ? farm.online(List.of()) : List.of());
      words.addAll(List.of("setpriv", "--pdeathsig", "KILL", "unshare"));
      words.addAll(List.of("--mount", "--pid", "--fork", "--kill-child=KILL", "--uts", "--ipc"));
      if (!network) {
        words.add("--net");
      }
      words.addAll(List.of("perl", farm.sandbox().toString(), spec.toString()));
      Command command = Command.of(words).within(limits.time());
      Command.Ended ended =
          (input.isPresent() ? command.reading(input.get()) : command).run(out, log);
      check(what, ended, log);
    }
  }

  private void check(String what, Command.Ended ended, Log log) throws FarmException {
    if (ended.well()) {
      return;
    }
    FarmException.Kind kind =
        ended.late() ? FarmException.Kind.TIMED_OUT : FarmException.Kind.FAILED;
    throw new FarmException(kind, what + " " + reason(ended), Optional.of(log.file()));
  }

  private String reason(Command.Ended ended) {
    String said = Command.lastLines(ended.errors(), 12);
    if (ended.late()) {
      Duration time = limits.time();
      return "was ended after its limit of " + time.toSeconds() + " s";
    }
    if (ended.code() == TOO_MANY_PROCESSES) {
      return "was ended: it had more than its limit of " + limits.processes() + " processes";
    }
    if (ended.errors().contains("No space left on device") && boundedDisk) {
      return "failed, perhaps for its limit of " + limits.diskMiB() + " MiB of disk:\n" + said;
    }
    return ended.code() == 137
        ? "was killed, perhaps for its limit of " + limits.memoryMiB() + " MiB of memory:\n" + said
        : "failed with exit code " + ended.code() + ":\n" + said;
  }

  private String spec(Path tree, ControlGroup group) {
    StringBuilder spec = new StringBuilder();
    for (Path layer : lower) {
      line(spec, "lower", layer.toString());
    }
    upper.ifPresent(folder -> line(spec, "upper", folder.toString()));
    line(spec, "work", work.resolve("overlay").toString());
    line(spec, "root", work.resolve("root").toString());
    line(spec, "empty", farm.empty().toString());
    line(spec, "merged", tree.toString());
    line(spec, "hostname", "build");
    if (boundedDisk) {
      line(spec, "disk", work.resolve("disk").toString(), Long.toString(limits.diskMiB()));
    }
    mounted.ifPresent(folder -> line(spec, "mount", folder.toString(), "/run/heddle"));
    seen.forEach(path -> line(spec, "see", path.toString()));
    written.forEach(folder -> line(spec, "write", folder.toString()));
    inside.ifPresent(folder -> line(spec, "inside", folder.toString(), insidePlace));
    for (Path folder : group.folders()) {
      line(spec, "cgroup", folder.toString());
    }
    if (!group.limitsProcesses()) {
      line(spec, "pids", Integer.toString(limits.processes()));
    }
    line(spec, "action", action.name().toLowerCase(java.util.Locale.ROOT));
    arguments.forEach(word -> line(spec, "argument", word));
    for (List<String> script : scripts) {
      line(spec, "script", script.toArray(String[]::new));
    }
    environment.forEach((key, value) -> line(spec, "set", key + "=" + value));
    return spec.toString();
  }

  private static void line(StringBuilder spec, String key, String... values) {
    spec.append(key);
    for (String value : values) {
      spec.append(' ').append(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"));
    }
    spec.append('\n');
  }
}
