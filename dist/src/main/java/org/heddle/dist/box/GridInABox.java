package org.heddle.dist.box;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.dist.box.BoxException.Kind;
import org.heddle.drivers.Folders;
import org.heddle.drivers.LiveProcess;
import org.heddle.wiring.Shell;

/**
 * Brings a grid in a box up and takes it down. Both may be asked in any half-way state (after a
 * kill, after a reboot, twice): {@link #up} starts what is missing and touches nothing that lives,
 * {@link #down} leaves nothing but the state folder. One object for one state folder; needs root.
 */
public final class GridInABox {
  /** A controller that starts takes a second; on a machine busy with guests, many. */
  private static final Duration CONTROLLER_START = Duration.ofSeconds(90);

  private static final Duration AGENT_START = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofSeconds(15);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final BoxFolder folder;
  private final Programs programs;
  private final Consumer<String> progress;

  /**
   * @param stateFolder made if it is missing
   * @param mainClass of the programs, with the commands {@code controller} and {@code agent}
   * @param progress told what is being done, one line at a time
   */
  public GridInABox(Path stateFolder, String mainClass, Consumer<String> progress) {
    this(new BoxFolder(stateFolder), Programs.heddle(mainClass), progress);
  }

  GridInABox(BoxFolder folder, Programs programs, Consumer<String> progress) {
    this.folder = folder;
    this.programs = programs;
    this.progress = progress;
  }

  /**
   * How a box came up.
   *
   * @param started names of the programs that had to be started; none if all was well
   */
  public record Up(Box box, String url, List<String> started) {}

  /** The box of the folder, if one was ever set up; it need not be up. */
  public Optional<Box> box() throws IOException, BoxException {
    return folder.box();
  }

  /** What lets a command speak with the controller. */
  public String token() throws IOException {
    return folder.token();
  }

  /**
   * Brings up what is missing and waits until the controller answers and all hosts are online.
   *
   * @param change what is wanted, made from what the box was before, or from the default
   */
  public Up up(UnaryOperator<BoxSpec> change) throws IOException, BoxException {
    requireRoot("up");
    BoxSpec before = folder.box().map(Box::spec).orElse(BoxSpec.DEFAULT);
    var _ = change.apply(before); // refuses what cannot be before anything is made
    folder.create();
    try (var _ = folder.turn(progress)) {
      Box box = Claim.block(wanted(change), folder);
      folder.save(box);
      new BoxNetwork(box).up();
      List<String> started = new ArrayList<>();
      box = startController(box, started);
      new BoxFarm(folder).prepare();
      startAgents(box, started);
      String url = "http://127.0.0.1:" + box.commandPort();
      folder.save(new BoxFolder.Client(url, folder.token()));
      awaitOnline(box, url);
      new ProgramCopy(folder.programs()).prune(new BoxProcesses(box).all());
      return new Up(box, url, List.copyOf(started));
    }
  }

  /**
   * Names of the programs that {@link #up} would start now, by what runs; changes nothing.
   *
   * @param change as for {@link #up}
   */
  public List<String> missing(UnaryOperator<BoxSpec> change) throws IOException, BoxException {
    Optional<Box> stored = folder.box();
    BoxSpec before = stored.map(Box::spec).orElse(BoxSpec.DEFAULT);
    BoxSpec spec = change.apply(before);
    List<LiveProcess> live = stored.isPresent() ? new BoxProcesses(stored.get()).all() : List.of();
    if (!live.isEmpty() && !spec.equals(before)) {
      throw sizeIsFixed(before);
    }
    List<String> names = new ArrayList<>();
    if (live.stream().noneMatch(process -> process.command().contains("controller"))) {
      names.add("controller");
    }
    for (int host = 1; host <= spec.sites() * spec.hostsPerSite(); host++) {
      String name = "host" + host;
      if (live.stream()
          .map(LiveProcess::command)
          .noneMatch(words -> words.contains("agent") && words.contains(name))) {
        names.add("agent of " + name);
      }
    }
    return List.copyOf(names);
  }

  /** What {@link #down} would end now, by kind; changes nothing. */
  public Ending ending() throws IOException, BoxException {
    Optional<Box> stored = folder.box();
    List<LiveProcess> live = stored.isPresent() ? new BoxProcesses(stored.get()).all() : List.of();
    int guests = (int) live.stream().filter(BoxProcesses::isGuest).count();
    return new Ending(live.size() - guests, guests);
  }

