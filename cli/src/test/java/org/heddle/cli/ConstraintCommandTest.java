package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.api.GridApi.GridStatus;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.Problem;
import org.junit.jupiter.api.Test;

/** {@code heddle constraint} against canned answers. */
final class ConstraintCommandTest extends OnAFakeGrid {
  private static final ConstraintView BAN =
      new ConstraintView(
          "c1", "ban(web, host3)", 1_700_000_000_123L, 2, List.of("a1.web", "a2.web"));
  private static final ConstraintView MOST =
      new ConstraintView("c12", "maxOnline(*, 5)", 1_700_000_000_000L, 0, List.of());

  private Run run(String line, String last) {
    return Run.on(grid, Run.arguments(line, last));
  }

  @Test
  void theyAreListedWithWhatBreaksThem() {
    grid.on("GET /v1/constraints", List.of(BAN, MOST));
    assertThat(run("constraint list").out())
        .isEqualTo(
            """
            NAME  CONSTRAINT       MACHINES  KEPT               ADDED
            c1    ban(web, host3)         2  not by a[1-2].web  2023-11-14T22:13:20Z
            c12   maxOnline(*, 5)         0  yes                2023-11-14T22:13:20Z
            """);
    assertThat(run("constraint list -o json").out()).startsWith("[").contains("\"broken\"");
    assertThat(run("constraint list -o yaml").out()).contains("constraint: \"ban(web, host3)\"");
    assertThat(run("__names constraints").out()).isEqualTo("c1\nc12\n");
  }

  @Test
  void severalAreAddedAndWhatIsRefusedIsSaid() {
    grid.on("POST /v1/constraints", BAN);
    assertThat(run("constraint add", "ban(web, host3)").out())
        .isEqualTo("c1: ban(web, host3) (2 machines, not kept yet by a[1-2].web)\n");
    assertThat(grid.asked())
        .containsExactly("POST /v1/constraints {\"constraint\":\"ban(web, host3)\"}");
    assertThat(run("constraint add -o json", "ban(web, host3)").out()).startsWith("{");
    Run bad = run("constraint add", "ban(web)");
    assertThat(bad.code()).isEqualTo(2);
    assertThat(bad.err()).contains("ban has 1 arguments, not 2; give machines");
  }

  @Test
  void whatTheGridRefusesDecidesTheExitCode() {
    grid.refuse(
        "POST /v1/constraints", new Problem("infeasible", "", 422, "it contradicts c1", ""));
    Run run = run("constraint add", "spread(web)");
    assertThat(run).isEqualTo(new Run(6, "", "heddle: it contradicts c1\n"));
  }

  @Test
  void aDryRunShowsThePlanAndItsCost() {
    grid.on("POST /v1/constraints?dryRun=true", Samples.plan());
    grid.on("DELETE /v1/constraints/c1?dryRun=true", Samples.plan());
    assertThat(run("constraint add --dry-run", "ban(web, host3)").out())
        .contains("2 actions, moves or writes 1.5 GiB");
    assertThat(run("constraint add --dry-run --wait", "ban(web, host3)").out())
        .contains("2 actions, moves or writes 1.5 GiB");
    assertThat(run("constraint rm c1 --dry-run").out())
        .contains("2 actions, moves or writes 1.5 GiB");
    assertThat(run("constraint rm c1 --dry-run -o json").out()).startsWith("{");
    assertThat(grid.asked()).allMatch(asked -> asked.contains("dryRun=true"));
  }

  private static ConstraintView ban(String... broken) {
    return new ConstraintView(BAN.name(), BAN.constraint(), BAN.addedMs(), 2, List.of(broken));
  }

  private static GridStatus status(boolean settled) {
    GridStatus any = Samples.status();
    return new GridStatus(
        any.version(),
        settled,
        any.hosts(),
        any.hostsOnline(),
        any.vjobs(),
        any.capacity(),
        any.used(),
        Optional.empty(),
        any.content(),
        any.startedMs());
  }

  @Test
  void waitIsOverWhenNothingRunsAgainstThemAnyMore() {
    grid.on("POST /v1/constraints", BAN);
    grid.on("GET /v1/status", status(false));
    grid.on(
        "GET /v1/constraints", List.of(BAN), List.of(MOST, ban("a2.web")), List.of(MOST, ban()));
    Run run = run("constraint add --wait", "ban(web, host3)");
    assertThat(run)
        .isEqualTo(
            new Run(
                0,
                "",
                """
                c1: ban(web, host3) (2 machines, not kept yet by a[1-2].web)
                c1: ban(web, host3) (2 machines, not kept yet by a2.web)
                c1: ban(web, host3) (2 machines)
                """));
  }

  @Test
  void waitSaysWhatNoPlanMendsAndWhy() {
    grid.on("POST /v1/constraints", BAN);
    grid.on("GET /v1/constraints", List.of(ban("a2.web")));
    PlanView nothing = new PlanView(List.of(), 0, 0, new TreeMap<>());
    grid.on("GET /v1/status", status(true), status(false), status(true));
    grid.on("GET /v1/plan", Samples.plan(), nothing);
    grid.on("GET /v1/vjobs/web", Samples.vjob("web", "running", "host3 is lost", Optional.empty()));
    Run run = run("constraint add --wait -o json", "ban(web, host3)");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("no plan mends it now: c1: ban(web, host3) (2 machines, not kept yet by a2.web)")
        .contains("vjob 'web': host3 is lost");
  }

  @Test
  void waitEndsWhenTheTimeIsOverOrTheConstraintIsGone() {
    grid.on("POST /v1/constraints", BAN);
    grid.on("GET /v1/status", status(false));
    grid.on("GET /v1/constraints", List.of(BAN), List.of(BAN), List.of(BAN), List.of(MOST));
    Run late = run("constraint add --timeout 300ms", "ban(web, host3)");
    assertThat(late.code()).isEqualTo(7);
    assertThat(late.err()).contains("not within 300 ms: c1: ban(web, host3)");
    Run gone = run("constraint add --wait", "ban(web, host3)");
    assertThat(gone.code()).isEqualTo(3);
    assertThat(gone.err()).contains("constraint 'c1' was taken back meanwhile");
  }

  @Test
  void theyAreTakenBackByNameBySetAndByText() {
    grid.on("GET /v1/constraints", List.of(BAN, MOST));
    grid.text("DELETE /v1/constraints/c1", "");
    grid.text("DELETE /v1/constraints/c2", "");
    grid.text("DELETE /v1/constraints/c12", "");
    assertThat(run("constraint rm c[1-2]")).isEqualTo(new Run(0, "c1: gone\nc2: gone\n", ""));
    assertThat(run("constraint rm", "maxOnline({*},5)")).isEqualTo(new Run(0, "c12: gone\n", ""));
    assertThat(run("constraint rm", "root(web)")).isEqualTo(new Run(0, "", ""));
    assertThat(run("constraint rm -o json c1").out()).contains("\"c1\"");
    grid.refuse(
        "DELETE /v1/constraints/c99", new Problem("not-found", "", 404, "no constraint 'c99'", ""));
    assertThat(run("constraint rm c99")).isEqualTo(new Run(3, "", "heddle: no constraint 'c99'\n"));
  }
}
