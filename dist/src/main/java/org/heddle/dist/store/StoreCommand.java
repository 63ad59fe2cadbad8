package org.heddle.dist.store;

import org.heddle.cli.Environment;
import picocli.CommandLine.Command;

/** {@code heddle store}: its commands are classes of their own, which find this one as parent. */
@Command(
    name = "store",
    description = {
      "Keep files as chunks named by their content: what two files share is stored once.",
      "A store is a folder; several processes may use it at the same time."
    },
    subcommands = {
      MakeCommand.class,
      ExtractCommand.class,
      LsCommand.class,
      StatCommand.class,
      DiffCommand.class,
      VerifyCommand.class,
      GcCommand.class,
      RmCommand.class,
      PushCommand.class,
      PullCommand.class,
      ServeCommand.class,
      NbdCommand.class,
      GroupCommand.Gather.class,
      GroupCommand.Scatter.class
    })
public final class StoreCommand {
  private final Environment around;

  public StoreCommand(Environment around) {
    this.around = around;
  }

  Environment around() {
    return around;
  }
}
