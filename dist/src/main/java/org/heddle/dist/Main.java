package org.heddle.dist;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.heddle.cli.Environment;
import org.heddle.cli.HeddleCommand;
import org.heddle.dist.bench.BenchCommand;
import org.heddle.dist.demo.DemoCommand;
import org.heddle.dist.farm.FarmCommand;
import org.heddle.dist.farm.FarmTraining;
import org.heddle.dist.plan.CheckCommand;
import org.heddle.dist.plan.ExplainCommand;
import org.heddle.dist.plan.FuzzCommand;
import org.heddle.dist.plan.PlanTraining;
import org.heddle.dist.plan.SolveCommand;
import org.heddle.dist.store.StoreCommand;

/** The {@code heddle} program: the commands of a user, and the programs of the grid. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Environment around = Environment.ofProcess();
    System.exit(HeddleCommand.run(around, programs(around), arguments));
  }

  /** What this program can do beside the commands that talk to a controller. */
  static SequencedMap<String, Supplier<Object>> programs(Environment around) {
    SequencedMap<String, Supplier<Object>> programs = new LinkedHashMap<>();
    programs.put("up", () -> new UpCommand(around));
    programs.put("down", () -> new DownCommand(around));
    programs.put("demo", () -> new DemoCommand(around, Main.class.getName()));
    programs.put("bench", () -> new BenchCommand(around, Main.class.getName()));
    programs.put("plan solve", () -> new SolveCommand(around));
    programs.put("plan check", () -> new CheckCommand(around));
    programs.put("plan explain", () -> new ExplainCommand(around));
    programs.put("plan fuzz", () -> new FuzzCommand(around));
    programs.put("__train plan", () -> new PlanTraining(Main::programs));
    programs.put("__train farm", () -> new FarmTraining(Main::programs));
    programs.put("simulate", () -> new SimulateCommand(around));
    programs.putAll(StoreCommand.programs(around));
    programs.put("farm", () -> new FarmCommand(around));
    programs.put("controller", () -> new ControllerCommand(around));
    programs.put("agent", () -> new AgentCommand(around));
    return programs;
  }
}
