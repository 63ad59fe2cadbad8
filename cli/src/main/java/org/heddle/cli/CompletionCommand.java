package org.heddle.cli;

import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heddle completion}: picocli's script, with names that are asked of the grid. */
@Command(
    name = "completion",
    description = {
      "Print the script that completes commands, options and names.",
      "  bash: source <(heddle completion bash)",
      "  zsh:  source <(heddle completion zsh)"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells that picocli's script is for. */
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
  @Nullable Shell shell;

  @Override
  public Integer call() {
    var root = (HeddleCommand) Objects.requireNonNull(spec).root().userObject();
    String start =
        shell == Shell.ZSH
            ? "autoload -Uz compinit bashcompinit && compinit -u && bashcompinit\n"
            : "";
    root.around.out().print(start + script(root));
    root.around.out().flush();
    return ExitCode.OK.number();
  }

  private static String script(HeddleCommand root) {
    String script = AutoComplete.bash("heddle", root.whole());
    // The word typed for the command itself, so that ./heddle asks ./heddle; in the place of one
    // quoted word, so that the shell splits the answer.
    return script.replaceAll(
        "\"" + Candidates.MARK + "([a-z]+)" + Candidates.MARK + "\"",
        "\\$(\"\\${COMP_WORDS[0]}\" " + NamesCommand.NAME + " $1 2>/dev/null)");
  }
}
