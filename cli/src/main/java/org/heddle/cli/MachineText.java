package org.heddle.cli;

import java.util.List;
import org.heddle.api.GridApi.MachineView;

/** Machines for people. Pure. */
final class MachineText {
  private MachineText() {}

  static Table list(List<MachineView> machines) {
    Table table =
        Table.of("NAME", "STATE", "HOST", "SITE", "ADDRESS", ">CORES", ">MEMORY", ">DISK", "IMAGE");
    for (MachineView machine : machines) {
      table.row(
          machine.name(),
          Table.state(machine.state()),
          machine.host().orElse(""),
          machine.site().orElse(""),
          machine.address(),
          machine.demand().cores(),
          Human.mib(machine.demand().memoryMiB()),
          Human.mib(machine.demand().diskMiB()),
          machine.image());
    }
    return table;
  }

  /** Below a vjob's own lines. */
  static Table ofOneVjob(List<MachineView> machines) {
    Table table = Table.of("MACHINE", "STATE", "HOST", "SITE", "ADDRESS", "MAC");
    for (MachineView machine : machines) {
      table.row(
          machine.name(),
          Table.state(machine.state()),
          machine.host().orElse(""),
          machine.site().orElse(""),
          machine.address(),
          machine.mac());
    }
    return table;
  }

  static String show(MachineView machine, Terminal terminal) {
    return Style.STRONG.paint(machine.name(), terminal.colour())
        + "\n"
        + Fields.of("vjob", machine.vjob())
        + Fields.of(
            "state", Style.ofState(machine.state()).paint(machine.state(), terminal.colour()))
        + Fields.of("host", machine.host().orElse(""))
        + Fields.of("site", machine.site().orElse(""))
        + Fields.of("address", machine.address())
        + Fields.of("mac", machine.mac())
        + Fields.of("image", machine.image())
        + Fields.of("cores", Integer.toString(machine.demand().cores()))
        + Fields.of("memory", Human.mib(machine.demand().memoryMiB()))
        + Fields.of("disk", Human.mib(machine.demand().diskMiB()));
  }

  static String line(MachineView machine) {
    String host = machine.host().map(name -> " on " + name).orElse("");
    return machine.name() + ": " + machine.state() + host;
  }
}
