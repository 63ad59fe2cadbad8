package org.heddle.dist.plan;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.search.Explanation;
import org.heddle.planner.search.Explanations;
import org.heddle.planner.search.Goal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code heddle plan explain}. */
@Command(
    name = "explain",
    description = {
      "Why each machine of a plan goes where it goes, what it would cost to keep it, and how many"
          + " hosts could not take it, by cause.",
      "Then pin or forbid by hand: --pin vm3=host1, --forbid vm3=host2; so with plan solve."
    })
public final class ExplainCommand extends FileCommand {
  @Mixin SolveOptions options = new SolveOptions();

  @Option(
      names = "--machine",
      paramLabel = "NAMES",
      description = "Only of these machines, such as vm[1-3]; of all that move otherwise.")
  @Nullable String machines;

  public ExplainCommand(Environment around) {
    super(around);
  }

  @Override
  ExitCode run() throws IOException {
    LoadedInstance loaded = options.load();
    Instance instance = loaded.instance();
    Indices asked =
        machines == null ? Indices.NONE : SolveOptions.machines(instance, "--machine", machines);
    PlanSolver.Task task =
        new PlanSolver.Task(
            options.goals(),
            options.time(),
            options.steps(),
            options.seed,
            options.orderLimits(loaded));
    Solution solution =
        interruptibly(interrupted ->
            new PlanSolver(System::nanoTime, interrupted::get).solve(instance, task));
    return switch (solution) {
      case Solution.None none -> {
        SolveCommand.say(none, around.err());
        yield ExitCode.INFEASIBLE;
      }
      case Solution.Plan plan -> {
        explain(loaded, plan, asked);
        yield ExitCode.OK;
      }
    };
  }

  private void explain(LoadedInstance loaded, Solution.Plan plan, Indices asked) {
    Instance instance = loaded.instance();
    Arrangement end = plan.found().arrangement();
    OrderLimits order = options.orderLimits(loaded);
    List<Explanation> all =
        asked.isEmpty()
            ? Explanations.all(instance, end, options.goals(), order)
            : asked.stream()
                .filter(m -> instance.wanted(m) == MachineState.RUNNING)
                .mapToObj(m -> Explanations.of(instance, end, options.goals(), order, m))
                .toList();
    if (all.isEmpty()) {
      around.out().println(asked.isEmpty() ? "no machine moves" : "none of these runs in the end");
    }
    Goal counted =
        options.goals().stream().filter(Goal::isSum).findFirst().orElse(Goal.MOVED_MEMORY);
    String unit = SolveOptions.word(counted);
    for (Explanation one : all) {
      boolean opens =
          options.goals().contains(Goal.HOSTS_USED)
              && one.from() >= 0
              && IntStream.range(0, instance.machines()).noneMatch(m -> end.host(m) == one.from());
      String also = opens ? ", and " + instance.hostName(one.from()) + " is used again" : "";
      around.out().print(text(instance, one, unit + also));
    }
    around.out().flush();
  }

  private static String text(Instance instance, Explanation e, String unit) {
    String from = e.from() < 0 ? "" : " from " + instance.hostName(e.from());
    boolean stays = e.from() == e.to();
    return instance.machineName(e.machine())
        + (stays ? " stays on " : from + " to ")
        + instance.hostName(e.to())
        + "\n  why: "
        + String.join("; ", e.reasons())
        + (stays || e.from() < 0 ? "" : "\n  to keep it: " + pinned(instance, e, unit))
        + (e.rejected().isEmpty()
            ? ""
            : e.rejected().stream()
                .collect(Collectors.joining("\n            ", "\n  rejected: ", "")))
        + "\n";
  }

  private static String pinned(Instance instance, Explanation e, String unit) {
    return e.pinned() < 0
        ? "not possible, or nothing was found around it"
        : "costs at most "
            + e.pinned()
            + " more of "
            + unit
            + ": --pin "
            + instance.machineName(e.machine())
            + "="
            + instance.hostName(e.from());
  }
}
