package org.heddle.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SequencedSet;
import org.heddle.api.GridApi.ContentView;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridClient;
import org.heddle.model.NodeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle host}. */
@Command(
    name = "host",
    description = "The hosts of the grid.",
    subcommands = {
      HostCommand.ListAll.class,
      HostCommand.Show.class,
      HostVerb.Drain.class,
      HostVerb.Undrain.class,
      HostCommand.Forget.class
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
          + Fields.of("content", content(host.content()))
          + Fields.of("machines", NodeSet.fold(host.machines()));
    }
  }

  private static String content(ContentView content) {
    String role = content.repositories().isEmpty() ? "" : "; repository of its site";
    String trouble = String.join("", content.trouble().values());
    return StatusCommand.content(content)
        + "; "
        + Human.bytes(content.storedBytes())
        + " stored"
        + role
        + (trouble.isEmpty() ? "" : "; " + trouble);
  }

  /** Answers at once: there is nothing to wait for. */
  @Command(
      name = "forget",
      description = {
        "Keep nothing for a lost host any more.",
        "Refused while it is on line, or while a sleeping vjob has its saved state there. Should it"
            + " come back, it joins like a new host."
      })
  static final class Forget extends GridCommand {
    @Parameters(
        paramLabel = "HOST",
        arity = "1..*",
        completionCandidates = Candidates.Hosts.class,
        description = "Names, or sets such as host[1-4].")
    List<String> hosts = List.of();

    @Option(names = "--dry-run", description = "Only show what would be done.")
    boolean dryRun;

    @Override
    ExitCode run(GridClient grid) {
      SequencedSet<String> names = names(hosts);
      if (dryRun) {
        List<PlanView> plans = each(names, name -> grid.planHost(name, "forget"));
        showAll(hosts, plans, () -> PlanText.of(plans, around().output()));
        return ExitCode.OK;
      }
      List<HostView> forgotten = each(names, grid::forget);
      showAll(
          hosts,
          forgotten,
          () ->
              String.join("", forgotten.stream().map(it -> it.name() + ": forgotten\n").toList()));
      return ExitCode.OK;
    }
  }
}
