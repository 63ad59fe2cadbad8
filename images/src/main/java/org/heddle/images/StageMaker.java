package org.heddle.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.FileEntry;
import org.heddle.images.recipe.ImageClass;
import org.heddle.images.recipe.Script;
import org.heddle.images.recipe.Services;
import org.heddle.images.recipe.Step;
import org.heddle.images.recipe.User;

/**
 * Makes the layer of one stage in a work folder.
 *
 * <p>What needs a network (apt's downloads) is done by this machine's own programs before; the
 * stages themselves, with all code of packages and recipes, run without any.
 */
final class StageMaker {
  /** Makes the trees that entries of {@code files} come from. */
  interface Trees {
    Given of(Blueprint image) throws IOException, InterruptedException, FarmException;
  }

  /**
   * A tree of another image.
   *
   * @param packages "name version architecture" of what it was put together from
   */
  record Given(Layers layers, List<String> packages) {}

  private static final int BATCH = 200;

  private final FarmFolder farm;
  private final Mirrors mirrors;
  private final Limits limits;
  private final Trees trees;

  /** One stage to make: on what, where, and who hears of it. */
  record Job(
      ImageClass of,
      String architecture,
      Step step,
      Layers below,
      Snapshot snapshot,
      Path work,
      Path tree,
      Log log) {}

  StageMaker(FarmFolder farm, Mirrors mirrors, Limits limits, Trees trees) {
    this.farm = farm;
    this.mirrors = mirrors;
    this.limits = limits;
    this.trees = trees;
  }

  Apt apt(ImageClass of, String architecture, boolean sourceCode)
      throws IOException, InterruptedException, FarmException {
    return new Apt(farm, of, architecture, mirrors.of(of), sourceCode);
  }

  /** Fills {@code job.tree}. */
  void make(Job job) throws IOException, InterruptedException, FarmException {
    switch (job.step()) {
      case Step.Base base -> base(job, base.of());
      case Step.Packages packages -> packages(job, packages.names());
      case Step.Files files -> files(job, files);
      case Step.Scripts scripts -> scripts(job, scripts.scripts());
    }
    clamp(job);
  }

  /** No file is younger than the packages: what a build wrote has their time. */
  private void clamp(Job job) throws IOException, InterruptedException, FarmException {
    String time = "@" + job.snapshot().epoch();
    Command.of(
            "sh",
            "-ec",
            "find \"$1\" -newermt \"$2\" -print0 | xargs -0r touch -h -d \"$2\" --",
            "sh",
            job.tree().toString(),
            time)
        .check(job.log());
  }

  private Sandbox sandbox(Job job, Sandbox.Action action, String name) {
    return new Sandbox(farm, action, job.below().folders(), job.work().resolve("run-" + name))
        .writing(job.tree())
        .set("SOURCE_DATE_EPOCH", Long.toString(job.snapshot().epoch()))
        .limits(limits);
  }

  private void base(Job job, ImageClass of)
      throws IOException, InterruptedException, FarmException {
    switch (of.family()) {
      case DEBIAN -> new DebianBase(farm, limits).make(job, apt(of, job.architecture(), false));
      case RPM -> new RpmFamily(farm, mirrors, limits).base(job);
      case UNPACKED, SCRATCH -> {
        // Empty.
      }
    }
  }

  private void packages(Job job, List<String> names)
      throws IOException, InterruptedException, FarmException {
    switch (job.of().family()) {
      case DEBIAN -> install(job, names);
      case UNPACKED -> unpack(job, names);
      case RPM -> new RpmFamily(farm, mirrors, limits).packages(job, names);
      case SCRATCH ->
          throw FarmException.invalid(
              "the class " + job.of().name() + " has no packages; start from another");
    }
  }

  private void install(Job job, List<String> names)
      throws IOException, InterruptedException, FarmException {
    refuseSources(job, names);
    Apt apt = apt(job.of(), job.architecture(), false);
    Path status =
        job.below()
            .dpkgStatus(job.work().resolve("status"))
            .orElseThrow(() -> FarmException.failed("the tree has no list of its packages"));
    Resolution resolution = apt.resolve(Optional.of(status), names, job.log());
    if (resolution.order().isEmpty()) {
      return;
    }
    apt.fetch(resolution.debs(), job.log());
    Path inside = Files.createDirectories(job.work().resolve("inside"));
    for (Deb deb : resolution.debs()) {
      Files.createLink(inside.resolve(deb.cached()), apt.archives().resolve(deb.cached()));
    }
    Files.writeString(inside.resolve("install"), DpkgScript.of(job.of(), resolution, Log.MARK));
    sandbox(job, Sandbox.Action.RUN, "dpkg")
        .mounting(inside)
        .script(List.of("/bin/sh", "/run/heddle/install"))
        .run("installing packages", job.log());
  }

