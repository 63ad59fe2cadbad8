package org.heddle.cli;

import java.util.Arrays;
import java.util.List;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever a command throws into one line and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final HeddleCommand root;

  Failures(HeddleCommand root) {
    this.root = root;
  }

  @Override
  public int handleParseException(ParameterException refused, String[] arguments) {
    String command = refused.getCommandLine().getCommandSpec().qualifiedName();
    String text = refused.getMessage() + suggestion(refused) + "; see '" + command + " --help'";
    Problem problem = new Problem("invalid", "Wrong command line", 400, text, "");
    return report(format(arguments), problem, text).number();
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
    if (!root.around.variable("HEDDLE_DEBUG").isEmpty()) {
      failure.printStackTrace(root.around.err());
    }
    Format format = format(parsed.originalArgs().toArray(new String[0]));
    if (failure instanceof GridException known) {
      return report(format, known.problem(), ErrorReport.text(known)).number();
    }
    String text =
        "this should not happen: "
            + failure
            + "; please report it, with the output that HEDDLE_DEBUG=1 gives";
    return report(format, new Problem("failed", "Internal error", 500, text, ""), text).number();
  }

  private ExitCode report(Format format, Problem problem, String text) {
    return new ErrorReport(root.around.err(), format).report(problem, text);
  }

  private static String suggestion(ParameterException refused) {
    if (refused instanceof UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      return near.isEmpty() ? "" : " (did you mean '" + near.getFirst() + "'?)";
    }
    return "";
  }

  /** The command line may not have been understood, so it is searched as text. */
  private static Format format(String[] arguments) {
    for (int i = 0; i < arguments.length && !arguments[i].equals("--"); i++) {
      String next = i + 1 < arguments.length ? arguments[i + 1] : "";
      boolean apart = arguments[i].equals("-o") || arguments[i].equals("--output");
      if ((apart && next.equalsIgnoreCase("json"))
          || Arrays.asList("-ojson", "-o=json", "--output=json").contains(arguments[i])) {
        return Format.JSON;
      }
    }
    return Format.TABLE;
  }
}
