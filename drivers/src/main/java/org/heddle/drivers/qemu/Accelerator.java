package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** How guests' processors are run. */
public enum Accelerator {
  /** KVM where it works, else TCG. */
  AUTO,
  /** The host's processors. */
  KVM,
  /** Software emulation. */
  TCG;

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path KVM_DEVICE = Path.of("/dev/kvm");
  private static final Pattern VIRTUALIZATION =
      Pattern.compile("^flags\\s*:.*\\b(vmx|svm)\\b", Pattern.MULTILINE);

  /**
   * Decides {@code AUTO}. The processor's flags come first: in a nested machine {@code /dev/kvm}
   * may be there and open, and still every guest hang.
   */
  Accelerator resolve() throws IOException {
    if (this != AUTO) {
      return this;
    }
    boolean flags = VIRTUALIZATION.matcher(Files.readString(CPU_INFO)).find();
    return flags && Files.isReadable(KVM_DEVICE) && Files.isWritable(KVM_DEVICE) ? KVM : TCG;
  }
}
