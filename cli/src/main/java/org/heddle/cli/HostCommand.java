package org.heddle.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SequencedSet;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridClient;
import org.heddle.model.NodeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle host}. */
@Command(
    name = "host",
    description = "The hosts of the grid.",
    subcommands = {
      HostCommand.ListAll.class,
      HostCommand.Show.class,
      HostCommand.Drain.class,
      HostCommand.Undrain.class
    })
final class HostCommand {

  static Table table(List<HostView> hosts) {
    Table table =
        Table.of("NAME", "SITE", "STATE", ">CORES", ">MEMORY", ">DISK", ">MACHINES", "TAGS");
    for (HostView host : hosts) {
      table.row(
          host.name(),
          host.site(),
          Table.state(host.state()),
          host.used().cores() + " of " + host.capacity().cores(),
          Human.share(host.used().memoryMiB(), host.capacity().memoryMiB()),
          Human.share(host.used().diskMiB(), host.capacity().diskMiB()),
          host.machines().size(),
          String.join(",", host.tags()));
    }
    return table;
  }

  /** Those of these names, in the order of the names. */
  static List<HostView> named(GridClient grid, Collection<String> names) {
    List<HostView> all = grid.hosts();
    List<HostView> found = new ArrayList<>();
    for (String name : names) {
      found.add(
          all.stream()
              .filter(host -> host.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  Failure.notFound(
                      "host '" + name + "' is not in this grid; see 'heddle host list'")));
    }
    return found;
  }

  @Command(name = "list", description = "List the hosts.")
  static final class ListAll extends GridCommand {
    @Option(names = "--site", paramLabel = "SITE", description = "Only of these sites.")
    String sites = "";

    @Override
    ExitCode run(GridClient grid) {
      List<HostView> hosts = grid.hosts();
      if (!sites.isEmpty()) {
        SequencedSet<String> wanted = names(List.of(sites));
        hosts = hosts.stream().filter(host -> wanted.contains(host.site())).toList();
      }
      List<HostView> listed = hosts;
      show(listed, () -> table(listed).render(around().output()));
      return ExitCode.OK;
    }
  }

  @Command(name = "show", description = "Show hosts with all that is on them.")
  static final class Show extends GridCommand {
    @Parameters(
        paramLabel = "HOST",
        arity = "1..*",
        completionCandidates = Candidates.Hosts.class,
        description = "Names, or sets such as host[1-4].")
    List<String> hosts = List.of();

    @Override
    ExitCode run(GridClient grid) {
      List<HostView> found = named(grid, names(hosts));
      showAll(hosts, found, () -> String.join("\n", found.stream().map(this::text).toList()));
      return ExitCode.OK;
    }

    private String text(HostView host) {
      Terminal terminal = around().output();
      return Style.STRONG.paint(host.name(), terminal.colour())
          + "\n"
          + Fields.of("site", host.site())
          + Fields.of("state", Style.ofState(host.state()).paint(host.state(), terminal.colour()))
          + Fields.of("address", host.address())
          + Fields.of("cores", host.used().cores() + " of " + host.capacity().cores())
          + Fields.of("memory", Human.share(host.used().memoryMiB(), host.capacity().memoryMiB()))
          + Fields.of("disk", Human.share(host.used().diskMiB(), host.capacity().diskMiB()))
          + Fields.of("tags", String.join(", ", host.tags()))
          + Fields.of("images", String.join(", ", host.images()))
          + Fields.of("machines", NodeSet.fold(host.machines()));
    }
  }

  /** One of the two verbs. */
  abstract static class Change extends GridCommand {
    @Parameters(
        paramLabel = "HOST",
        arity = "1..*",
        completionCandidates = Candidates.Hosts.class,
        description = "Names, or sets such as host[1-4].")
    List<String> hosts = List.of();

    @Mixin ChangeOptions change = new ChangeOptions();

    abstract String verb();

    abstract HostView act(GridClient grid, String host);

    abstract boolean reached(HostView host);

    @Override
    ExitCode run(GridClient grid) {
      SequencedSet<String> names = names(hosts);
      if (change.dryRun) {
        List<PlanView> plans = each(names, name -> grid.planHost(name, verb()));
        showAll(hosts, plans, () -> PlanText.of(plans, around().output()));
        return ExitCode.OK;
      }
      List<HostView> changed = each(names, name -> act(grid, name));
      if (change.waits() && !changed.isEmpty()) {
        List<String> begun = changed.stream().map(HostView::name).toList();
        List<HostView> last =
            new HostWait(grid, around(), change.timeout).until(begun, this::reached);
        showAll(hosts, last, () -> "");
      } else {
        showAll(hosts, changed, () -> lines(changed));
      }
      return ExitCode.OK;
    }

    private static String lines(List<HostView> hosts) {
      return String.join("", hosts.stream().map(host -> HostWait.line(host) + "\n").toList());
    }
  }

  @Command(name = "drain", description = "Move all machines away and give the host no new ones.")
  static final class Drain extends Change {
    @Override
    String verb() {
      return "drain";
    }

    @Override
    HostView act(GridClient grid, String host) {
      return grid.drain(host);
    }

    @Override
    boolean reached(HostView host) {
      return host.machines().isEmpty();
    }
  }

  @Command(name = "undrain", description = "Let the host have machines again.")
  static final class Undrain extends Change {
    @Override
    String verb() {
      return "undrain";
    }

    @Override
    HostView act(GridClient grid, String host) {
      return grid.undrain(host);
    }

    @Override
    boolean reached(HostView host) {
      return !host.drained();
    }
  }
}
