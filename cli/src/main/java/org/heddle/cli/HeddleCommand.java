package org.heddle.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The root of all commands. Programs add theirs by {@link #commandLine}; only the command that is
 * called is built, since reading the annotations of all of them would take longer than most
 * commands run.
 */
@Command(
    name = "heddle",
    description = "Runs virtual clusters on a grid of Linux machines.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = VersionCommand.Provider.class)
public final class HeddleCommand {
  private static final String HELP = "help";

  @CommandLine.Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version.")
  boolean versionAsked;

  @Mixin GridOptions options = new GridOptions();

  final Environment around;
  private final SequencedMap<String, Supplier<Object>> extra;

  private HeddleCommand(Environment around, SequencedMap<String, Supplier<Object>> extra) {
    this.around = around;
    this.extra = extra;
  }

  /** The command line with all commands. */
  CommandLine whole() {
    return commandLine(around, extra);
  }

  /**
   * Runs a command line.
   *
   * @param extra further commands by name: objects annotated for picocli; a name of two words is a
   *     command of the one that the first word names
   * @return the exit code
   */
  public static int run(
      Environment around, SequencedMap<String, Supplier<Object>> extra, String... arguments) {
    return commandLine(around, extra, arguments).execute(arguments);
  }

  /** The command line for these arguments, with all commands unless the first names one of them. */
  public static CommandLine commandLine(
      Environment around, SequencedMap<String, Supplier<Object>> extra, String... arguments) {
    HeddleCommand root = new HeddleCommand(around, extra);
    CommandLine line = new CommandLine(root);
    SequencedMap<String, Supplier<Object>> all = new LinkedHashMap<>(extra);
    all.putAll(own());
    boolean help = arguments.length == 0 || arguments[0].equals(HELP);
    Supplier<Object> called = help ? null : all.get(arguments[0]);
    if (called == null) {
      all.forEach((name, command) -> {
        if (name.indexOf(' ') < 0) {
          line.addSubcommand(name, command.get());
        }
      });
    } else {
      line.addSubcommand(arguments[0], called.get());
    }
    addNested(line, extra, arguments.length < 2 ? "" : arguments[0] + " " + arguments[1]);
    finish(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(writer(around.out()));
    line.setErr(writer(around.err()));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            around.output().colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    Failures failures = new Failures(root);
    line.setParameterExceptionHandler(failures);
    line.setExecutionExceptionHandler(failures);
    return line;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, stream.charset()), true);
  }

  private static Map<String, Supplier<Object>> own() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("status", StatusCommand::new);
    commands.put("submit", SubmitCommand::new);
    commands.put("vjob", VjobCommand::new);
    commands.put("machine", MachineCommand::new);
    commands.put("host", HostCommand::new);
    commands.put("constraint", ConstraintCommand::new);
    commands.put("plan", PlanCommand::new);
    commands.put("switch", SwitchCommand::new);
    commands.put("events", EventsCommand::new);
    commands.put("completion", CompletionCommand::new);
    commands.put("version", VersionCommand::new);
    commands.put(HELP, HelpCommand::new);
    commands.put(NamesCommand.NAME, NamesCommand::new);
    commands.put(TrainingCommand.NAME, TrainingCommand::new);
    return commands;
  }

  /**
   * Extra commands named {@code "plan solve"} become commands of the command {@code plan}.
   *
   * @param called only this one, if it is one of them
   */
  private static void addNested(
      CommandLine line, Map<String, Supplier<Object>> extra, String called) {
    extra.forEach((name, command) -> {
      int space = name.indexOf(' ');
      CommandLine parent = space < 0 ? null : line.getSubcommands().get(name.substring(0, space));
      if (parent != null && (name.equals(called) || !extra.containsKey(called))) {
        parent.addSubcommand(name.substring(space + 1), command.get());
      }
    });
  }

  /** What every command has: --help, and the exit codes below its help. */
  private static void finish(CommandLine line) {
    boolean isHelp = line.getCommandSpec().userObject() instanceof HelpCommand;
    if (!isHelp && line.getCommandSpec().findOption("--help") == null) {
      line.getCommandSpec()
          .addOption(
              CommandLine.Model.OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .type(boolean.class)
                  .description("Show this help.")
                  .build());
    }
    UsageMessageSpec usage = line.getCommandSpec().usageMessage();
    usage.abbreviateSynopsis(true).sortOptions(false);
    if (usage.exitCodeList().isEmpty() && !isHelp) {
      usage.exitCodeListHeading("%nExit codes:%n").exitCodeList(exitCodes());
    }
    line.getSubcommands().values().forEach(HeddleCommand::finish);
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(Integer.toString(code.number()), code.meaning());
    }
    return codes;
  }
}