  private static void refuseSources(Job job, List<String> names) throws FarmException {
    for (String name : names) {
      if (name.startsWith("src:") || name.startsWith("depends:")) {
        throw FarmException.invalid(
            "'"
                + name
                + "' is for classes of the family unpacked; "
                + job.of().name()
                + " installs");
      }
    }
  }

  private void unpack(Job job, List<String> names)
      throws IOException, InterruptedException, FarmException {
    Apt apt = apt(job.of(), job.architecture(), false);
    SequencedSet<String> wanted = new LinkedHashSet<>();
    List<String> code = new ArrayList<>();
    for (String name : names) {
      if (name.startsWith("src:")) {
        code.add(name.substring(4));
      } else if (name.startsWith("depends:")) {
        wanted.addAll(apt.dependencies(name.substring(8), job.log()));
      } else {
        wanted.add(name);
      }
    }
    List<String> words = new ArrayList<>(List.of("sh", "-ec", UNPACK, "sh"));
    words.add(apt.archives().toString());
    List<Deb> debs = wanted.isEmpty() ? List.of() : apt.packages(List.copyOf(wanted), job.log());
    apt.fetch(debs, job.log());
    debs.forEach(deb -> words.add(deb.cached()));
    sandbox(job, Sandbox.Action.HOST, "unpack")
        .seeing(apt.archives())
        .arguments(words)
        .run("unpacking", job.log());
    note(job, debs.stream().map(Deb::line).toList());
    for (String name : code) {
      source(job, name);
    }
  }

  private static final String UNPACK =
      "cd \"$1\"; shift; for deb; do dpkg-deb -x \"$deb\" \"$HEDDLE_TREE\"; done";

  /** The source code of a package, in /usr/src/NAME. */
  private void source(Job job, String name)
      throws IOException, InterruptedException, FarmException {
    Apt code = apt(job.of(), job.architecture(), true);
    // A mirror has the source code of the packages that its lists name now, and of no others.
    boolean older = code.fetched().isBefore(apt(job.of(), job.architecture(), false).fetched());
    code.snapshot(older, job.log());
    List<Deb> files = code.sourceFiles(name, job.log());
    code.fetch(files, job.log());
    List<String> words =
        new ArrayList<>(
            List.of(
                "sh",
                "-ec",
                "cd \"$1\"; to=$HEDDLE_TREE/usr/src/$2; shift 2; mkdir -p \"$to\";"
                    + " for file; do case $file in *.tar.*) tar -x --no-same-owner"
                    + " --strip-components=1 -C \"$to\" -f \"$file\";; esac; done",
                "sh",
                code.archives().toString(),
                name));
    files.forEach(file -> words.add(file.cached()));
    sandbox(job, Sandbox.Action.HOST, "source-" + name)
        .seeing(code.archives())
        .arguments(words)
        .run("unpacking the source of " + name, job.log());
    List<String> versions = files.stream().map(Deb::version).distinct().toList();
    note(job, versions.stream().map(version -> name + " " + version + " source").toList());
  }

