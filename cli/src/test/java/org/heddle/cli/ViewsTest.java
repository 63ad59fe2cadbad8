package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.heddle.api.GridApi.GridStatus;
import org.heddle.api.Json;
import org.junit.jupiter.api.Test;

/** What commands show of the grid. */
final class ViewsTest extends OnAFakeGrid {
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
            content 30 MiB sent for 400 MiB of images and saved states: 92 % saved
                    host1: the disk is full
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
  void eventsAreTheNewestFiftyUnlessMoreIsAskedFor() {
    grid.on("GET /v1/events?newest=true&limit=50", Samples.events());
    assertThat(run("events").out()).contains("41", "running -> suspending", "node1.slow");
    assertThat(grid.asked()).hasSize(1);
    assertThat(run("events -o json").out()).startsWith("[");
    grid.on("GET /v1/events?newest=true&limit=1", List.of(Samples.events().getLast()));
    assertThat(run("events --last 1").out()).doesNotContain("running -> suspending");
  }

  @Test
  void allEventsArePagedToTheEnd() {
    grid.on("GET /v1/events?after=0&limit=1000", Samples.events());
    grid.on("GET /v1/events?after=42&limit=1000", List.of());
    assertThat(run("events --all").out()).contains("41", "running -> suspending", "node1.slow");
    assertThat(run("events --after 42").out()).doesNotContain("running -> suspending");
    assertThat(run("events --all --after 3").code()).isEqualTo(2);
  }

  @Test
  void moreOfTheLastThanAPageArePagedToo() {
    grid.on("GET /v1/events?newest=true&limit=1", List.of(Samples.events().getLast()));
    grid.on("GET /v1/events?after=0&limit=1000", Samples.events());
    grid.on("GET /v1/events?after=42&limit=1000", List.of());
    assertThat(run("events --last 2000").out()).contains("running -> suspending");
  }
}
