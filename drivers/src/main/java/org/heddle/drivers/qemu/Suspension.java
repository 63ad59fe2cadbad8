package org.heddle.drivers.qemu;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.drivers.qemu.MachineRecord.Phase;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;

/**
 * Suspend to disk and resume. The guest's memory is a shared file, so that QEMU writes and reads
 * only the state of its devices ({@code x-ignore-shared}), over a socket: its process may write no
 * file. Memory, devices and disk together, under one manifest, are the saved state.
 */
final class Suspension {
  private static final Duration DEVICES_WITHIN = Duration.ofSeconds(60);

  private final QemuMachine machine;
  private final SavedStates states;

  Suspension(QemuMachine machine, SavedStates states) {
    this.machine = machine;
    this.states = states;
  }

  void save(String stateId) throws DriverException {
    Live live = machine.live();
    if ((live == Live.NONE || live == Live.DEAD) && states.complete(machine.id(), stateId)) {
      machine.clear();
      return;
    }
    Session session = machine.require(Live.PAUSED);
    try {
      if (machine.known().flatMap(MachineRecord::saving).isEmpty()) {
        Files.deleteIfExists(devices());
      }
      // An attempt that failed after QEMU had written the devices' state goes on from there.
      if (!session.status().equals("postmigrate")) {
        writeDevices(session, stateId);
      }
      machine.update(record -> record.saving(Optional.of(stateId)));
      states.seal(collect(stateId));
    } catch (IOException e) {
      throw failure("save", e);
    }
    machine.clear();
  }

  private Path devices() {
    return machine.files().folder().resolve(Manifest.DEVICE);
  }

