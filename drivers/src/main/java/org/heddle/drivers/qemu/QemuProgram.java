package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.LiveProcess;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.Outcome.Code;

/** The QEMU binaries of a host, and the files that a machine's process needs before it starts. */
final class QemuProgram {
  private static final long MIB = 1 << 20;
  private static final long PATIENCE_SECONDS = 60;
  private static final int QCOW2_SIZE_OFFSET = 24;
  private static final int LOG_TAIL = 1000;

  private final QemuConfig config;
  private final Accelerator accelerator;
  private final QemuVersion version;

  QemuProgram(QemuConfig config) throws IOException {
    this.config = config;
    this.accelerator = config.accelerator().resolve();
    String printed = run(List.of(config.binary().toString(), "--version"));
    this.version =
        QemuVersion.parse(printed)
            .orElseThrow(
                () -> new IOException(config.binary() + " --version printed: " + printed.strip()));
  }

  QemuVersion version() {
    return version;
  }

  Accelerator accelerator() {
    return accelerator;
  }

  QemuConfig config() {
    return config;
  }

  /** Checks that the image is there. */
  static void requireImage(MachineConfig.ImageFiles image) throws DriverException {
    for (Path file : List.of(image.kernel(), image.initrd(), image.disk().orElse(image.kernel()))) {
      if (!Files.isReadable(file)) {
        throw new DriverException(Code.NO_IMAGE, "image file " + file + " is not there");
      }
    }
  }

  /** Makes the folders, the seed and an empty memory file. */
  void layOut(MachineConfig machine, MachineFiles files) throws IOException, DriverException {
    Files.createDirectories(files.folder());
    Files.createDirectory(
        files.ram(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    own(files.ram());
    Files.write(files.seed(), SeedTar.of(machine.seed()));
    long size = machine.demand().memoryMiB() * MIB;
    long free = Files.getFileStore(files.ram()).getUsableSpace();
    if (free < size) {
      throw new DriverException(
          Code.NO_ROOM,
          "%s has %d MiB free, machine %s needs %d"
              .formatted(config.ramDirectory(), free / MIB, machine.machine(), size / MIB));
    }
    Files.createFile(
        files.memory(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    SparseFile.lengthen(files.memory(), size);
    own(files.memory());
  }

  /** Makes an empty overlay over the image's disk, if it has one. */
  void createDisk(MachineConfig machine, MachineFiles files) throws IOException {
    if (machine.image().disk().isEmpty()) {
      return;
    }
    Path image = machine.image().disk().get();
    long size = Math.max(virtualSize(image), machine.demand().diskMiB() * MIB);
    run(
        List.of(
            config.imageTool().toString(),
            "create",
            "-q",
            "-f",
            "qcow2",
            "-F",
            "qcow2",
            "-b",
            image.toString(),
            files.disk().toString(),
            Long.toString(size)));
    own(files.disk());
  }

  /** Lets QEMU's user have a file that QEMU opens again after it has changed to that user. */
  void own(Path path) throws IOException {
    if (config.user().isEmpty()) {
      return;
    }
    String user = config.user().get();
    String name = user.contains(":") ? user.substring(0, user.indexOf(':')) : user;
    UserPrincipal principal =
        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
    Files.setOwner(path, principal);
  }

  /**
   * Starts QEMU in a session of its own, so that it outlives the driver. Not by {@code -daemonize},
   * which the sandbox forbids once it denies new processes.
   */
  Process start(CommandLine commandLine, CommandLine.Start how) throws IOException {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(commandLine.arguments(how));
    return new ProcessBuilder(command)
        .directory(Path.of("/").toFile())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectErrorStream(true)
        .redirectOutput(commandLine.files().qemuLog().toFile())
        .start();
  }

  CommandLine commandLine(MachineConfig machine, MachineFiles files) {
    return new CommandLine(machine, files, config, accelerator);
  }

  /** The end of what QEMU complained about. */
  static String complaint(MachineFiles files) {
    try {
      String log = Files.readString(files.qemuLog(), UTF_8).strip();
      return log.substring(Math.max(0, log.length() - LOG_TAIL));
    } catch (IOException e) {
      return "";
    }
  }

  /** Big endian in the header: qcow2 specification, "size". */
  private static long virtualSize(Path image) throws IOException {
    ByteBuffer size = ByteBuffer.allocate(Long.BYTES);
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
      channel.read(size, QCOW2_SIZE_OFFSET);
    }
    return size.flip().getLong();
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + " failed: " + output.strip());
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during " + command.getFirst(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  static Optional<LiveProcess> find(MachineFiles files) throws IOException {
    return LiveProcess.with("-pidfile", files.pid().toString());
  }
}
