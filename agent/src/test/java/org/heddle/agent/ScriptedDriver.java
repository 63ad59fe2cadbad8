package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.heddle.drivers.Capability;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A driver around another one that counts boots, can be held up, and whose guests run programs for
 * real: on this machine, each guest with a folder of its own in place of {@code /run/heddle}.
 */
final class ScriptedDriver implements Driver, Capability.GuestExec {
  private final Driver inner;
  private final Path guests;
  private final AtomicReference<@Nullable Error> thrown = new AtomicReference<>();
  final AtomicInteger boots = new AtomicInteger();
  final Semaphore readiness = new Semaphore(Integer.MAX_VALUE / 2);

  ScriptedDriver(Driver inner, Path guests) {
    this.inner = inner;
    this.guests = guests;
  }

  /** From now on guests do not become ready. */
  void holdBoots() {
    readiness.drainPermits();
  }

  void letBoot() {
    readiness.release(1_000_000);
  }

  /** The next boot throws this. */
  void bootThrows(Error error) {
    thrown.set(error);
  }

  Path folder(MachineId machine) {
    return guests.resolve(machine.toString());
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public String version() {
    return inner.version();
  }

  @Override
  public <C extends Capability> Optional<C> capability(Class<C> type) {
    return type == Capability.GuestExec.class
        ? Optional.of(type.cast(this))
        : inner.capability(type);
  }

  @Override
  public void boot(MachineConfig config) throws DriverException {
    Error error = thrown.getAndSet(null);
    if (error != null) {
      throw error;
    }
    inner.boot(config);
    boots.incrementAndGet();
  }

  @Override
  public void awaitReady(MachineId machine, Duration timeout) throws DriverException {
    try {
      Thread.sleep(5);
      if (!readiness.tryAcquire()) {
        throw new DriverException(Outcome.Code.TIMED_OUT, machine + " is not ready");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DriverException(Outcome.Code.DRIVER, "interrupted", interrupted);
    }
    inner.awaitReady(machine, timeout);
  }

  @Override
  public void stop(MachineId machine, Duration grace) throws DriverException {
    inner.stop(machine, grace);
  }

  @Override
  public List<MachineReport> machines() {
    return inner.machines();
  }

  @Override
  public void onDeath(Consumer<MachineId> listener) {
    inner.onDeath(listener);
  }

  @Override
  public void close() {
    inner.close();
  }

  @Override
  public ExecResult exec(MachineId machine, List<String> command, byte[] input, Duration timeout)
      throws DriverException {
    List<String> here = new ArrayList<>();
    for (String word : command) {
      here.add(word.replace(RunCommand.FOLDER, folder(machine).toString()));
    }
    try {
      Files.createDirectories(guests);
      Process process = new ProcessBuilder(here).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      String error = new String(process.getErrorStream().readAllBytes(), UTF_8);
      return new ExecResult(process.waitFor(), output, error, false);
    } catch (IOException failed) {
      return new ExecResult(127, "", failed.toString(), false);
    } catch (InterruptedException interrupted) {
      throw new DriverException(Outcome.Code.DRIVER, "interrupted", interrupted);
    }
  }
}
