package org.heddle.dist.store;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.heddle.cli.Environment;
import picocli.CommandLine.Command;

/** {@code heddle store}: its commands are classes of their own, which find this one as parent. */
@Command(
    name = "store",
    description = {
      "Keep files as chunks named by their content: what two files share is stored once.",
      "A store is a folder; several processes may use it at the same time."
    })
public final class StoreCommand {
  private final Environment around;

  public StoreCommand(Environment around) {
    this.around = around;
  }

  Environment around() {
    return around;
  }

  /** This command and its own by name: each is built only when it is called. */
  public static SequencedMap<String, Supplier<Object>> programs(Environment around) {
    SequencedMap<String, Supplier<Object>> programs = new LinkedHashMap<>();
    programs.put("store", () -> new StoreCommand(around));
    programs.put("store make", MakeCommand::new);
    programs.put("store extract", ExtractCommand::new);
    programs.put("store ls", LsCommand::new);
    programs.put("store stat", StatCommand::new);
    programs.put("store diff", DiffCommand::new);
    programs.put("store verify", VerifyCommand::new);
    programs.put("store gc", GcCommand::new);
    programs.put("store rm", RmCommand::new);
    programs.put("store push", PushCommand::new);
    programs.put("store pull", PullCommand::new);
    programs.put("store serve", ServeCommand::new);
    programs.put("store nbd", NbdCommand::new);
    programs.put("store gather", GroupCommand.Gather::new);
    programs.put("store scatter", GroupCommand.Scatter::new);
    programs.put("store key", KeyCommand::new);
    programs.put("store " + TrainingCommand.NAME, TrainingCommand::new);
    return programs;
  }
}