  /**
   * @param programs controller and agents
   * @param guests machines that live now
   */
  public record Ending(int programs, int guests) {}

  private static BoxException sizeIsFixed(BoxSpec old) {
    return new BoxException(
        Kind.CONFLICT,
        "a grid of %d sites with %d hosts each is up and its size cannot be changed while it runs; "
                .formatted(old.sites(), old.hostsPerSite())
            + "run heddle down first, or heddle up without options");
  }

  private Box wanted(UnaryOperator<BoxSpec> change) throws IOException, BoxException {
    Optional<Box> stored = folder.box();
    BoxSpec spec = change.apply(stored.map(Box::spec).orElse(BoxSpec.DEFAULT));
    if (stored.isEmpty()) {
      return Claim.first(folder, spec);
    }
    Box old = stored.get();
    if (old.spec().equals(spec)) {
      return old;
    }
    if (!new BoxProcesses(old).all().isEmpty()) {
      throw sizeIsFixed(old.spec());
    }
    new BoxNetwork(old).down();
    return new Box(old.id(), old.folder(), old.block(), old.commandPort(), old.agentPort(), spec);
  }

  private Box startController(Box box, List<String> started) throws IOException, BoxException {
    String token = folder.token();
    Daemon controller = programs.controller(box, folder, token);
    if (alive(box, controller)) {
      return box;
    }
    Box fitted = Claim.ports(box);
    folder.save(fitted);
    launch(programs.controller(fitted, folder, token), started);
    return fitted;
  }

  private void startAgents(Box box, List<String> started) throws IOException, BoxException {
    for (Box.Host host : box.hosts()) {
      Daemon agent = programs.agent(box, host, folder, folder.token());
      if (!alive(box, agent)) {
        launch(agent, started);
      }
    }
  }

  private void launch(Daemon daemon, List<String> started) throws IOException {
    LiveProcess process = daemon.start();
    started.add(daemon.name());
    progress.accept("started " + daemon.name() + " (process " + process.pid() + ")");
  }

  /** Whether it runs as it would be started now. One that was started otherwise is ended here. */
  private boolean alive(Box box, Daemon daemon) throws IOException, BoxException {
    daemon.adopt(new BoxProcesses(box).all());
    if (daemon.current()) {
      return true;
    }
    Optional<LiveProcess> old = daemon.running();
    if (old.isPresent()) {
      progress.accept(daemon.name() + " was started with other options; starting it again");
      stop(daemon, old.get());
    }
    return false;
  }

  private static void stop(Daemon daemon, LiveProcess process) throws IOException, BoxException {
    process.terminate();
    long end = System.nanoTime() + STOP.toNanos();
    while (process.alive() && System.nanoTime() < end) {
      Pause.of(LOOK_AGAIN);
    }
    process.kill();
    while (process.alive()) {
      if (System.nanoTime() > end + STOP.toNanos()) {
        throw new BoxException(
            Kind.TIMED_OUT, daemon.name() + " (process " + process.pid() + ") does not end");
      }
      Pause.of(LOOK_AGAIN);
    }
  }

  private void awaitOnline(Box box, String url) throws IOException, BoxException {
    try (GridClient client = GridClient.http(URI.create(url), folder.token())) {
      long end = System.nanoTime() + CONTROLLER_START.toNanos();
      while (!answers(client)) {
        awaken(box, end, "the controller does not answer at " + url);
      }
      end = System.nanoTime() + AGENT_START.toNanos();
      long before = -1;
      for (List<String> missing = missing(box, client);
          !missing.isEmpty();
          missing = missing(box, client)) {
        if (missing.size() != before) {
          before = missing.size();
          progress.accept(
              "hosts online: " + (box.hosts().size() - before) + " of " + box.hosts().size());
        }
        awaken(box, end, "these hosts have not come online: " + String.join(", ", missing));
      }
      requireAlive(box);
      progress.accept("hosts online: " + box.hosts().size() + " of " + box.hosts().size());
    }
  }