  private void writeDevices(Session session, String stateId) throws DriverException, IOException {
    Path socket = machine.files().device();
    Files.deleteIfExists(socket);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Qmp.Events migration = session.qmp().events("MIGRATION")) {
      server.bind(UnixDomainSocketAddress.of(socket));
      machine.program().own(socket);
      // Told when the server is closed, which also ends it: it may wait for a connection.
      SideWork<Boolean> writing = new SideWork<>(_ -> receive(server, devices()), () -> false);
      session.migrationCapabilities(true, false);
      machine.update(record -> record.saving(Optional.of(stateId)));
      session.qmp().execute("migrate", Map.of("uri", "unix:" + socket));
      MigrationEvents.awaitCompleted(session.qmp(), migration, DEVICES_WITHIN);
      writing.result();
    } finally {
      Files.deleteIfExists(socket);
    }
  }

  private static Boolean receive(ServerSocketChannel server, Path to) throws IOException {
    try (SocketChannel from = server.accept();
        FileChannel out =
            FileChannel.open(
                to,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        buffer.clear();
      }
      return true;
    }
  }

  /** Brings all files of the state together, durably; memory and disk side by side. */
  private Manifest collect(String stateId) throws DriverException, IOException {
    Path folder = states.begin(machine.id(), stateId);
    MachineConfig config = machine.known().orElseThrow().config();
    SortedMap<String, SparseFile.Content> files = new TreeMap<>();
    try (SideWork<SparseFile.Content> memory =
        new SideWork<>(
            cancelled ->
                SparseFile.copy(
                    machine.files().memory(), folder.resolve(Manifest.MEMORY), true, cancelled),
            machine::stopping)) {
      files.put(Manifest.DEVICE, link(devices(), folder.resolve(Manifest.DEVICE)));
      if (config.image().disk().isPresent()) {
        files.put(Manifest.DISK, link(machine.files().disk(), folder.resolve(Manifest.DISK)));
      }
      files.put(Manifest.MEMORY, memory.result());
    }
    return new Manifest(
        Manifest.FORMAT,
        machine.id(),
        stateId,
        machine.program().version().toString(),
        machine.program().accelerator(),
        config.demand(),
        machine.stoppedAt(),
        files);
  }

  /**
   * No copy: the live machine, which is the other owner of the file, ends before it writes again.
   */
  private SparseFile.Content link(Path from, Path to) throws IOException {
    Files.createLink(to, from);
    SparseFile.force(to);
    return SparseFile.digest(to, machine::stopping);
  }

  /** Gives up a save that did not come to its end, so that the machine may go on. */
  void giveUp() throws DriverException {
    Optional<String> unfinished = machine.known().flatMap(MachineRecord::saving);
    if (unfinished.isPresent()) {
      try {
        states.discard(machine.id(), unfinished.get());
      } catch (IOException e) {
        throw failure("give up saving", e);
      }
    }
  }

  void restore(MachineConfig config, String stateId) throws DriverException {
    Path folder = states.require(machine.id(), stateId);
    if (machine.alreadyHere(config)) {
      return;
    }
    Manifest manifest = states.manifest(machine.id(), stateId);
    manifest.check(config, machine.program().accelerator());
    QemuProgram.requireImage(config.image());
    try {
      machine.note(config);
      machine.program().layOut(config, machine.files());
      Session session = load(manifest, folder, config);
      readDevices(session, devices());
      Files.delete(devices());
      machine.update(record -> record.in(Phase.HERE).stopped(manifest.stoppedAt()));
    } catch (IOException e) {
      machine.clear();
      throw failure("restore", e);
    } catch (DriverException e) {
      machine.clear();
      throw e;
    }
  }

  /** QEMU looks at the memory only when it is told to load the devices: it can start meanwhile. */
  private Session load(Manifest manifest, Path folder, MachineConfig config)
      throws DriverException, IOException {
    try (SideWork<Boolean> memory =
        new SideWork<>(
            cancelled ->
                copy(manifest, folder, Manifest.MEMORY, machine.files().memory(), cancelled),
            machine::stopping)) {
      copyRest(manifest, folder);
      Session session = machine.start(config, CommandLine.Start.RESTORE);
      memory.result();
      return session;
    }
  }

  private void copyRest(Manifest manifest, Path folder) throws DriverException, IOException {
    copy(manifest, folder, Manifest.DEVICE, devices(), machine::stopping);
    if (manifest.files().containsKey(Manifest.DISK)) {
      copy(manifest, folder, Manifest.DISK, machine.files().disk(), machine::stopping);
      machine.program().own(machine.files().disk());
    }
  }

  /** Copies and verifies in one pass; what was verified is what is used. */
  private static boolean copy(
      Manifest manifest, Path folder, String name, Path to, BooleanSupplier cancelled)
      throws DriverException, IOException {
    Path from = folder.resolve(name);
    if (!Files.exists(from)) {
      throw manifest.bad("is damaged: file '" + name + "' is missing");
    }
    manifest.verify(name, SparseFile.copy(from, to, false, cancelled));
    return true;
  }

  private void readDevices(Session session, Path from) throws DriverException, IOException {
    Path socket = machine.files().device();
    try (Qmp.Events migration = session.qmp().events("MIGRATION");
        FileChannel in = FileChannel.open(from, StandardOpenOption.READ)) {
      session.migrationCapabilities(true, false);
      session.qmp().execute("migrate-incoming", Map.of("uri", "unix:" + socket));
      try (SocketChannel out = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        for (long position = 0; position < in.size(); ) {
          position += in.transferTo(position, in.size() - position, out);
        }
      }
      MigrationEvents.awaitCompleted(session.qmp(), migration, DEVICES_WITHIN);
    } finally {
      Files.deleteIfExists(socket);
    }
  }

  private DriverException failure(String what, IOException e) {
    if (machine.stopping()) {
      return new DriverException(
          Code.WRONG_STATE, "machine " + machine.id() + " was stopped during " + what, e);
    }
    String message = String.valueOf(e.getMessage());
    return new DriverException(
        message.contains("No space left") ? Code.NO_ROOM : Code.DRIVER,
        "cannot " + what + " machine " + machine.id() + ": " + message,
        e);
  }
}
