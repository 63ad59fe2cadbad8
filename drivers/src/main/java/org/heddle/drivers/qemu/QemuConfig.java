package org.heddle.drivers.qemu;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How QEMU is used on one host.
 *
 * @param stateDirectory machines and saved states; on a disk
 * @param ramDirectory memory and sockets of live machines; on a tmpfs. Its path must be short,
 *     because the sockets' paths must fit in 107 bytes
 * @param binary QEMU for the host's processor
 * @param imageTool {@code qemu-img}
 * @param user whom QEMU runs as, a name or {@code uid:gid}; empty: the driver's own user
 * @param ports for incoming migrations
 */
public record QemuConfig(
    Path stateDirectory,
    Path ramDirectory,
    Path binary,
    Path imageTool,
    Accelerator accelerator,
    Optional<String> user,
    PortRange ports) {
  public QemuConfig {
    stateDirectory = stateDirectory.toAbsolutePath().normalize();
    ramDirectory = ramDirectory.toAbsolutePath().normalize();
    int longest = MachineFiles.longestSocket(ramDirectory);
    if (longest > MachineFiles.SOCKET_PATH_LIMIT) {
      throw new IllegalArgumentException(
          "folder "
              + ramDirectory
              + " is too long by "
              + (longest - MachineFiles.SOCKET_PATH_LIMIT)
              + " bytes for the sockets in it: use a shorter one");
    }
  }

  /** Debian's QEMU, as {@code nobody} if the caller is root. */
  public static QemuConfig standard(Path stateDirectory, Path ramDirectory) {
    return new QemuConfig(
        stateDirectory,
        ramDirectory,
        Path.of("/usr/bin/qemu-system-x86_64"),
        Path.of("/usr/bin/qemu-img"),
        Accelerator.AUTO,
        "root".equals(System.getProperty("user.name")) ? Optional.of("nobody") : Optional.empty(),
        new PortRange(49152, 49407));
  }

  /** TCP ports, both ends included. */
  public record PortRange(int first, int last) {
    public PortRange {
      if (first < 1 || last > 65535 || last - first < 1) {
        throw new IllegalArgumentException(
            "ports " + first + "-" + last + ": use two or more between 1 and 65535");
      }
    }
  }
}
