package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.heddle.api.AgentApi.ExecResponse;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command against a controller with canned answers: requests, errors, exit codes. */
final class HeddleCommandTest extends OnAFakeGrid {
  @ParameterizedTest
  @CsvSource({
    "vjob suspend slow, POST /v1/vjobs/slow/suspend",
    "vjob resume slow, POST /v1/vjobs/slow/resume",
    "vjob cancel slow, POST /v1/vjobs/slow/cancel",
    "host drain host1, POST /v1/hosts/host1/drain",
    "host undrain host1, POST /v1/hosts/host1/undrain",
    "host forget host1, POST /v1/hosts/host1/forget",
    "machine migrate a.farm --to host2, POST /v1/machines/a.farm/migrate"
  })
  void aDryRunAsksForThePlanAndChangesNothing(String line, String request) {
    grid.on(request + "?dryRun=true", Samples.plan());
    Run run = run(line + " --dry-run");
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("2 actions, moves or writes 1.5 GiB");
    assertThat(grid.asked())
        .hasSize(1)
        .allMatch(asked -> asked.startsWith(request + "?dryRun=true"));
    assertThat(run(line + " --dry-run -o json").out()).startsWith("{").contains("\"cost\" : 1536");
  }

  @Test
  void aVerbForSeveralGoesOnAfterAFailureAndEndsWithItsCode() {
    grid.on("POST /v1/vjobs/f1/suspend", Samples.vjob("f1", "suspending"));
    grid.refuse(
        "POST /v1/vjobs/f2/suspend", new Problem("conflict", "", 409, "vjob 'f2' has ended", ""));
    grid.on("POST /v1/vjobs/f3/suspend", Samples.vjob("f3", "suspending"));
    Run run = run("vjob suspend f[1-3]");
    assertThat(run.code()).isEqualTo(4);
    assertThat(run.out()).isEqualTo("f1: suspending\nf3: suspending\n");
    assertThat(run.err()).isEqualTo("heddle: vjob 'f2' has ended\n");
  }

  @Test
  void hostsAreForgottenAndWhatIsRefusedIsSaid() {
    grid.on("POST /v1/hosts/host1/forget", Samples.host(1, List.of()));
    grid.refuse(
        "POST /v1/hosts/host2/forget", new Problem("conflict", "", 409, "host2 is on line", ""));
    Run run = run("host forget host[1-2]");
    assertThat(run).isEqualTo(new Run(4, "host1: forgotten\n", "heddle: host2 is on line\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "failed,500,1",
    "invalid,400,2",
    "not-found,404,3",
    "conflict,409,4",
    "denied,403,5",
    "infeasible,422,6",
    "timed-out,504,7",
    "unreachable,502,8",
    "a-newer-one,500,1"
  })
  void theProblemDecidesTheExitCode(String type, int status, int code) {
    grid.refuse("GET /v1/plan", new Problem(type, "Title", status, "what and\nwhy", ""));
    Run run = run("plan show");
    assertThat(run.code()).isEqualTo(code);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo("heddle: what and; why\n");
    Run json = run("plan show -o json");
    assertThat(json.code()).isEqualTo(code);
    assertThat(Json.read(json.err(), Problem.class).type()).isEqualTo(type);
  }

  @Test
  void aWrongTokenIsDenied() {
    Run run =
        Run.with("", Map.of("HEDDLE_URL", grid.url(), "HEDDLE_TOKEN", "wrong"), "vjob", "list");
    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).isEqualTo("heddle: the token is not the grid's\n");
  }

  @Test
  void aControllerThatIsNotThereIsUnreachable() {
    grid.close();
    Run run = run("status");
    assertThat(run.code()).isEqualTo(8);
    assertThat(run.err()).startsWith("heddle: ").contains(grid.url()).hasLineCount(1);
  }

