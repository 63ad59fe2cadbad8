package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.Json;
import org.junit.jupiter.api.Test;

/** Commands that follow what goes on, and wait for its end. */
final class WaitingTest extends OnAFakeGrid {
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
}
