package org.heddle.drivers.qemu;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.Outcome.Code;
import org.heddle.model.Resources;

/**
 * What makes a folder a saved state; written last.
 *
 * @param format version of the folder's form
 * @param qemu version that wrote it
 * @param accelerator with which it ran: the devices' state of one cannot be loaded by the other
 * @param stoppedAt when the machine was paused
 * @param files what belongs to it
 */
record Manifest(
    int format,
    MachineId machine,
    String stateId,
    String qemu,
    Accelerator accelerator,
    Resources demand,
    Instant stoppedAt,
    SortedMap<String, SparseFile.Content> files) {
  static final int FORMAT = 2;
  static final String MEMORY = "memory";
  static final String DEVICE = "device";
  static final String DISK = "disk.qcow2";

  Manifest {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** Refuses what cannot be loaded as that machine. */
  void check(MachineConfig config, Accelerator here) throws DriverException {
    Resources wanted = config.demand();
    boolean disk = files.containsKey(DISK);
    if (demand.cores() != wanted.cores()
        || demand.memoryMiB() != wanted.memoryMiB()
        || disk != config.image().disk().isPresent()) {
      throw bad(
          "is of a machine of another form: " + demand + (disk ? " with" : " without") + " disk");
    }
    if (accelerator != here) {
      throw new DriverException(
          Code.UNSUPPORTED,
          "saved state %s of %s ran with %s, this host has %s: resume it on another host"
              .formatted(stateId, machine, accelerator, here));
    }
  }

  DriverException bad(String what) {
    return new DriverException(
        Code.BAD_STATE, "saved state " + stateId + " of " + machine + " " + what);
  }

  /** Checks what was read of one of the files. */
  void verify(String name, SparseFile.Content found) throws DriverException {
    if (!found.equals(files.get(name))) {
      throw bad("is damaged: file '" + name + "' does not match its digest");
    }
  }
}
