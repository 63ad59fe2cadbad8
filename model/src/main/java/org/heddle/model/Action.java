package org.heddle.model;

/** One change of one machine within a plan. */
public sealed interface Action {
  MachineId machine();

  record Boot(MachineId machine, HostId on) implements Action {}

  /** Ends the machine, which gives up its state ({@code restart}: it waits to boot again). */
  record Shutdown(MachineId machine, HostId on, boolean restart) implements Action {}

  record Suspend(MachineId machine, HostId on) implements Action {}

  /** From the host that has the saved state to the host that it shall run on (may be the same). */
  record Resume(MachineId machine, HostId from, HostId to) implements Action {}

  record Migrate(MachineId machine, HostId from, HostId to) implements Action {}

  /** The verb as users read it. */
  default String verb() {
    return switch (this) {
      case Boot _ -> "boot";
      case Shutdown _ -> "shutdown";
      case Suspend _ -> "suspend";
      case Resume _ -> "resume";
      case Migrate _ -> "migrate";
    };
  }
}
