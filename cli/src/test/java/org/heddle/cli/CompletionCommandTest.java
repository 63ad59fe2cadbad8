package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompletionCommandTest {
  @TempDir Path folder;

  private String bash(String... arguments) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(arguments).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private Path script(String shell) throws IOException {
    Run run = Run.with("", Map.of(), "completion", shell);
    assertThat(run.code()).isZero();
    return Files.writeString(folder.resolve("heddle-completion"), run.out());
  }

  @Test
  void theScriptsAreValid() throws Exception {
    assertThat(bash("bash", "-n", script("bash").toString())).isEmpty();
    assertThat(bash("bash", "-n", script("zsh").toString())).isEmpty();
  }

  /** With a {@code heddle} that knows the names of a grid. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "heddle vj                        | vjob",
        "heddle vjob s                    | show,suspend",
        "heddle vjob show mr              | mrbayes",
        "heddle host drain ho             | host1,host2",
        "heddle constraint r              | rm",
        "heddle constraint rm c           | c1,c12",
        "heddle machine migrate a.b --to host1 | host1",
        "heddle status --gr               | --grid",
        "heddle status -o j               | json",
        "heddle vjob wait x --for sl      | sleeping",
      })
  void wordsAreCompleted(String line, String words) throws Exception {
    Path fake = folder.resolve("heddle");
    Files.writeString(
        fake,
        """
        #!/bin/sh
        case "$2" in
        vjobs) printf 'mrbayes\\nfarm\\n' ;;
        hosts) printf 'host1\\nhost2\\n' ;;
        constraints) printf 'c1\\nc12\\n' ;;
        esac
        """);
    assertThat(fake.toFile().setExecutable(true)).isTrue();
    String complete =
        """
        PATH=%s:$PATH
        compopt() { :; }
        source %s
        COMP_WORDS=(%s)
        COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
        COMP_LINE="%s"
        COMP_POINT=${#COMP_LINE}
        _complete_heddle
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(folder, script("bash"), line, line);
    String output = bash("bash", "-c", complete);
    List<String> found = output.lines().map(String::strip).sorted().toList();
    assertThat(found).containsExactly(words.split(",", -1));
  }
}
