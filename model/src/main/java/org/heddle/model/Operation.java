package org.heddle.model;

import java.util.Optional;

/**
 * What an agent is asked to do to a machine. Each is sent with an operation id; sending it again
 * with the same id does nothing twice and gives the same outcome. Each is also safe to ask when the
 * machine is already as wanted.
 */
public sealed interface Operation {
  MachineId machine();

  /** Start from the image; done when the guest agent answers. */
  record Boot(Launch launch) implements Operation {
    @Override
    public MachineId machine() {
      return launch.machine();
    }
  }

  /**
   * Gracefully, then by force; gives up memory, disk and network of the machine on this host, but
   * not its saved states. Done when nothing of it is left running.
   *
   * @param force at once, without asking the guest
   */
  record Stop(MachineId machine, boolean force) implements Operation {}

  /**
   * Stop its processors.
   *
   * @param atEpochMs when; at once if that is past
   */
  record Pause(MachineId machine, long atEpochMs) implements Operation {}

  /** Start its processors, after a pause or a restore, and set the guest's clock. */
  record Continue(MachineId machine, long atEpochMs) implements Operation {}

  /** Write the state of a paused machine; done when it is durable and the host's memory is free. */
  record Save(MachineId machine, String stateId) implements Operation {}

  /**
   * Load a saved state, fetched from its host when that is another one. The machine is then paused.
   *
   * @param source the host that has it; empty when it is this one
   */
  record Restore(Launch launch, String stateId, Optional<HostRef> source) implements Operation {
    @Override
    public MachineId machine() {
      return launch.machine();
    }
  }

  /** Live migration, asked of the host that has the machine. */
  record Migrate(Launch launch, HostRef to) implements Operation {
    @Override
    public MachineId machine() {
      return launch.machine();
    }
  }

  /** Delete a saved state. */
  record Discard(MachineId machine, String stateId) implements Operation {}

  /**
   * Start the vjob's command in the guest, once in the life of the guest; done when it is started.
   * Its end is reported in {@link MachineReport#run}.
   */
  record StartRun(MachineId machine, String command) implements Operation {}

  /** The verb as users read it. */
  default String verb() {
    return switch (this) {
      case Boot _ -> "boot";
      case Stop _ -> "stop";
      case Pause _ -> "pause";
      case Continue _ -> "continue";
      case Save _ -> "save";
      case Restore _ -> "restore";
      case Migrate _ -> "migrate";
      case Discard _ -> "discard";
      case StartRun _ -> "start-run";
    };
  }
}
