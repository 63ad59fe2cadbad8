package org.heddle.drivers.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.heddle.drivers.Capability;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;

/**
 * Virtual machines of QEMU. Each is a process of its own that outlives the driver; everything about
 * it lies in the host's state folder and, for what lives only as long as the process, in its RAM
 * folder. One driver per pair of folders at a time.
 *
 * <p>Live migration is there from QEMU 10.0.2 on; with an older one, suspend and resume elsewhere.
 */
public final class QemuDriver
    implements Driver,
        Capability.Pausing,
        Capability.Suspending,
        Capability.LiveMigrating,
        Capability.Console,
        Capability.GuestExec,
        Capability.GuestClock {
  private static final Duration AGENT_ANSWERS_WITHIN = Duration.ofSeconds(10);

  /** Most answer at once; one that does not must not keep the others from being served. */
  private static final Duration FOUND_WITHIN = Duration.ofSeconds(5);

  private static final Duration AGENT_LOOK_EVERY = Duration.ofMillis(20);

  private final QemuProgram program;
  private final SavedStates states;
  private final Map<MachineId, QemuMachine> machines = new ConcurrentSkipListMap<>();
  private final List<Consumer<MachineId>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger nextPort = new AtomicInteger();

  /** Opens the driver over its folders and finds the machines that live there. */
  public QemuDriver(QemuConfig config) throws IOException {
    program = new QemuProgram(config);
    makeFolder(config.stateDirectory(), "rwx------");
    makeFolder(config.stateDirectory().resolve(MachineFiles.MACHINES), "rwx------");
    // QEMU's user must get through to the machine's own folder in it.
    makeFolder(config.ramDirectory(), "rwx--x--x");
    states = new SavedStates(config.stateDirectory());
    states.removeIncomplete();
    attach(config.stateDirectory().resolve(MachineFiles.MACHINES));
  }

  private static void makeFolder(Path folder, String permissions) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
  }

  private void attach(Path folder) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.list(folder)) {
      found = all.toList();
    }
    List<Thread> asking = new ArrayList<>();
    for (Path each : found) {
      asking.add(machine(MachineId.parse(each.getFileName().toString())).attach());
    }
    long deadline = System.nanoTime() + FOUND_WITHIN.toNanos();
    try {
      for (Thread thread : asking) {
        thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while looking for machines", e);
    }
  }

  private QemuMachine machine(MachineId id) {
    return machines.computeIfAbsent(
        id, _ -> new QemuMachine(id, program, dead -> listeners.forEach(to -> to.accept(dead))));
  }

  private interface Work<T> {
    T on(QemuMachine machine) throws DriverException;
  }

  private <T> T alone(MachineId id, Work<T> work) throws DriverException {
    QemuMachine machine = machine(id);
    machine.lock().lock();
    try {
      return work.on(machine);
    } finally {
      machine.lock().unlock();
    }
  }

  @Override
  public String name() {
    return "qemu";
  }

  @Override
  public String version() {
    return program.version() + " " + program.accelerator().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public <C extends Capability> Optional<C> capability(Class<C> type) {
    boolean has =
        type.isInstance(this)
            && (type != Capability.LiveMigrating.class || program.version().migratesLive());
    return has ? Optional.of(type.cast(this)) : Optional.empty();
  }

  @Override
  public void boot(MachineConfig config) throws DriverException {
    alone(
        config.machine(),
        machine -> {
          if (!machine.alreadyHere(config)) {
            QemuProgram.requireImage(config.image());
            machine.boot(config);
          }
          return true;
        });
  }

  @Override
  public void awaitReady(MachineId id, Duration timeout) throws DriverException {
    long deadline = System.nanoTime() + timeout.toNanos();
    QemuMachine machine = machine(id);
    while (true) {
      Session session = machine.session();
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new DriverException(
            Code.TIMED_OUT, "the agent in machine " + id + " did not answer within " + timeout);
      }
      if (session.agentConnected() && answers(session, Duration.ofNanos(left))) {
        return;
      }
      LockSupport.parkNanos(AGENT_LOOK_EVERY.toNanos());
    }
  }

  private static boolean answers(Session session, Duration left) throws DriverException {
    try {
      session.agent().ping(left.compareTo(AGENT_ANSWERS_WITHIN) < 0 ? left : AGENT_ANSWERS_WITHIN);
      return true;
    } catch (DriverException e) {
      if (e.code() == Code.TIMED_OUT) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void stop(MachineId id, Duration grace) throws DriverException {
    machine(id).stop(grace);
  }

  @Override
  public List<MachineReport> machines() {
    List<MachineReport> reports = new ArrayList<>();
    try {
      states.machines().forEach(this::machine);
      for (QemuMachine machine : machines.values()) {
        Live live = machine.live();
        List<String> saved = machine.withoutUnfinished(states.of(machine.id()));
        if (live != Live.NONE || !saved.isEmpty()) {
          long incarnation = live == Live.NONE ? 0 : machine.incarnation();
          reports.add(new MachineReport(machine.id(), incarnation, live, saved, Optional.empty()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the state folder cannot be read", e);
    }
    return List.copyOf(reports);
  }

  @Override
  public void onDeath(Consumer<MachineId> listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    listeners.clear();
    machines.values().forEach(QemuMachine::release);
  }

  @Override
  public Instant pause(MachineId id, Instant at) throws DriverException {
    return alone(
        id,
        machine -> {
          if (machine.live() != Live.PAUSED) {
            Session session = machine.require(Live.RUNNING);
            if (at.isAfter(Instant.now())) {
              Urgency.URGENT.give(session.process());
            }
            waitUntil(at);
            session.qmp().execute("stop");
          }
          return machine.stoppedAt();
        });
  }

  @Override
  public Instant proceed(MachineId id, Instant at) throws DriverException {
    return alone(
        id,
        machine -> {
          if (machine.live() != Live.RUNNING) {
            Session session = machine.require(Live.PAUSED);
            new Suspension(machine, states).giveUp();
            Urgency.NORMAL.give(session.process());
            waitUntil(at);
            session.qmp().execute("cont");
            afterwards(machine, session);
          }
          return machine.startedAt();
        });
  }

  private static void waitUntil(Instant at) {
    for (Duration left = Duration.between(Instant.now(), at);
        left.isPositive();
        left = Duration.between(Instant.now(), at)) {
      LockSupport.parkNanos(left.toNanos());
    }
  }

  /** What a machine needs after it has stood still, but must not wait for. */
  private static void afterwards(QemuMachine machine, Session session) {
    Thread.ofVirtual()
        .name("clock-" + machine.id())
        .start(() -> {
          try {
            announce(machine, session);
            session.agent().ping(AGENT_ANSWERS_WITHIN);
            new GuestPrograms(machine.id(), session.agent()).setClock(Instant.now());
          } catch (DriverException e) {
            // A guest without an agent keeps a late clock; nobody waits for this.
            return;
          }
        });
  }

  /** Lets the switches on the way learn where the machine's card is now. */
  private static void announce(QemuMachine machine, Session session) throws DriverException {
    if (machine.known().flatMap(record -> record.config().card()).isPresent()) {
      session
          .qmp()
          .execute("announce-self", Map.of("initial", 50, "max", 550, "rounds", 5, "step", 100));
    }
  }

  @Override
  public void save(MachineId id, String stateId) throws DriverException {
    alone(
        id,
        machine -> {
          new Suspension(machine, states).save(stateId);
          return true;
        });
  }

  @Override
  public void restore(MachineConfig config, String stateId) throws DriverException {
    alone(
        config.machine(),
        machine -> {
          new Suspension(machine, states).restore(config, stateId);
          return true;
        });
  }

  @Override
  public void discard(MachineId id, String stateId) throws DriverException {
    onDisk(() -> {
      states.discard(id, stateId);
      return true;
    });
  }

  @Override
  public Path savedState(MachineId id, String stateId) throws DriverException {
    return states.require(id, stateId);
  }

  @Override
  public Path receiving(MachineId id, String stateId) throws DriverException {
    return onDisk(() -> states.receiving(id, stateId));
  }

  @Override
  public void admit(MachineId id, String stateId) throws DriverException {
    onDisk(() -> {
      states.admit(id, stateId);
      return true;
    });
  }

  private interface DiskWork<T> {
    T run() throws DriverException, IOException;
  }

  private static <T> T onDisk(DiskWork<T> work) throws DriverException {
    try {
      return work.run();
    } catch (IOException e) {
      throw new DriverException(Code.DRIVER, "the state folder fails: " + e.getMessage(), e);
    }
  }

  @Override
  public Incoming prepare(MachineConfig config, String listenAddress) throws DriverException {
    return alone(
        config.machine(),
        machine -> new LiveMigration(machine, nextPort).prepare(config, listenAddress));
  }

  @Override
  public Instant migrate(MachineId id, Incoming to, LongConsumer progress) throws DriverException {
    return alone(id, machine -> new LiveMigration(machine, nextPort).migrate(to, progress));
  }

  @Override
  public Instant arrive(MachineId id, Duration timeout) throws DriverException {
    return alone(id, machine -> new LiveMigration(machine, nextPort).arrive(timeout));
  }

  @Override
  public Instant takeBack(MachineId id) throws DriverException {
    return alone(id, machine -> new LiveMigration(machine, nextPort).takeBack());
  }

  @Override
  public InputStream output(MachineId id, long from, boolean follow) throws DriverException {
    QemuMachine machine = machine(id);
    if (machine.live() == Live.NONE) {
      throw new DriverException(Code.WRONG_STATE, "machine " + id + " is not on this host");
    }
    return onDisk(() ->
        new ConsoleLog(machine.files().consoleLog(), from, () -> follow && machine.processLives()));
  }

  @Override
  public OutputStream input(MachineId id) throws DriverException {
    QemuMachine machine = machine(id);
    machine.session();
    return onDisk(() -> new ConsoleInput(machine.files().console()));
  }

  @Override
  public ExecResult exec(MachineId id, List<String> command, byte[] input, Duration timeout)
      throws DriverException {
    Session session = machine(id).require(Live.RUNNING);
    return new GuestPrograms(id, session.agent()).exec(command, input, timeout);
  }

  @Override
  public void setClock(MachineId id, Instant now) throws DriverException {
    Session session = machine(id).require(Live.RUNNING);
    new GuestPrograms(id, session.agent()).setClock(now);
  }
}
