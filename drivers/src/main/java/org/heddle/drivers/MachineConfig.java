package org.heddle.drivers;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.MachineId;
import org.heddle.model.Resources;

/**
 * A machine as a driver starts it. Starting it with the same values on another host gives an equal
 * machine, which is what resume and migration need.
 *
 * @param incarnation given back in reports
 * @param image files that it boots from
 * @param seed small files handed to the guest on a read-only disk, by name: {@code hosts}, {@code
 *     network} and so on; the bytes are the same wherever the machine goes
 * @param card its network card; empty: none
 */
public record MachineConfig(
    MachineId machine,
    long incarnation,
    Resources demand,
    ImageFiles image,
    SortedMap<String, String> seed,
    Optional<Card> card) {
  public MachineConfig {
    seed = Collections.unmodifiableSortedMap(new TreeMap<>(seed));
  }

  /**
   * An image on this host: kernel and initrd for direct boot, and a qcow2 disk unless all is in the
   * initrd.
   */
  public record ImageFiles(Path kernel, Path initrd, String kernelArguments, Optional<Path> disk) {}

  /**
   * @param tap name of an existing tap device that belongs to the machine alone
   */
  public record Card(String tap, String mac) {}
}