  @Test
  void withoutAGridItSaysWhatToDo() {
    Run run = Run.with("", Map.of(), "status");
    assertThat(run.code()).isEqualTo(8);
    assertThat(run.err())
        .isEqualTo("heddle: no grid here: start one with 'heddle up' or name one with --grid\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "status --nonsense",
        "vjob",
        "vjob nonsense",
        "vjob show",
        "submit",
        "vjob suspend a --timeout soon",
        "vjob show a[1",
        "machine migrate a.b",
        "vjob wait a --for x",
        "status -o xml",
        "completion fish"
      })
  void aWrongCommandLineIsOneLineAndCode2(String line) {
    Run run = run(line);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: ").hasLineCount(1);
    assertThat(grid.asked()).isEmpty();
    Run json = Run.on(grid, (line + " -o json").split(" ", -1));
    if (!line.contains("-o xml")) {
      assertThat(Json.read(json.err(), Problem.class).type()).isEqualTo("invalid");
    }
  }

  @Test
  void aSlipOfTheHandGetsAHint() {
    assertThat(run("statsu").err()).contains("did you mean").contains("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "status --help", "vjob --help", "vjob suspend -h", "help vjob"})
  void helpEndsWithTheExitCodes(String line) {
    Run run = run(line);
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Usage: heddle").contains("Exit codes:");
    assertThat(run.out()).doesNotContain("__").doesNotContain("@");
  }

  @Test
  void theVersionIsTheBuilds() {
    assertThat(run("version").out()).matches("heddle \\d+\\.\\d+\\.\\d+.*\n");
    assertThat(run("--version").out()).isEqualTo(run("version").out());
  }

  @Test
  void execHandsOnOutputErrorsAndExitCode() {
    grid.on("POST /v1/machines/node1.slow/exec", new ExecResponse(3, "out\n", "err\n", false));
    Run run = run("machine exec node1.slow -- ls -l --color");
    assertThat(run).isEqualTo(new Run(3, "out\n", "err\n"));
    assertThat(grid.asked().getFirst()).contains("[\"ls\",\"-l\",\"--color\"]");
  }

  @Test
  void execInSeveralNamesTheMachineOfEachLine() {
    grid.on("POST /v1/machines/n1.v/exec", new ExecResponse(0, "a\nb", "", false));
    grid.on("POST /v1/machines/n2.v/exec", new ExecResponse(0, "c\n", "d\n", false));
    assertThat(run("machine exec n[1-2].v -- x"))
        .isEqualTo(new Run(0, "n1.v: a\nn1.v: b\nn2.v: c\n", "n2.v: d\n"));
  }

  @Test
  void aConsoleThatNobodyLooksAtIsPrinted() {
    grid.text("GET /v1/machines/node1.slow/console?from=0&follow=false", "booting\nlogin: ");
    assertThat(run("machine console node1.slow").out()).isEqualTo("booting\nlogin: ");
  }

  @Test
  void theConnectionComesFromTheStateFolder(@TempDir Path state) throws IOException {
    grid.on("GET /v1/hosts", List.of());
    Path file = state.resolve("client.json");
    Files.writeString(
        file, "{\"url\":\"" + grid.url() + "\",\"token\":\"" + FakeGrid.TOKEN + "\"}");
    assertThat(Run.with("", Map.of(), "host", "list", "--state", state.toString()).code()).isZero();
    assertThat(Run.with("", Map.of(), "host", "list", "--grid", grid.url()).code()).isEqualTo(2);
    Map<String, String> variable = Map.of("HEDDLE_STATE", state.toString());
    assertThat(Run.with("", variable, "host", "list").code()).isZero();
    assertThat(Run.with("", variable, "host", "list", "--grid", grid.url()).code()).isZero();
    Files.writeString(file, "{}");
    assertThat(Run.with("", variable, "host", "list").code()).isEqualTo(2);
  }

  @Test
  void theConnectionComesFromTheUsersFolderAtLast(@TempDir Path home) throws IOException {
    grid.on("GET /v1/hosts", List.of());
    Path folder = Files.createDirectories(home.resolve(".config/heddle"));
    Files.writeString(
        folder.resolve("client.json"),
        "{\"url\":\"" + grid.url() + "\",\"token\":\"" + FakeGrid.TOKEN + "\"}");
    Run run = Run.with(Terminal.NONE, home, "", Map.of(), "host", "list");
    assertThat(run.code()).isZero();
  }

  @Test
  void theTrainingRunsInSilence() {
    assertThat(run(TrainingCommand.NAME)).isEqualTo(new Run(0, "", ""));
  }
}
