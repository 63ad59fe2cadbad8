package org.heddle.drivers;

import java.nio.file.Path;
import org.heddle.model.MachineId;

/** What a driver's test gives to the conformance kit: hosts to run on, and rough hands. */
public interface DriverWorld {
  /** Opens a driver on a host; on the same host again, it finds what the earlier one left. */
  Driver open(String host) throws Exception;

  /** A machine whose guest has true, false, echo, cat, tee and date. */
  MachineConfig config(MachineId machine, long incarnation);

  /** Address at which the hosts reach each other. */
  String address();

  /** Ends the machine's process behind the driver's back. */
  void kill(String host, MachineId machine) throws Exception;

  /** Flips a bit of a saved state of that host, which lies in that folder. */
  void damage(String host, MachineId machine, String stateId, Path folder) throws Exception;

  /** Removes all that it made. */
  void close() throws Exception;
}
