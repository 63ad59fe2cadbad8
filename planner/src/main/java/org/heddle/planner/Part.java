package org.heddle.planner;

import org.heddle.model.HostId;
import org.heddle.model.Placement;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.instance.MachineState;

/**
 * A machine of the problem as a machine of an instance: what it is and what it shall become.
 *
 * @param index in its vjob
 * @param wanted its state in the end
 * @param to where it runs in the end, -1 where that is open or nowhere
 * @param anew it is shut down where it is and booted at {@code to}: 1 for the first half, 2 for the
 *     second, 0 for neither
 */
record Part(VjobView vjob, int index, MachineState wanted, int to, int anew) {
  static final int STOPS = 1;
  static final int BEGINS = 2;

  /** A machine that shall run, nobody knows where. */
  static Part somewhere(VjobView vjob, int index) {
    return new Part(vjob, index, MachineState.RUNNING, -1, 0);
  }

  MachineSlot slot() {
    return vjob.slots().get(index);
  }

  String name() {
    return vjob.machine(index) + (anew == BEGINS ? "/anew" : "");
  }

  MachineState state() {
    if (anew == BEGINS) {
      return MachineState.READY;
    }
    return switch (slot().now()) {
      case Placement.Waiting _, Placement.Terminated _ -> MachineState.READY;
      case Placement.Running _ -> MachineState.RUNNING;
      case Placement.Sleeping _ -> MachineState.SLEEPING;
    };
  }

  /** Where it runs or its saved state lies, -1 where it is nowhere. */
  int host(Floor floor) {
    if (anew == BEGINS) {
      return -1;
    }
    return switch (slot().now()) {
      case Placement.Running(HostId host) -> floor.indexOf(host);
      case Placement.Sleeping(HostId host) -> floor.indexOf(host);
      case Placement.Waiting _, Placement.Terminated _ -> -1;
    };
  }

  boolean runsOn(Floor floor, int host) {
    return state() == MachineState.RUNNING && host(floor) == host;
  }

  boolean shallRun() {
    return wanted == MachineState.RUNNING;
  }
}
