package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.api.AgentApi.ExecResponse;
import org.heddle.api.GridApi.GridStatus;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command against a controller with canned answers. */
final class HeddleCommandTest {
  private FakeGrid grid;

  @BeforeEach
  void start() throws IOException {
    grid = new FakeGrid();
  }

  @AfterEach
  void stop() {
    grid.close();
  }

  private Run run(String line) {
    return Run.on(grid, line.split(" ", -1));
  }

  @Test
  void statusIsOnePage() {
    grid.on("GET /v1/status", Samples.status());
    Run run = run("status");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            grid    version 0.1.0, up 1 h 2 min
            state   switching
            hosts   3 of 4 online
            vjobs   2 running, 1 sleeping
            cores   █████████████░░░░░░░  5 of 8
            memory  ██████░░░░░░░░░░░░░░  2.5 of 8 GiB
            disk    ███░░░░░░░░░░░░░░░░░  10 of 80 GiB
            switch  #8 ███████░░░░░░░░░░░░░ 1 of 3 actions, host2 is drained
            """);
  }

  @Test
  void jsonIsTheApisOwn() {
    grid.on("GET /v1/status", Samples.status());
    assertThat(Json.read(run("status -o json").out(), GridStatus.class))
        .isEqualTo(Samples.status());
    assertThat(Json.read(run("-o json status").out(), GridStatus.class))
        .isEqualTo(Samples.status());
  }

  @Test
  void yamlHasTheSameForm() {
    grid.on("GET /v1/vjobs/slow", Samples.vjob("slow", "running"));
    assertThat(run("vjob show slow -o yaml").out())
        .startsWith("---\nname: \"slow\"\nstate: \"running\"\n")
        .contains("\nspec:\n  name: \"slow\"\n", "\nmachines:\n- name: \"node1.slow\"\n");
  }

  @Test
  void vjobsAreListedWithTheirHostsFolded() {
    grid.on(
        "GET /v1/vjobs",
        List.of(
            Samples.vjob("slow", "running"),
            Samples.vjob("over", "terminated", "its command ended", Optional.of(3))));
    assertThat(run("vjob list").out())
        .isEqualTo(
            """
            NAME  STATE       PRIORITY  MACHINES  HOSTS      AGE  EXIT  OWNER  REASON
            slow  running           10         3  host[1-3]   5m        ann
            over  terminated        10         3              5m     3  ann    its command ended
            """);
    assertThat(run("vjob list --states terminated,waiting").out()).doesNotContain("slow");
    assertThat(run("vjob list -o json").out()).startsWith("[").contains("\"exitCode\" : 3");
  }

  @Test
  void oneVjobIsShownWithItsMachinesAndOutput() {
    grid.on("GET /v1/vjobs/slow", Samples.vjob("slow", "running"));
    grid.on("GET /v1/vjobs/over", Samples.vjob("over", "terminated", "", Optional.of(0)));
    assertThat(run("vjob show slow").out())
        .contains("node2.slow  running  host2  lyon    10.128.0.3  52:54:00:00:00:02")
        .contains("  run        mpirun mb\n");
    assertThat(run("vjob show over").out())
        .contains("  exit code  0\n", "  ended      1 min ago\n", "\n  line 2\n");
  }

  @Test
  void oneNameGivesAnObjectAndASetAList() {
    grid.on("GET /v1/vjobs/farm1", Samples.vjob("farm1", "running"));
    grid.on("GET /v1/vjobs/farm2", Samples.vjob("farm2", "running"));
    assertThat(run("vjob show farm1 -o json").out()).startsWith("{");
    assertThat(run("vjob show farm[1-2] -o json").out()).startsWith("[").contains("\"farm2\"");
    assertThat(run("vjob show farm[1-1] -o json").out()).startsWith("[");
  }

  @Test
  void machinesAreListedAndFiltered() {
    grid.on(
        "GET /v1/machines",
        List.of(
            Samples.machine(1, "slow", "running", "host1", "lyon"),
            Samples.machine(2, "farm", "migrating", "host3", "rennes")));
    assertThat(run("machine list").out())
        .isEqualTo(
            """
            NAME        STATE      HOST   SITE    ADDRESS     CORES   MEMORY   DISK  IMAGE
            node1.slow  running    host1  lyon    10.128.0.2      1  512 MiB  2 GiB  debian
            node2.farm  migrating  host3  rennes  10.128.0.3      1  512 MiB  2 GiB  debian
            """);
    assertThat(run("machine list --host host[1-2]").out()).contains("slow").doesNotContain("farm");
    assertThat(run("machine list --vjob farm").out()).contains("farm").doesNotContain("slow");
  }

  @Test
  void aMachineIsShown() {
    grid.on("GET /v1/machines/node1.slow", Samples.machine(1, "slow", "running", "host1", "lyon"));
    assertThat(run("machine show node1.slow").out())
        .isEqualTo(
            """
            node1.slow
              vjob       slow
              state      running
              host       host1
              site       lyon
              address    10.128.0.2
              mac        52:54:00:00:00:01
              image      debian
              cores      1
              memory     512 MiB
              disk       2 GiB
            """);
  }

  @Test
  void hostsAreListedAndShown() {
    grid.on(
        "GET /v1/hosts",
        List.of(Samples.host(1, List.of("a.x", "b.x")), Samples.host(3, List.of())));
    assertThat(run("host list").out())
        .isEqualTo(
            """
            NAME   SITE    STATE    CORES      MEMORY         DISK  MACHINES  TAGS
            host1  lyon    online  2 of 2  1 of 2 GiB  4 of 20 GiB         2  ssd
            host3  rennes  online  0 of 2  0 of 2 GiB  0 of 20 GiB         0
            """);
    assertThat(run("host list --site rennes").out()).doesNotContain("host1");
    assertThat(run("host show host1").out()).contains("  machines   a.x,b.x\n");
    assertThat(run("host show host9").code()).isEqualTo(3);
  }

  @Test
  void aSwitchIsATimelineAndATable() {
    grid.on("GET /v1/switches?limit=1", List.of(Samples.ended()));
    grid.on("GET /v1/switches/7", Samples.ended());
    Run run = run("switch show");
    assertThat(run.out())
        .startsWith("switch 7: urgent comes first (failed, 8.0 s)\n\n")
        .contains("host3 → host4", "slow: all machines paused within 12 ms\n")
        .containsPattern("migrate +a1.farm +host3 +host4 +done +100 ms +3.9 s +38 ms\n");
    assertThat(run("switch show 7").out()).isEqualTo(run.out());
  }

  @Test
  void switchesAreListed() {
    grid.on("GET /v1/switches?limit=20", List.of(Samples.current(), Samples.ended()));
    assertThat(run("switch list").out())
        .isEqualTo(
            """
            ID  AGE  DURATION  STATE   ACTIONS  WHAT                                    CAUSE
             8   4s     4.0 s  active        3  3 migrate                               host2 is drained
             7  60s     8.0 s  failed        6  2 boot, 1 migrate, 1 resume, 2 suspend  urgent comes first
            """);
  }

  @Test
  void thePlanShowsItsOrderCostAndWhatItRefuses() {
    grid.on("GET /v1/plan", Samples.plan());
    assertThat(run("plan show").out())
        .containsPattern("1 +boot +u1.urgent +host1 +0 +2.0 s +6.0 s +urgent comes first\n")
        .contains("2 actions, moves or writes 1.5 GiB, takes about 8.0 s\n")
        .endsWith("would not run: big: wants 4 cores, no host has more than 2\n");
  }

  @Test
  void eventsArePagedToTheEnd() {
    grid.on("GET /v1/events?after=0&limit=1000", Samples.events());
    grid.on("GET /v1/events?after=42&limit=1000", List.of());
    assertThat(run("events").out()).contains("41", "running -> suspending", "node1.slow");
    assertThat(run("events --last 1").out()).doesNotContain("running -> suspending");
    assertThat(run("events -o json").out()).startsWith("[");
  }

  @ParameterizedTest
  @CsvSource({
    "vjob suspend slow, POST /v1/vjobs/slow/suspend",
    "vjob resume slow, POST /v1/vjobs/slow/resume",
    "vjob cancel slow, POST /v1/vjobs/slow/cancel",
    "host drain host1, POST /v1/hosts/host1/drain",
    "host undrain host1, POST /v1/hosts/host1/undrain",
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
  void logsArePrintedAndFollowedToTheEnd() {
    grid.on(
        "GET /v1/vjobs/slow",
        Samples.vjob("slow", "running"),
        Samples.vjob("slow", "terminated", "", Optional.of(0)));
    grid.text("GET /v1/vjobs/slow/logs", "one\n", "one\ntwo\n");
    assertThat(run("vjob logs slow --follow").out()).isEqualTo("one\ntwo\n");
    assertThat(run("vjob logs slow").out()).isEqualTo("one\ntwo\n");
  }

  @Test
  void followedLogsSurviveAnOutputThatLosesItsBeginning() {
    assertThat(VjobLogsCommand.news("", "a\nb\n")).isEqualTo("a\nb\n");
    assertThat(VjobLogsCommand.news("a\nb\n", "a\nb\nc\n")).isEqualTo("c\n");
    String old = "x".repeat(100) + "0123456789".repeat(100) + "end\n";
    assertThat(VjobLogsCommand.news(old, old.substring(200) + "new\n")).isEqualTo("new\n");
    assertThat(VjobLogsCommand.news(old, "other\n")).isEqualTo("other\n");
  }

  @Test
  void followingGoesOnWhileTheVjobSleeps() {
    grid.on(
        "GET /v1/vjobs/slow",
        Samples.vjob("slow", "running"),
        Samples.vjob("slow", "sleeping"),
        Samples.vjob("slow", "terminated", "", Optional.of(0)));
    grid.text("GET /v1/vjobs/slow/logs", "one\n", "", "one\ntwo\n");
    assertThat(run("vjob logs slow --follow").out()).isEqualTo("one\ntwo\n");
  }

  @Test
  void waitShowsEveryStateAndEndsAtTheGoal() {
    grid.on(
        "GET /v1/vjobs/slow",
        Samples.vjob("slow", "running"),
        Samples.vjob("slow", "suspending"),
        Samples.vjob("slow", "sleeping"));
    Run run = run("vjob wait slow --for sleeping");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEqualTo("slow: running\nslow: suspending\nslow: sleeping\n");
  }

  @Test
  void waitFailsWhenTheCommandFailed() {
    grid.on("GET /v1/vjobs/slow", Samples.vjob("slow", "terminated", "", Optional.of(4)));
    Run run = run("vjob wait slow");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("heddle: vjob 'slow': its command ended with exit code 4");
    assertThat(run("vjob wait slow --for running").code()).isEqualTo(1);
  }

  @Test
  void waitIsOverWhenTheTimeIs() {
    grid.on("GET /v1/vjobs/slow", Samples.vjob("slow", "waiting", "no room", Optional.empty()));
    Run run = run("vjob wait slow --timeout 300ms");
    assertThat(run.code()).isEqualTo(7);
    assertThat(run.err()).contains("heddle: not within 300 ms: slow: waiting (no room)");
  }

  @Test
  void suspendWithWaitPrintsTheLastViewOnly() {
    grid.on("POST /v1/vjobs/slow/suspend", Samples.vjob("slow", "suspending"));
    grid.on("GET /v1/vjobs/slow", Samples.vjob("slow", "sleeping"));
    Run run = run("vjob suspend slow --wait -o json");
    assertThat(Json.read(run.out(), VjobView.class).state()).isEqualTo("sleeping");
  }

  @Test
  void drainWaitsUntilTheHostIsEmpty() {
    grid.on("POST /v1/hosts/host1/drain", Samples.host(1, List.of("a.x")));
    grid.on(
        "GET /v1/hosts",
        List.of(Samples.host(1, List.of("a.x"))),
        List.of(Samples.host(1, List.of())));
    Run run = run("host drain host1 --wait");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEqualTo("host1: online, a.x\nhost1: online, no machine\n");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void migrateWaitsForTheArrival() {
    migration("running", Samples.ended());
    Run run = run("machine migrate node3.farm --to host4 --wait");
    assertThat(run)
        .isEqualTo(
            new Run(0, "", "node3.farm: migrating on host2\nnode3.farm: running on host4\n"));
    assertThat(grid.asked()).contains("POST /v1/machines/node3.farm/migrate {\"to\":\"host4\"}");
  }

  @Test
  void migrateSeesThatItFailed() {
    SwitchView failed =
        new SwitchView(
            9,
            "migrate node3.farm",
            Samples.NOW,
            Optional.of(Samples.NOW + 5),
            List.of(Samples.action("migrate", "node3.farm", "host2", "host4", "failed", 0, 5, 0)),
            new TreeMap<>());
    migration("migrating", failed);
    Run run = run("machine migrate node3.farm --to host4 --wait");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("heddle: machine 'node3.farm' did not get to host4: no room left on device\n");
  }

  private void migration(String lastState, SwitchView newest) {
    grid.on("GET /v1/switches?limit=1", List.of(Samples.ended()));
    grid.on("GET /v1/switches?limit=10", List.of(newest, Samples.ended()));
    grid.on(
        "POST /v1/machines/node3.farm/migrate",
        Samples.machine(3, "farm", "running", "host2", "x"));
    grid.on(
        "GET /v1/machines/node3.farm",
        Samples.machine(3, "farm", "migrating", "host2", "x"),
        Samples.machine(3, "farm", lastState, "host4", "x"));
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
