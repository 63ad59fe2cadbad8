package org.heddle.dist.farm;

import org.heddle.cli.Environment;
import picocli.CommandLine.Command;

/** {@code heddle farm}: its commands are classes of their own, which find this one as parent. */
@Command(
    name = "farm",
    description = {
      "Build images from recipes, in stages that are kept and shared.",
      "A farm is a folder; several processes may use it at the same time. Building needs root."
    },
    subcommands = {
      BuildCommand.class,
      CheckCommand.class,
      ListCommand.class,
      ShowCommand.class,
      WhyCommand.class,
      LogCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      InstallCommand.class,
      RmCommand.class,
      GcCommand.class
    })
public final class FarmCommand {
  private final Environment around;

  public FarmCommand(Environment around) {
    this.around = around;
  }

  Environment around() {
    return around;
  }
}
