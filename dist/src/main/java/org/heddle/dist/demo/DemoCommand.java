package org.heddle.dist.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.api.Json;
import org.heddle.api.VjobFile;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.box.GridInABox;
import org.heddle.model.VjobSpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code heddle demo}: brings a grid in a box up, shows the main job on it, takes it down. */
@Command(
    name = "demo",
    description =
        "Show the main job on this machine: a grid in a box, three vjobs, cluster-wide context"
            + " switches. Needs root.")
public final class DemoCommand implements Callable<Integer> {
  @Option(names = "--keep", description = "Leave the grid running at the end.")
  boolean keep;

  @Option(names = "--report", paramLabel = "FILE", description = "Write all that was seen as JSON.")
  @Nullable Path report;

  @Option(
      names = "--examples",
      paramLabel = "DIR",
      hidden = true,
      description = "Folder of the vjob files that play the parts.")
  @Nullable Path examples;

  private final Environment around;
  private final String mainClass;

  /**
   * @param mainClass of the programs that the box starts
   */
  public DemoCommand(Environment around, String mainClass) {
    this.around = around;
    this.mainClass = mainClass;
  }

  @Override
  public Integer call() {
    try {
      return show();
    } catch (DemoException | IOException | BoxException failure) {
      throw Failure.failed(Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      throw Failure.failed("the demo was interrupted");
    }
  }

  private int show() throws IOException, InterruptedException, BoxException {
    List<VjobSpec> cast = List.of(role("low"), role("middle"), role("urgent"));
    if (report != null && !Files.isDirectory(folderOf(report))) {
      throw new DemoException("--report: there is no folder " + folderOf(report));
    }
    Path state = Path.of(around.variable("HEDDLE_STATE"));
    Departure departure = new Departure(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(departure);
    try (Narrator narrator = new Narrator(around.out(), around.output())) {
      GridInABox box = new GridInABox(state, mainClass, narrator::line);
      DemoRun run = new DemoRun(box, narrator, around);
      boolean finished = false;
      try {
        DemoReport seen = run.run(cast);
        write(seen);
        finished = true;
        return seen.ok() ? 0 : 1;
      } finally {
        takeDown(box, narrator, !run.startedHere() || (keep && finished));
      }
    } finally {
      departure.done();
    }
  }

  private VjobSpec role(String part) throws IOException {
    Path folder = examples != null ? examples : Path.of(around.variable("HEDDLE_HOME"), "examples");
    Path file = folder.resolve(DemoStory.file(part));
    VjobFile read =
        VjobFile.read(file.toString(), Files.readString(file), System.getProperty("user.name"));
    if (!read.problems().isEmpty()) {
      throw new DemoException(read.problems().getFirst().toString());
    }
    VjobSpec spec = read.documents().getFirst().spec();
    return new VjobSpec(
        spec.name(),
        spec.priority(),
        DemoStory.OWNER,
        spec.machines(),
        spec.run(),
        spec.constraints());
  }

  private void takeDown(GridInABox box, Narrator narrator, boolean stay)
      throws IOException, BoxException {
    if (stay) {
      narrator.plain(
          "\nThe grid is still up: heddle status, heddle vjob list, heddle machine console NAME;"
              + " heddle down ends it.");
      return;
    }
    // Interrupted or not, what was started is ended.
    boolean interrupted = Thread.interrupted();
    box.down(false);
    narrator.plain("\nThe grid is down; images and logs are kept in the state folder.");
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(DemoReport seen) throws IOException {
    if (report == null) {
      return;
    }
    if (Files.exists(report) && !Files.isRegularFile(report)) {
      Files.writeString(report, Json.write(seen) + "\n"); // a device or pipe is not replaced
      return;
    }
    Path next = report.resolveSibling(report.getFileName() + ".new");
    Files.writeString(next, Json.write(seen) + "\n");
    Files.move(next, report, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file : folder;
  }

  /** Ctrl-C: lets the demo's own thread take everything down before the process ends. */
  private static final class Departure extends Thread {
    private final Thread demo;
    private volatile boolean done;

    Departure(Thread demo) {
      this.demo = demo;
    }

    void done() {
      done = true;
    }

    @Override
    public void run() {
      if (done) {
        return;
      }
      demo.interrupt();
      try {
        while (!done && demo.isAlive()) {
          demo.join(100);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
