package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.cli.Format;
import org.heddle.store.schedule.Forecast;
import org.heddle.store.schedule.Move;
import org.heddle.store.schedule.Plans;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.Traffic;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What {@code heddle store gather} and {@code scatter} have in common. */
abstract sealed class GroupCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin NetworkOptions network = new NetworkOptions();

  @Parameters(index = "0", paramLabel = "GROUP", description = "The group's file, JSON.")
  Path file = Path.of("");

  @Option(names = "--dry-run", description = "Only show the schedule and its forecast.")
  boolean dry;

  @Option(
      names = "--way",
      paramLabel = "NAME",
      description = "Not the best schedule, but the one whose name begins so, such as naive.")
  @Nullable String way;

  @Option(
      names = "--heddle",
      paramLabel = "COMMAND",
      defaultValue = "heddle",
      description = "What starts heddle on the hosts. Default: ${DEFAULT-VALUE}.")
  String heddle = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "Print as ${COMPLETION-CANDIDATES}; errors too.")
  Format format = Format.TABLE;

  abstract Plans plans(GroupFile group) throws IOException;

  abstract List<List<String>> commands(GroupFile group, Move move);

  @Override
  public Integer call() throws InterruptedException {
    Environment around = Objects.requireNonNull(parent).around();
    try {
      GroupFile group = GroupFile.read(file);
      Plans plans = chosen(plans(group));
      if (dry) {
        around.print(format, ScheduleText.shown(plans), () -> ScheduleText.table(plans));
        return 0;
      }
      return carryOut(around, group, plans);
    } catch (IOException failure) {
      throw Work.failure(failure);
    }
  }

  private Plans chosen(Plans plans) {
    if (way == null) {
      return plans;
    }
    Forecast wanted =
        plans.ranked().stream()
            .filter(forecast -> forecast.schedule().name().startsWith(way))
            .findFirst()
            .orElseThrow(() -> Failure.invalid("--way " + way + ": see --dry-run for the ways"));
    List<Forecast> ranked = new ArrayList<>(plans.ranked());
    ranked.remove(wanted);
    ranked.addFirst(wanted);
    return new Plans(ranked, plans.naive());
  }

  /** What was forecast, and what came. */
  record Done(String way, double forecastSeconds, double seconds, Map<String, Double> release) {}

  private int carryOut(Environment around, GroupFile group, Plans plans)
      throws InterruptedException {
    Forecast best = plans.best();
    ScheduleRun run = new ScheduleRun(best.schedule(), move -> commands(group, move));
    run.run();
    run.failures().forEach((move, why) -> around.err().println("move " + move + ": " + why));
    Map<String, Double> release = new java.util.TreeMap<>();
    double all = 0;
    for (Move move : best.schedule().moves()) {
      release.merge(released(move), run.seconds(move.number()), Math::max);
      all = Math.max(all, run.seconds(move.number()));
    }
    Done done = new Done(best.schedule().name(), best.total(), all, release);
    double mean = release.values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
    around.print(
        format,
        done,
        () ->
            String.format(
                java.util.Locale.ROOT,
                "%s: %d moves in %.1f s (forecast %.1f), hosts free after %.1f s on average"
                    + " (forecast %.1f)%n",
                done.way(),
                best.schedule().moves().size(),
                done.seconds(),
                done.forecastSeconds(),
                mean,
                best.mean()));
    return run.failures().isEmpty() ? 0 : 1;
  }

  abstract String released(Move move);

  /** A command of the store, where the node is. */
  List<String> on(GroupFile.Node node, List<String> words) {
    List<String> command = new ArrayList<>(List.of(heddle.strip().split("\\s+")));
    command.add("store");
    command.addAll(words);
    command.addAll(
        List.of(
            "--store",
            node.store()
                .orElseThrow(
                    () -> Failure.invalid("host " + node.name() + " has no store's folder"))));
    if (network.tokenFile != null) {
      command.addAll(List.of("--token-file", network.tokenFile.toString()));
    }
    return ScheduleRun.in(node.run().orElse(List.of()), command);
  }

  /** Asks a served store. */
  long size(GroupFile.Node node, String index) throws IOException {
    Environment around = Objects.requireNonNull(parent).around();
    try (RemoteStore store =
        RemoteStore.reading(Address.parse(node.url()), network.connect(around), new Traffic())) {
      return store.info(index).dataBytes();
    }
  }

  /** {@code heddle store gather}. */
  @Command(
      name = "gather",
      description = {
        "Bring what each host of a group has to one repository, so that the hosts are free soon and"
            + " its link is well used; the best of several schedules is chosen by their forecasts.",
        "Each host's store is served, and takes pushes ('heddle store serve')."
      })
  static final class Gather extends GroupCommand {
    @Override
    Plans plans(GroupFile group) throws IOException {
      return new org.heddle.store.schedule.Gather(
              group.network(), group.gathered(this::size), group.holds(), group.repository().name())
          .plans();
    }

    @Override
    String released(Move move) {
      return move.from();
    }

    /** The sender pushes; what was only passed through is then forgotten there. */
    @Override
    List<List<String>> commands(GroupFile group, Move move) {
      GroupFile.Node from = group.node(move.from());
      GroupFile.Node to = group.node(move.to());
      List<List<String>> commands = new ArrayList<>();
      List<String> through = new ArrayList<>();
      for (String item : move.items()) {
        commands.add(on(from, List.of("push", item, to.url())));
        if (!from.index().equals(Optional.of(item))) {
          through.add(item);
        }
      }
      if (!through.isEmpty()) {
        List<String> forget = new ArrayList<>(List.of("rm"));
        forget.addAll(through);
        List<String> command = new ArrayList<>(forget);
        commands.add(withoutToken(on(from, command)));
      }
      return commands;
    }

    /** It talks to nobody. */
    private List<String> withoutToken(List<String> command) {
      List<String> rest = new ArrayList<>(command);
      int at = rest.indexOf("--token-file");
      if (at >= 0) {
        rest.subList(at, at + 2).clear();
      }
      return rest;
    }
  }

  /** {@code heddle store scatter}. */
  @Command(
      name = "scatter",
      description = {
        "Bring one index of a repository to all hosts of a group, one copy to each site; the best"
            + " of several schedules is chosen by their forecasts.",
        "The repository's store and each host's are served ('heddle store serve')."
      })
  static final class Scatter extends GroupCommand {
    @Override
    Plans plans(GroupFile group) throws IOException {
      return new org.heddle.store.schedule.Scatter(
              group.network(),
              group.scattered(this::size),
              group.repository().name(),
              group.hosts().stream().map(GroupFile.Node::name).toList())
          .plans();
    }

    @Override
    String released(Move move) {
      return move.to();
    }

    @Override
    List<List<String>> commands(GroupFile group, Move move) {
      GroupFile.Node from = group.node(move.from());
      GroupFile.Node to = group.node(move.to());
      String item = move.items().getFirst();
      if (move.behind().isPresent()) {
        String origin = group.repository().url() + "/" + item;
        return List.of(on(to, List.of("pull", origin, "--behind", from.url())));
      }
      return List.of(on(to, List.of("pull", from.url() + "/" + item, "--me", to.url())));
    }
  }
}
