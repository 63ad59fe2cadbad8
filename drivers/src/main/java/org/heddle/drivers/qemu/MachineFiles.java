package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.HexFormat;
import org.heddle.model.MachineId;

/**
 * Where the files of one live machine are.
 *
 * @param folder on disk: record, disk, seed, logs
 * @param ram on tmpfs, with a short name: memory and sockets
 */
record MachineFiles(Path folder, Path ram) {
  /** {@code sun_path} has 108 bytes and ends with a zero. */
  static final int SOCKET_PATH_LIMIT = 107;

  static final String MACHINES = "machines";
  private static final int KEY_BYTES = 8;
  private static final String LONGEST_SOCKET = "device";

  static MachineFiles of(QemuConfig config, MachineId machine) {
    byte[] digest = SparseFile.sha256().digest(machine.toString().getBytes(UTF_8));
    String key = HexFormat.of().formatHex(digest, 0, KEY_BYTES);
    return new MachineFiles(
        config.stateDirectory().resolve(MACHINES).resolve(machine.toString()),
        config.ramDirectory().resolve(key));
  }

  static int longestSocket(Path ramDirectory) {
    return ramDirectory.toString().getBytes(UTF_8).length
        + 2
        + 2 * KEY_BYTES
        + LONGEST_SOCKET.length();
  }

  Path record() {
    return folder.resolve("machine.json");
  }

  Path disk() {
    return folder.resolve("disk.qcow2");
  }

  Path seed() {
    return folder.resolve("seed.tar");
  }

  Path consoleLog() {
    return folder.resolve("console.log");
  }

  Path qemuLog() {
    return folder.resolve("qemu.log");
  }

  Path memory() {
    return ram.resolve("memory");
  }

  Path pid() {
    return ram.resolve("pid");
  }

  Path monitor() {
    return ram.resolve("qmp");
  }

  Path agent() {
    return ram.resolve("qga");
  }

  Path console() {
    return ram.resolve("tty");
  }

  /** Socket over which the state of the devices goes in and out. */
  Path device() {
    return ram.resolve(LONGEST_SOCKET);
  }
}
