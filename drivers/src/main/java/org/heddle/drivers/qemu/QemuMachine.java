package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.Folders;
import org.heddle.drivers.LiveProcess;
import org.heddle.drivers.MachineConfig;
import org.heddle.drivers.qemu.MachineRecord.Phase;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;
import org.jspecify.annotations.Nullable;

/**
 * One machine of a host: its process if it has one, and its files. What changes it takes {@link
 * #lock}; a stop does not wait for the lock before it ends the process, which makes whoever holds
 * the lock fail soon.
 */
final class QemuMachine {
  /** A process that is killed is gone as soon as the kernel has freed its memory. */
  private static final Duration KILLED_WITHIN = Duration.ofSeconds(20);

  /** QEMU opens its sockets within 0.1 s; this is for hosts where nothing moves. */
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);

  private static final long CONNECT_EVERY_MS = 3;

  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  private final MachineId id;
  private final QemuProgram program;
  private final MachineFiles files;
  private final Consumer<MachineId> onDeath;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicInteger stops = new AtomicInteger();
  private volatile @Nullable MachineRecord known;
  private volatile @Nullable Session open;

  /** The process, when it was there as the driver started and has not answered yet. */
  private volatile @Nullable LiveProcess silent;

  QemuMachine(MachineId id, QemuProgram program, Consumer<MachineId> onDeath) {
    this.id = id;
    this.program = program;
    this.files = MachineFiles.of(program.config(), id);
    this.onDeath = onDeath;
  }

  MachineId id() {
    return id;
  }

  MachineFiles files() {
    return files;
  }

  QemuProgram program() {
    return program;
  }

  ReentrantLock lock() {
    return lock;
  }

  /** Whether somebody wants the machine to end. */
  boolean stopping() {
    return stops.get() > 0;
  }

  Optional<MachineRecord> known() {
    return Optional.ofNullable(known);
  }

  /**
   * Finds the machine again after the driver has started anew. A process that does not answer now
   * may do so later: it is asked in the background for as long as it lives.
   *
   * @return ends when the machine's process has answered, or has none
   */
  Thread attach() throws IOException {
    Optional<MachineRecord> found = MachineRecord.readFrom(files.record());
    Optional<LiveProcess> process = QemuProgram.find(files);
    if (found.isEmpty()) {
      process.ifPresent(LiveProcess::kill);
      removeFiles();
      return Thread.ofVirtual().unstarted(() -> {});
    }
    known = found.get();
    process.ifPresent(live -> silent = live);
    return Thread.ofVirtual()
        .name("attach-" + id)
        .start(() -> {
          for (LiveProcess live = silent; live != null && !answers(live); live = silent) {
            LockSupport.parkNanos(ASK_AGAIN.toNanos());
          }
        });
  }

  /** Whether it has answered, or never will because it has ended. */
  private boolean answers(LiveProcess process) {
    try {
      Session session = connect(process);
      if (known().filter(record -> record.phase() == Phase.HERE).isPresent()
          && known().flatMap(MachineRecord::saving).isEmpty()) {
        Sending.giveUpUnfinished(session);
      }
      adopt(process, session);
      return true;
    } catch (IOException | DriverException e) {
      return !process.alive() && ended(process);
    }
  }

  private synchronized void adopt(LiveProcess process, Session session) {
    if (process.equals(silent)) {
      open = session;
      silent = null;
    } else {
      session.close();
    }
  }

  private boolean ended(LiveProcess process) {
    if (process.equals(silent)) {
      silent = null;
      if (known().filter(record -> record.phase() == Phase.HERE).isPresent()) {
        onDeath.accept(id);
      }
    }
    return true;
  }

  /** What lives of the machine here, by what its process says. */
  Live live() {
    MachineRecord record = known;
    Session session = open;
    LiveProcess unheard = silent;
    if (record == null) {
      return Live.NONE;
    }
    if (unheard != null && unheard.alive()) {
      return Live.RUNNING;
    }
    if (session == null || !session.process().alive()) {
      return switch (record.phase()) {
        case GONE -> Live.GONE;
        case INCOMING -> lock.isLocked() ? Live.INCOMING : Live.NONE;
        case HERE -> Live.DEAD;
      };
    }
    try {
      return live(record, session().status());
    } catch (DriverException e) {
      // It ended or hangs at this moment: the next look tells.
      return session.process().alive() ? Live.RUNNING : Live.DEAD;
    }
  }

  private static Live live(MachineRecord record, String status) {
    return switch (status) {
      case "running", "suspended", "finish-migrate" -> Live.RUNNING;
      case "inmigrate" -> Live.INCOMING;
      case "postmigrate" -> record.saving().isPresent() ? Live.PAUSED : Live.GONE;
      case "internal-error", "guest-panicked", "shutdown" -> Live.DEAD;
      default -> Live.PAUSED;
    };
  }

  /** The process and its connections, or {@code WRONG_STATE}. */
  Session session() throws DriverException {
    Session session = open;
    LiveProcess unheard = silent;
    if (unheard != null && unheard.alive()) {
      throw new DriverException(
          Code.TIMED_OUT,
          "QEMU of " + id + " (process " + unheard.pid() + ") has not answered since the start");
    }
    if (session == null || !session.process().alive()) {
      throw new DriverException(Code.WRONG_STATE, "machine " + id + " does not live on this host");
    }
    if (session.qmp().lost() && !session.expectedToEnd()) {
      return reconnect(session);
    }
    return session;
  }

  private synchronized Session reconnect(Session lost) throws DriverException {
    Session current = open;
    if (current != lost && current != null) {
      return current;
    }
    try {
      Session fresh = connect(lost.process());
      open = fresh;
      return fresh;
    } catch (IOException e) {
      throw new DriverException(Code.DRIVER, "machine " + id + " does not answer", e);
    }
  }

  Session require(Live wanted) throws DriverException {
    Session session = session();
    Live live = live();
    if (live != wanted) {
      throw new DriverException(
          Code.WRONG_STATE, "machine " + id + " is " + live + " on this host, not " + wanted);
    }
    return session;
  }

  /**
   * Whether the machine lives here already with that incarnation. Otherwise what is left of an
   * earlier one is removed, unless it lives.
   */
  boolean alreadyHere(MachineConfig config) throws DriverException {
    return switch (live()) {
      case RUNNING, PAUSED -> {
        if (incarnation() != config.incarnation()) {
          throw new DriverException(
              Code.WRONG_STATE,
              "machine " + id + " lives here with another incarnation: stop it first");
        }
        yield true;
      }
      case NONE, INCOMING, GONE, DEAD -> {
        clear();
        yield false;
      }
    };
  }

  /** Of the machine that lives here; 0 when there is none. */
  long incarnation() {
    return known().map(record -> record.config().incarnation()).orElse(0L);
  }

  /** Starts it from its image. */
  void boot(MachineConfig config) throws DriverException {
    try {
      note(config);
      program.layOut(config, files);
      program.createDisk(config, files);
      start(config, CommandLine.Start.BOOT);
      update(record -> record.in(Phase.HERE));
    } catch (IOException e) {
      clear();
      throw new DriverException(Code.DRIVER, "cannot boot " + id + ": " + e.getMessage(), e);
    } catch (DriverException e) {
      clear();
      throw e;
    }
  }

  /** Notes that the machine comes into being, before anything else of it is there. */
  void note(MachineConfig config) throws IOException {
    Files.createDirectories(files.folder());
    MachineRecord record = MachineRecord.of(config, Phase.INCOMING);
    record.writeTo(files.record());
    known = record;
  }

  /** Starts its process, which must be noted and laid out. */
  Session start(MachineConfig config, CommandLine.Start how) throws DriverException, IOException {
    if (stopping()) {
      throw new DriverException(Code.WRONG_STATE, "machine " + id + " is being stopped");
    }
    Process child = program.start(program.commandLine(config, files), how);
    long deadline = System.nanoTime() + STARTED_WITHIN.toNanos();
    while (true) {
      Optional<LiveProcess> process =
          child.isAlive() ? LiveProcess.find(child.pid()) : Optional.empty();
      if (process.isEmpty() || stopping() || System.nanoTime() > deadline) {
        child.destroyForcibly();
        throw new DriverException(
            Code.DRIVER, "QEMU of " + id + " did not start: " + QemuProgram.complaint(files));
      }
      try {
        Session session = connect(process.get());
        open = session;
        return session;
      } catch (IOException | DriverException e) {
        // Not there yet, or gone already: the next round tells which.
        pause(CONNECT_EVERY_MS);
      }
    }
  }

  private static void pause(long milliseconds) throws DriverException {
    try {
      TimeUnit.MILLISECONDS.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DriverException(Code.DRIVER, "interrupted", e);
    }
  }

  private Session connect(LiveProcess process) throws IOException, DriverException {
    Qmp qmp = Qmp.connect(files.monitor(), id.toString(), this::happened, this::lost);
    return new Session(process, qmp, new GuestAgent(files.agent(), id.toString()));
  }

  private void happened(QmpEvent event) {
    switch (event.name()) {
      case "STOP" -> update(record -> record.stopped(event.at()));
      case "RESUME" ->
          update(record ->
              record.phase() == Phase.INCOMING
                  ? record.started(event.at()).in(Phase.HERE)
                  : record.started(event.at()));
      default -> {}
    }
  }

  private void lost(Qmp qmp) {
    Session session = open;
    if (session == null || session.qmp() != qmp || session.expectedToEnd()) {
      return;
    }
    boolean ended = session.process().ends(KILLED_WITHIN);
    boolean here = known().filter(record -> record.phase() == Phase.HERE).isPresent();
    if (ended && here && !session.expectedToEnd()) {
      onDeath.accept(id);
    }
  }

  /** Changes what is known of the machine, here and in its file. */
  synchronized void update(UnaryOperator<MachineRecord> change) {
    MachineRecord old = known;
    if (old == null) {
      return;
    }
    MachineRecord next = change.apply(old);
    known = next;
    try {
      next.writeTo(files.record());
    } catch (IOException e) {
      // It serves only a driver that starts anew; what QEMU says counts more.
      known = next;
    }
  }

  Instant stoppedAt() {
    return known().flatMap(MachineRecord::stoppedAt).orElseGet(Instant::now);
  }

  Instant startedAt() {
    return known().flatMap(MachineRecord::startedAt).orElseGet(Instant::now);
  }

  /** Ends the machine whatever goes on, and removes all of it but its saved states. */
  void stop(Duration grace) throws DriverException {
    stops.incrementAndGet();
    try {
      endProcess(grace);
      lock.lock();
      try {
        clear();
      } finally {
        lock.unlock();
      }
    } finally {
      stops.decrementAndGet();
    }
  }

  private void endProcess(Duration grace) {
    Session session = open;
    if (session == null) {
      return;
    }
    session.expectEnd();
    if (grace.isPositive() && live() == Live.RUNNING) {
      session.askGuestToEnd(grace);
    }
    session.process().kill();
  }

  /** Ends the process and removes the machine's live files. */
  void clear() throws DriverException {
    Session session = open;
    if (session != null) {
      session.expectEnd();
      kill(Optional.of(session.process()));
      session.close();
      open = null;
    }
    try {
      if (session == null) {
        // Nobody knows of such a process; but if there is one, it must not go on unseen.
        silent = null;
        kill(QemuProgram.find(files));
      }
      removeFiles();
    } catch (IOException e) {
      throw new DriverException(Code.DRIVER, "cannot remove the files of " + id, e);
    }
    known = null;
  }

  private void kill(Optional<LiveProcess> process) throws DriverException {
    if (process.isPresent()) {
      process.get().kill();
      if (!process.get().ends(KILLED_WITHIN)) {
        throw new DriverException(
            Code.DRIVER, "process " + process.get().pid() + " of " + id + " cannot be killed");
      }
    }
  }

  private void removeFiles() throws IOException {
    Folders.remove(files.ram());
    Folders.remove(files.folder());
  }

  /** Lets go of the machine, which goes on. */
  void release() {
    Session session = open;
    if (session != null) {
      session.close();
    }
  }

  boolean processLives() {
    Session session = open;
    return session != null && session.process().alive();
  }

  List<String> withoutUnfinished(List<String> saved) {
    Optional<String> unfinished = known().flatMap(MachineRecord::saving);
    Session session = open;
    if (unfinished.isEmpty() || session == null || !session.process().alive()) {
      return saved;
    }
    return saved.stream().filter(stateId -> !stateId.equals(unfinished.get())).toList();
  }
}
