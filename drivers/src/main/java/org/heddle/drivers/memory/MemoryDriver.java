package org.heddle.drivers.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.heddle.drivers.Capability;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.Folders;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;
import org.jspecify.annotations.Nullable;

/**
 * Machines as objects of a {@link MemoryHost}. Every call acts at once, in one step, at the time
 * that the host's clock shows; nothing waits, so that it runs under a virtual clock. A pause or
 * continue set for later takes effect at once too and tells the wanted time.
 */
public final class MemoryDriver
    implements Driver,
        Capability.Pausing,
        Capability.Suspending,
        Capability.LiveMigrating,
        Capability.Console,
        Capability.GuestExec,
        Capability.GuestClock {
  private final MemoryHost host;
  private final MemoryWire wire;

  public MemoryDriver(MemoryHost host) {
    this.host = host;
    this.wire = host.wire();
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public <C extends Capability> Optional<C> capability(Class<C> type) {
    return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
  }

  @Override
  public void boot(MachineConfig config) throws DriverException {
    synchronized (wire) {
      host.create(config, Live.RUNNING, new MemoryGuest())
          .ifPresent(machine -> machine.print("boot " + config.machine() + "\n"));
      wire.notifyAll();
    }
  }

  @Override
  public void awaitReady(MachineId machine, Duration timeout) throws DriverException {
    synchronized (wire) {
      host.get(machine, Live.RUNNING);
    }
  }

  @Override
  public void stop(MachineId machine, Duration grace) {
    synchronized (wire) {
      host.remove(machine);
    }
  }

  @Override
  public List<MachineReport> machines() {
    synchronized (wire) {
      return host.reports();
    }
  }

  @Override
  public void onDeath(Consumer<MachineId> listener) {
    synchronized (wire) {
      host.listener(listener);
    }
  }

  @Override
  public void close() {
    onDeath(_ -> {});
  }

  @Override
  public Instant pause(MachineId machine, Instant at) throws DriverException {
    synchronized (wire) {
      MemoryMachine found = host.get(machine);
      if (found.live() != Live.PAUSED) {
        host.get(machine, Live.RUNNING).become(Live.PAUSED, later(at));
      }
      return found.changedAt();
    }
  }

  @Override
  public Instant proceed(MachineId machine, Instant at) throws DriverException {
    synchronized (wire) {
      MemoryMachine found = host.get(machine);
      if (found.live() != Live.RUNNING) {
        host.get(machine, Live.PAUSED).become(Live.RUNNING, later(at));
        found.guest().setClock(found.changedAt(), found.changedAt());
      }
      return found.changedAt();
    }
  }

  private Instant later(Instant at) {
    Instant now = host.now();
    return at.isAfter(now) ? at : now;
  }

  @Override
  public void save(MachineId machine, String stateId) throws DriverException {
    synchronized (wire) {
      if (host.find(machine) == null && host.states(machine).containsKey(stateId)) {
        return;
      }
      MemoryMachine paused = host.get(machine, Live.PAUSED);
      host.states(machine)
          .put(
              stateId,
              new MemoryState(
                  paused.config().demand(), paused.changedAt(), paused.guest().memory(), false));
      host.remove(machine);
    }
  }

  @Override
  public void restore(MachineConfig config, String stateId) throws DriverException {
    synchronized (wire) {
      MemoryState state = host.state(config.machine(), stateId);
      if (state.damaged()) {
        throw new DriverException(
            Code.BAD_STATE,
            "saved state " + stateId + " of " + config.machine() + " does not match its digest");
      }
      if (!state.demand().equals(config.demand())) {
        throw new DriverException(
            Code.BAD_STATE,
            "saved state " + stateId + " of " + config.machine() + " is of another size");
      }
      MemoryGuest guest = new MemoryGuest(state.memory());
      guest.stoodStill(Duration.between(state.stoppedAt(), host.now()));
      host.create(config, Live.PAUSED, guest);
      wire.notifyAll();
    }
  }

  @Override
  public void discard(MachineId machine, String stateId) {
    synchronized (wire) {
      host.states(machine).remove(stateId);
    }
  }

  @Override
  public Path savedState(MachineId machine, String stateId) throws DriverException {
    synchronized (wire) {
      Path folder = host.folder("states", machine, stateId);
      try {
        host.state(machine, stateId).writeTo(folder);
      } catch (IOException e) {
        throw new DriverException(Code.DRIVER, "cannot write " + folder, e);
      }
      return folder;
    }
  }

  @Override
  public Path receiving(MachineId machine, String stateId) throws DriverException {
    Path folder = host.folder("receiving", machine, stateId);
    try {
      return Folders.empty(folder);
    } catch (IOException e) {
      throw new DriverException(Code.DRIVER, "cannot make " + folder, e);
    }
  }

  @Override
  public void admit(MachineId machine, String stateId) throws DriverException {
    synchronized (wire) {
      if (!host.states(machine).containsKey(stateId)) {
        Path folder = host.folder("receiving", machine, stateId);
        host.states(machine).put(stateId, MemoryState.readFrom(folder));
      }
    }
  }

  @Override
  public Incoming prepare(MachineConfig config, String listenAddress) throws DriverException {
    synchronized (wire) {
      if (host.create(config, Live.INCOMING, new MemoryGuest()).isEmpty()) {
        throw new DriverException(
            Code.WRONG_STATE, "machine " + config.machine() + " lives here already");
      }
      return new Incoming(listenAddress, wire.listen(host, config.machine()), 0);
    }
  }

  @Override
  public Instant migrate(MachineId machine, Incoming to, LongConsumer progress)
      throws DriverException {
    synchronized (wire) {
      MemoryMachine here = host.get(machine);
      if (here.live() == Live.GONE) {
        return here.changedAt();
      }
      host.get(machine, Live.RUNNING);
      target(machine, to);
    }
    progress.accept(0);
    synchronized (wire) {
      MemoryMachine here = host.get(machine, Live.RUNNING);
      MemoryMachine there = target(machine, to);
      Instant now = host.now();
      there.fill(here.guest());
      there.become(Live.RUNNING, now);
      here.become(Live.GONE, now);
      wire.notifyAll();
      return now;
    }
  }

  private MemoryMachine target(MachineId machine, Incoming to) throws DriverException {
    MemoryWire.Listener listener = wire.at(to.memoryPort());
    @Nullable MemoryMachine there = listener == null ? null : listener.host().find(machine);
    if (there == null || there.live() != Live.INCOMING) {
      throw new DriverException(
          Code.UNREACHABLE,
          "nothing waits for machine " + machine + " at " + to.address() + ":" + to.memoryPort());
    }
    return there;
  }

  @Override
  public Instant arrive(MachineId machine, Duration timeout) throws DriverException {
    synchronized (wire) {
      MemoryMachine found = host.get(machine);
      if (found.live() == Live.INCOMING) {
        throw new DriverException(Code.TIMED_OUT, "machine " + machine + " has not arrived yet");
      }
      wire.silence(host, machine);
      return host.get(machine, Live.RUNNING).changedAt();
    }
  }

  @Override
  public Instant takeBack(MachineId machine) throws DriverException {
    synchronized (wire) {
      MemoryMachine found = host.get(machine);
      if (found.live() != Live.RUNNING) {
        MemoryMachine gone = host.get(machine, Live.GONE);
        gone.fill(new MemoryGuest(gone.guest().memory()));
        gone.become(Live.RUNNING, host.now());
      }
      return found.changedAt();
    }
  }

  @Override
  public InputStream output(MachineId machine, long from, boolean follow) throws DriverException {
    synchronized (wire) {
      return new MemoryConsole(host, host.get(machine), from, follow);
    }
  }

  @Override
  public OutputStream input(MachineId machine) throws DriverException {
    synchronized (wire) {
      host.get(machine);
    }
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        synchronized (wire) {
          host.typed(machine, new String(bytes, offset, length, UTF_8));
        }
      }
    };
  }

  @Override
  public ExecResult exec(MachineId machine, List<String> command, byte[] input, Duration timeout)
      throws DriverException {
    synchronized (wire) {
      MemoryMachine found = host.get(machine, Live.RUNNING);
      if (command.contains(MemoryGuest.CONSOLE)) {
        found.print(new String(input, UTF_8));
        wire.notifyAll();
      }
      return found.guest().exec(command, input, host.now());
    }
  }

  @Override
  public void setClock(MachineId machine, Instant now) throws DriverException {
    synchronized (wire) {
      host.get(machine, Live.RUNNING).guest().setClock(now, host.now());
    }
  }
}
