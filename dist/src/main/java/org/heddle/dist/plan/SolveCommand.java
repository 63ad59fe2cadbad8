package org.heddle.dist.plan;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.search.Goal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** {@code heddle plan solve}. */
@Command(
    name = "solve",
    description = {
      "Find a plan for an instance: where every machine goes, and in which order.",
      "Without a plan, the exit code is 6 and the reasons are said."
    })
public final class SolveCommand extends FileCommand {
  @Mixin SolveOptions options = new SolveOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  PlanFormat format = PlanFormat.TABLE;

  public SolveCommand(Environment around) {
    super(around);
  }

  @Override
  ExitCode run() throws IOException {
    LoadedInstance loaded = options.load();
    PlanSolver.Task task =
        new PlanSolver.Task(
            options.goals(),
            options.time(),
            options.steps(),
            options.seed,
            options.orderLimits(loaded));
    return interruptibly(interrupted -> {
      Solution solution =
          new PlanSolver(System::nanoTime, interrupted::get).solve(loaded.instance(), task);
      print(loaded, solution, task.goals().getFirst());
      return solution instanceof Solution.Plan ? ExitCode.OK : ExitCode.INFEASIBLE;
    });
  }

  private void print(LoadedInstance loaded, Solution solution, Goal goal) {
    if (format == PlanFormat.JSON) {
      new SolutionJson(loaded, generator(around.out())).write(solution, goal);
      return;
    }
    switch (solution) {
      case Solution.None none -> say(none, around.err());
      case Solution.Plan plan -> plan(loaded, plan, goal);
    }
    around.out().flush();
  }

  /** Why there is no plan, in words. */
  static void say(Solution.None none, PrintStream out) {
    out.println(
        none.certain()
            ? "there is no plan"
            : "no plan was found; there may be one, with more time");
    none.reasons().forEach(reason -> out.println("- " + reason));
  }

  private void plan(LoadedInstance loaded, Solution.Plan plan, Goal goal) {
    Schedule schedule = plan.schedule();
    switch (format) {
      case TABLE -> text(new SolutionText(loaded, goal).of(plan, around.output()));
      case DOT -> text(PlanDot.of(loaded.instance(), schedule));
      case SVG -> text(PlanSvg.of(loaded.instance(), schedule));
      case BTRPLACE -> new BtrPlacePlanWriter(loaded, generator(around.out())).write(schedule);
      case JSON -> throw new IllegalStateException("written before");
    }
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    around.out().write(bytes, 0, bytes.length);
  }

  /** Writes to the stream, which stays open. */
  static JsonGenerator generator(PrintStream out) {
    return new JsonFactory().createGenerator(ObjectWriteContext.empty(), out);
  }
}