  private static boolean answers(GridClient client) throws BoxException {
    try {
      client.status();
      return true;
    } catch (GridException e) {
      if (e.type().equals("unreachable") || e.type().equals("timed-out")) {
        return false;
      }
      throw new BoxException(Kind.FAILED, "the controller answers: " + e.getMessage(), e);
    }
  }

  private static List<String> missing(Box box, GridClient client) {
    Map<String, String> states = new LinkedHashMap<>();
    try {
      client.hosts().forEach(host -> states.put(host.name(), host.state()));
    } catch (GridException e) {
      if (!e.type().equals("unreachable") && !e.type().equals("timed-out")) {
        throw e;
      }
    }
    return box.hosts().stream()
        .map(Box.Host::name)
        .filter(name -> states.getOrDefault(name, "lost").equals("lost"))
        .toList();
  }

  /** Waits a moment; fails when a program has ended or the time is over. */
  private void awaken(Box box, long end, String complaint) throws IOException, BoxException {
    Pause.of(LOOK_AGAIN);
    requireAlive(box);
    if (System.nanoTime() > end) {
      throw new BoxException(
          Kind.TIMED_OUT,
          complaint + "; see the logs below " + folder.path() + "; heddle up goes on from here");
    }
  }

  /** What was on line before may have ended just now, and nobody has missed it yet. */
  private void requireAlive(Box box) throws IOException, BoxException {
    List<Daemon> daemons = new ArrayList<>();
    daemons.add(programs.controller(box, folder, folder.token()));
    for (Box.Host host : box.hosts()) {
      daemons.add(programs.agent(box, host, folder, folder.token()));
    }
    for (Daemon daemon : daemons) {
      if (daemon.running().isEmpty()) {
        throw new BoxException(
            Kind.FAILED, "the " + daemon.name() + " has ended; " + daemon.tail());
      }
    }
  }

  /**
   * Ends the programs and the guests and removes namespaces, cables, mounts and RAM folders.
   *
   * @param purge also delete what the grid has kept in the state folder, but not the images
   */
  public void down(boolean purge) throws IOException, BoxException {
    requireRoot("down");
    if (!Files.isDirectory(folder.path())) {
      return;
    }
    try (var _ = folder.turn(progress)) {
      Optional<Box> stored = folder.box();
      Box box = stored.isPresent() ? stored.get() : Claim.first(folder, BoxSpec.DEFAULT);
      endProcesses(box);
      new BoxNetwork(box).down();
      releaseMemory(box);
      forget(box);
      if (purge) {
        progress.accept("deleting what the grid has kept");
        folder.purge();
      }
    }
  }

  private void endProcesses(Box box) throws IOException, BoxException {
    BoxProcesses processes = new BoxProcesses(box);
    List<LiveProcess> programsRunning = new ArrayList<>();
    List<LiveProcess> all = processes.all();
    for (LiveProcess process : all) {
      if (!BoxProcesses.isGuest(process)) {
        programsRunning.add(process);
      }
    }
    if (!all.isEmpty()) {
      progress.accept(
          "ending %d programs and %d guests"
              .formatted(programsRunning.size(), all.size() - programsRunning.size()));
      processes.end(programsRunning);
    }
  }

  private static void releaseMemory(Box box) throws IOException {
    for (String prefix : List.of(box.ramPrefix(), Path.of(box.folder()).toRealPath() + "/")) {
      for (String point : Mounts.below(prefix)) {
        Shell.here().run("umount", "--lazy", point);
      }
    }
    Path ram = Path.of(box.ramPrefix());
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(ram.getParent(), ram.getFileName() + "*")) {
      for (Path leftover : folders) {
        Folders.remove(leftover);
      }
    }
  }

  private void forget(Box box) throws IOException {
    folder.forgetClient();
    Files.deleteIfExists(folder.network());
    Folders.remove(folder.programs());
    Files.deleteIfExists(folder.controller().resolve("controller.pid"));
    for (Box.Host host : box.hosts()) {
      Files.deleteIfExists(folder.host(host).resolve("agent.pid"));
    }
  }

  private static void requireRoot(String verb) throws IOException, BoxException {
    if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      throw new BoxException(
          Kind.DENIED,
          "heddle "
              + verb
              + " makes and removes network namespaces, which needs root; run it with"
              + " sudo");
    }
  }
}
