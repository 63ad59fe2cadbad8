package org.heddle.cli;

import java.util.List;
import java.util.SequencedSet;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A verb of {@code heddle host} that changes something. */
abstract class HostVerb extends GridCommand {
  @Parameters(
      paramLabel = "HOST",
      arity = "1..*",
      completionCandidates = Candidates.Hosts.class,
      description = "Names, or sets such as host[1-4].")
  List<String> hosts = List.of();

  @Mixin ChangeOptions change = new ChangeOptions();

  private final String verb;
  private final BiFunction<GridClient, String, HostView> act;
  private final Predicate<HostView> reached;

  /**
   * @param reached whether all has happened that the verb leads to
   */
  HostVerb(String verb, BiFunction<GridClient, String, HostView> act, Predicate<HostView> reached) {
    this.verb = verb;
    this.act = act;
    this.reached = reached;
  }

  @Override
  final ExitCode run(GridClient grid) {
    SequencedSet<String> names = names(hosts);
    if (change.dryRun) {
      List<PlanView> plans = each(names, name -> grid.planHost(name, verb));
      showAll(hosts, plans, () -> PlanText.of(plans, around().output()));
      return ExitCode.OK;
    }
    List<HostView> changed = each(names, name -> act.apply(grid, name));
    if (change.waits() && !changed.isEmpty()) {
      List<String> begun = changed.stream().map(HostView::name).toList();
      List<HostView> last = new HostWait(grid, around(), change.timeout).until(begun, reached);
      showAll(hosts, last, () -> "");
    } else {
      showAll(hosts, changed, () -> lines(changed));
    }
    return ExitCode.OK;
  }

  private static String lines(List<HostView> hosts) {
    return String.join("", hosts.stream().map(host -> HostWait.line(host) + "\n").toList());
  }

  @Command(name = "drain", description = "Move all machines away and give the host no new ones.")
  static final class Drain extends HostVerb {
    Drain() {
      super("drain", GridClient::drain, host -> host.machines().isEmpty());
    }
  }

  @Command(name = "undrain", description = "Let the host have machines again.")
  static final class Undrain extends HostVerb {
    Undrain() {
      super("undrain", GridClient::undrain, host -> !host.drained());
    }
  }
}
