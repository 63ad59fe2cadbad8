package org.heddle.dist.plan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.Violation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle plan check}: the checker alone. */
@Command(
    name = "check",
    description = {
      "Check a plan against its instance, with code that shares nothing with the search.",
      "Without PLAN, check that nothing has to be done. The exit code is 1 when a rule is broken."
    })
public final class CheckCommand extends FileCommand {
  /** More are counted only. */
  private static final int SHOWN = 50;

  @Parameters(
      index = "0",
      paramLabel = "INSTANCE",
      description = "Heddle's JSON or BtrPlace's, plain or gzip.")
  Path file = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "PLAN",
      arity = "0..1",
      description = "A plan as heddle plan solve -o json or -o btrplace prints it.")
  @Nullable Path plan;

  @Option(
      names = "--constraints",
      paramLabel = "FILE",
      description = "Further constraints, one a line.")
  @Nullable Path constraints;

  public CheckCommand(Environment around) {
    super(around);
  }

  @Override
  ExitCode run() throws IOException {
    SolveOptions options = new SolveOptions();
    options.file = file;
    options.constraints = constraints;
    LoadedInstance loaded = options.load();
    PlanFile.Read read =
        plan == null
            ? new PlanFile.Read(loaded.instance(), Schedule.EMPTY, List.of())
            : PlanFile.read(plan, loaded);
    List<Violation> violations =
        new ArrayList<>(InstanceChecker.check(read.instance(), read.schedule()));
    violations.addAll(read.violations());
    violations.stream().limit(SHOWN).forEach(violation -> around.out().println(violation));
    if (violations.size() > SHOWN) {
      around.out().println("and " + (violations.size() - SHOWN) + " more");
    }
    if (violations.isEmpty()) {
      around
          .out()
          .println(
              "right: "
                  + read.schedule().actions().size()
                  + " actions, end "
                  + Words.seconds(read.schedule().endMs())
                  + ", all "
                  + loaded.instance().constraints().size()
                  + " constraints held");
    }
    return violations.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }
}
