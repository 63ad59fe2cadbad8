package org.heddle.drivers.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;
import org.jspecify.annotations.Nullable;

/**
 * What in-memory machines run on: it outlives its driver, as a real host outlives its agent, and
 * its saved states outlive even {@link #crash}. One driver at a time.
 */
public final class MemoryHost {
  private final MemoryWire wire;
  private final InstantSource clock;
  private final Path spool;
  private final SortedMap<MachineId, MemoryMachine> machines = new TreeMap<>();
  private final SortedMap<MachineId, SortedMap<String, MemoryState>> disk = new TreeMap<>();
  private Consumer<MachineId> listener = _ -> {};

  /**
   * @param wire shared by all hosts between which machines may move
   * @param clock read, never waited for
   * @param spool folder for saved states on their way as files from host to host; not touched
   *     unless a driver is asked for such a folder
   */
  public MemoryHost(MemoryWire wire, InstantSource clock, Path spool) {
    this.wire = wire;
    this.clock = clock;
    this.spool = spool;
  }

  /** Power failure: every machine is gone without a word, saved states are still there. */
  public void crash() {
    synchronized (wire) {
      machines.clear();
      wire.silence(this);
      wire.notifyAll();
    }
  }

  /** The machine's process ends by itself: its driver reports it dead. */
  public void kill(MachineId machine) {
    Consumer<MachineId> told;
    synchronized (wire) {
      MemoryMachine found = machines.get(machine);
      if (found == null || found.live() == Live.DEAD) {
        return;
      }
      found.become(Live.DEAD, clock.instant());
      wire.silence(this, machine);
      wire.notifyAll();
      told = listener;
    }
    told.accept(machine);
  }

  /** A bit of a saved state flips. */
  public void damage(MachineId machine, String stateId) {
    synchronized (wire) {
      states(machine).computeIfPresent(stateId, (_, state) -> state.asDamaged());
    }
  }

  /** Sends a saved state to another host without the detour over files. */
  public void copyState(MachineId machine, String stateId, MemoryHost to) throws DriverException {
    synchronized (wire) {
      to.states(machine).put(stateId, state(machine, stateId));
    }
  }

  MemoryWire wire() {
    return wire;
  }

  Instant now() {
    return clock.instant();
  }

  void listener(Consumer<MachineId> told) {
    listener = told;
  }

  Path folder(String kind, MachineId machine, String stateId) {
    return spool.resolve(kind).resolve(machine.toString()).resolve(stateId);
  }

  @Nullable MemoryMachine find(MachineId machine) {
    return machines.get(machine);
  }

  MemoryMachine get(MachineId machine) throws DriverException {
    MemoryMachine found = machines.get(machine);
    if (found == null) {
      throw new DriverException(Code.WRONG_STATE, "machine " + machine + " is not on this host");
    }
    return found;
  }

  MemoryMachine get(MachineId machine, Live wanted) throws DriverException {
    MemoryMachine found = get(machine);
    if (found.live() != wanted) {
      throw new DriverException(
          Code.WRONG_STATE, "machine " + machine + " is " + found.live() + ", not " + wanted);
    }
    return found;
  }

  /** Puts a new machine here, unless it lives already: then empty is returned. */
  Optional<MemoryMachine> create(MachineConfig config, Live live, MemoryGuest guest)
      throws DriverException {
    MemoryMachine old = machines.get(config.machine());
    if (old != null && (old.live() == Live.RUNNING || old.live() == Live.PAUSED)) {
      if (old.config().incarnation() == config.incarnation()) {
        return Optional.empty();
      }
      throw new DriverException(
          Code.WRONG_STATE,
          "machine " + config.machine() + " lives here with another incarnation: stop it first");
    }
    MemoryMachine machine = new MemoryMachine(config, guest, live, now());
    machines.put(config.machine(), machine);
    return Optional.of(machine);
  }

  void remove(MachineId machine) {
    machines.remove(machine);
    wire.silence(this, machine);
    wire.notifyAll();
  }

  /** Input to the serial line, which the guest echoes. */
  void typed(MachineId machine, String text) throws IOException {
    MemoryMachine found = machines.get(machine);
    if (found == null || found.live() == Live.DEAD) {
      throw new IOException("machine " + machine + " has ended");
    }
    found.print(text);
    wire.notifyAll();
  }

  SortedMap<String, MemoryState> states(MachineId machine) {
    return disk.computeIfAbsent(machine, _ -> new TreeMap<>());
  }

  MemoryState state(MachineId machine, String stateId) throws DriverException {
    MemoryState state = states(machine).get(stateId);
    if (state == null) {
      throw new DriverException(
          Code.BAD_STATE, "machine " + machine + " has no saved state " + stateId + " here");
    }
    return state;
  }

  List<MachineReport> reports() {
    TreeSet<MachineId> all = new TreeSet<>(machines.keySet());
    disk.forEach((machine, states) -> {
      if (!states.isEmpty()) {
        all.add(machine);
      }
    });
    List<MachineReport> reports = new ArrayList<>();
    for (MachineId machine : all) {
      MemoryMachine live = machines.get(machine);
      reports.add(
          new MachineReport(
              machine,
              live == null ? 0 : live.config().incarnation(),
              live == null ? Live.NONE : live.live(),
              List.copyOf(states(machine).keySet()),
              Optional.empty()));
    }
    return List.copyOf(reports);
  }
}
