package org.heddle.cli;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.model.NodeSet;

/** Vjobs for people. Pure. */
final class VjobText {
  private VjobText() {}

  static Table list(List<VjobView> vjobs, long nowMs) {
    Table table =
        Table.of(
            "NAME", "STATE", ">PRIORITY", ">MACHINES", "HOSTS", ">AGE", ">EXIT", "OWNER", "REASON");
    for (VjobView vjob : vjobs) {
      table.row(
          vjob.name(),
          Table.state(vjob.state()),
          vjob.priority(),
          vjob.machines().isEmpty() ? vjob.spec().members().size() : vjob.machines().size(),
          hosts(vjob),
          Human.age(nowMs - vjob.submittedMs()),
          vjob.exitCode().map(String::valueOf).orElse(""),
          vjob.owner(),
          vjob.reason());
    }
    return table;
  }

  static String show(VjobView vjob, Terminal terminal, long nowMs) {
    StringBuilder out = new StringBuilder();
    out.append(Style.STRONG.paint(vjob.name(), terminal.colour())).append('\n');
    String state = Style.ofState(vjob.state()).paint(vjob.state(), terminal.colour());
    out.append(Fields.of("state", state));
    out.append(Fields.of("wanted", asWanted(vjob) ? "" : vjob.wanted()));
    out.append(Fields.of("reason", vjob.reason()));
    out.append(Fields.of("priority", Integer.toString(vjob.priority())));
    out.append(Fields.of("owner", vjob.owner()));
    out.append(Fields.of("submitted", ago(nowMs - vjob.submittedMs())));
    vjob.endedMs().ifPresent(ended -> out.append(Fields.of("ended", ago(nowMs - ended))));
    vjob.exitCode().ifPresent(code -> out.append(Fields.of("exit code", code.toString())));
    vjob.spec().run().ifPresent(run -> out.append(Fields.of("run", run)));
    if (!vjob.machines().isEmpty()) {
      out.append('\n').append(MachineText.ofOneVjob(vjob.machines()).render(terminal));
    }
    if (!vjob.output().isEmpty()) {
      out.append("\noutput (all of it: heddle vjob logs ").append(vjob.name()).append(")\n");
      vjob.output().strip().lines().forEach(line -> out.append("  ").append(line).append('\n'));
    }
    return out.toString();
  }

  /** One line after a change: {@code mrbayes: suspending (asked by root)}. */
  static String line(VjobView vjob) {
    String exit = vjob.exitCode().map(code -> ", exit code " + code).orElse("");
    String reason = vjob.reason().isEmpty() ? "" : " (" + vjob.reason() + ")";
    return vjob.name() + ": " + vjob.state() + exit + reason;
  }

  /** Whether its state is what is wanted of it, so that there is nothing to say. */
  private static boolean asWanted(VjobView vjob) {
    return switch (vjob.wanted()) {
      case "run" -> vjob.state().equals("running");
      case "sleep" -> vjob.state().equals("sleeping");
      case "end" -> vjob.state().equals("terminated");
      default -> vjob.wanted().equals(vjob.state());
    };
  }

  private static String ago(long ms) {
    return Human.duration(Math.max(0, ms) / 1000 * 1000) + " ago";
  }

  private static String hosts(VjobView vjob) {
    return NodeSet.fold(
        vjob.machines().stream()
            .map(MachineView::host)
            .flatMap(host -> host.stream())
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
