package org.heddle.cli;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridClient;
import org.heddle.model.NodeSet;

/** Waits for hosts, and shows how it goes. */
final class HostWait {
  private final GridClient grid;
  private final Environment around;
  private final Duration timeout;

  HostWait(GridClient grid, Environment around, Duration timeout) {
    this.grid = grid;
    this.around = around;
    this.timeout = timeout;
  }

  List<HostView> until(Collection<String> names, Predicate<HostView> reached) {
    try (Progress progress = new Progress(around.err(), around.messages())) {
      Hosts hosts = new Hosts(names, reached, progress);
      new Patience(timeout, progress).until(hosts);
      return hosts.seen;
    }
  }

  private final class Hosts implements Patience.Look {
    private final Collection<String> names;
    private final Predicate<HostView> reached;
    private final Progress progress;
    private List<HostView> seen = List.of();

    Hosts(Collection<String> names, Predicate<HostView> reached, Progress progress) {
      this.names = names;
      this.reached = reached;
      this.progress = progress;
    }

    @Override
    public boolean reached() {
      List<HostView> before = seen;
      seen = HostCommand.named(grid, names);
      for (int i = 0; i < seen.size(); i++) {
        int had = before.isEmpty() ? -1 : before.get(i).machines().size();
        if (had != seen.get(i).machines().size()) {
          progress.line(line(seen.get(i)));
        }
      }
      progress.live(missing());
      return seen.stream().allMatch(reached);
    }

    @Override
    public String missing() {
      return String.join("; ", seen.stream().filter(reached.negate()).map(HostWait::line).toList());
    }
  }

  static String line(HostView host) {
    String machines = host.machines().isEmpty() ? "no machine" : NodeSet.fold(host.machines());
    return host.name() + ": " + host.state() + ", " + machines;
  }
}
