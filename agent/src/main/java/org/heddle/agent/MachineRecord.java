package org.heddle.agent;

import java.util.Optional;
import org.heddle.model.Launch;
import org.heddle.model.MachineReport.RunStatus;

/**
 * What the agent remembers of a machine that lives on its host.
 *
 * @param imageDigest of the image under its disk; the same wherever the machine goes
 * @param run how the vjob's command stands in it
 * @param ended the end of the command, when {@code run} is {@link Run#ENDED}
 */
record MachineRecord(Launch launch, String imageDigest, Run run, Optional<RunStatus> ended) {
  /** How the vjob's command stands in the guest. */
  enum Run {
    /** Booted here; the command was not started in it. */
    NONE,
    /** Came from a saved state or another host: the guest has to be asked. */
    UNKNOWN,
    STARTED,
    ENDED
  }

  static MachineRecord booted(Launch launch, String imageDigest) {
    return new MachineRecord(launch, imageDigest, Run.NONE, Optional.empty());
  }

  static MachineRecord arrived(Launch launch, String imageDigest) {
    return new MachineRecord(launch, imageDigest, Run.UNKNOWN, Optional.empty());
  }

  MachineRecord with(Run next) {
    return new MachineRecord(launch, imageDigest, next, Optional.empty());
  }

  MachineRecord ended(RunStatus status) {
    return new MachineRecord(launch, imageDigest, Run.ENDED, Optional.of(status));
  }

  /** As it is reported; empty when the machine carries no command or it is not known. */
  Optional<RunStatus> status() {
    return switch (run) {
      case NONE, UNKNOWN -> Optional.empty();
      case STARTED -> Optional.of(new RunStatus(Optional.empty(), ""));
      case ENDED -> ended;
    };
  }
}