  /** Writes down packages that dpkg will not know of. */
  private static void note(Job job, List<String> packages) throws IOException {
    Files.write(
        job.work().resolve(Stages.GIVEN),
        packages,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private void files(Job job, Step.Files step)
      throws IOException, InterruptedException, FarmException {
    Path payload = job.work().resolve("payload");
    try (Records records = new Records(payload)) {
      for (FileEntry entry : step.files()) {
        switch (entry) {
          case FileEntry.Content content -> records.content(content);
          case FileEntry.Link link -> records.link(link);
          case FileEntry.Folder folder -> records.folder(folder);
          case FileEntry.Copy copy -> records.copy(copy, step.folder());
          case FileEntry.FromImage from -> fromImage(job, step, from, records);
        }
      }
    }
    if (!step.files().isEmpty()) {
      sandbox(job, Sandbox.Action.FILES, "files").reading(payload).run("writing files", job.log());
    }
    String commands = people(step.users()) + units(step);
    if (!commands.isEmpty()) {
      Path inside = Files.createDirectories(job.work().resolve("commands"));
      Files.writeString(inside.resolve("commands"), NEED + commands);
      sandbox(job, Sandbox.Action.RUN, "commands")
          .mounting(inside)
          .script(List.of("/bin/sh", "-e", "/run/heddle/commands"))
          .run("making users and services", job.log());
    }
  }

  private void fromImage(Job job, Step.Files step, FileEntry.FromImage entry, Records records)
      throws IOException, InterruptedException, FarmException {
    Blueprint image = java.util.Objects.requireNonNull(step.images().get(entry.image()));
    Given other = trees.of(image);
    note(job, other.packages());
    Path given = job.work().resolve("given");
    try (var out = Files.newOutputStream(given)) {
      new Sandbox(
              farm,
              Sandbox.Action.READ,
              other.layers().folders(),
              job.work().resolve("read-" + Integer.toHexString(entry.path().hashCode())))
          .arguments(List.of(entry.source()))
          .limits(limits)
          .run("reading " + entry.source() + " of " + entry.image(), out, job.log());
    }
    try (var in = Records.open(given)) {
      records.from(entry, in);
    }
    Files.delete(given);
  }

  /** need PROGRAM FIELD PACKAGE: says what the recipe lacks when the tree has no such program. */
  private static final String NEED =
      """
      need() {
        command -v "$1" >/dev/null 2>&1 && return
        echo "$2: there is no $1 in the tree: add $3 to the recipe's packages" >&2
        exit 1
      }
      """;

  static String people(List<User> users) {
    StringBuilder commands = new StringBuilder();
    for (User user : users) {
      String name = user.name();
      String uid = user.uid() < 0 ? "" : " --uid " + user.uid();
      String shell = user.shell().isEmpty() ? "" : " --shell " + quoted(user.shell());
      commands
          .append(
              "getent passwd "
                  + name
                  + " >/dev/null 2>&1 || grep -q '^"
                  + name
                  + ":' /etc/passwd || { need useradd users passwd; ")
          .append(
              "useradd --create-home --home-dir "
                  + quoted(user.home())
                  + uid
                  + shell
                  + " "
                  + name
                  + "; }\n");
      for (String group : user.groups()) {
        commands.append("need usermod users passwd\n");
        commands.append("grep -q '^" + group + ":' /etc/group || groupadd " + group + "\n");
        commands.append("usermod --append --groups " + group + " " + name + "\n");
      }
      if (!user.keys().isEmpty()) {
        String folder = quoted(user.home() + "/.ssh");
        commands.append("mkdir -p " + folder + "\n: >" + folder + "/authorized_keys\n");
        for (String key : user.keys()) {
          commands.append("printf '%s\\n' " + quoted(key) + " >>" + folder + "/authorized_keys\n");
        }
        commands
            .append("chmod 0700 " + folder + "\nchmod 0600 " + folder + "/authorized_keys\n")
            .append("chown -R " + name + ": " + folder + "\n");
      }
    }
    return commands.toString();
  }

  private static String units(Step.Files step) {
    StringBuilder commands = new StringBuilder();
    if (!step.services().equals(Services.NONE)) {
      commands.append("need systemctl services systemd\n");
    }
    step.services()
        .enable()
        .forEach(unit -> commands.append("systemctl enable " + quoted(unit) + "\n"));
    step.services()
        .disable()
        .forEach(unit -> commands.append("systemctl disable " + quoted(unit) + "\n"));
    step.services()
        .mask()
        .forEach(unit -> commands.append("systemctl mask " + quoted(unit) + "\n"));
    return commands.toString();
  }

  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private void scripts(Job job, List<Script> scripts)
      throws IOException, InterruptedException, FarmException {
    Path inside = Files.createDirectories(job.work().resolve("scripts"));
    Sandbox sandbox = sandbox(job, Sandbox.Action.RUN, "scripts").mounting(inside).boundedDisk();
    int number = 1;
    for (Script script : scripts) {
      String name = "script-" + number++;
      Files.writeString(inside.resolve(name), script.run(), StandardCharsets.UTF_8);
      List<String> words = new ArrayList<>(List.of(script.shell().strip().split(" +")));
      words.add("/run/heddle/" + name);
      sandbox.script(words);
    }
    sandbox.run("a script of " + job.step().owner(), job.log());
  }

  /** Most packages in one call of dpkg. */
  static int batch() {
    return BATCH;
  }
}
