package org.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.FarmView;
import org.heddle.api.FarmApi.StageView;
import org.heddle.api.GridApi;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SubmitCommandTest {
  private static final String GOOD =
      """
      name: %s
      machines:
        - name: node
          count: 3
          image: debian
          cores: 1
          memory: 512 MiB
          disk: 2 GiB
      run: mpirun mb
      """;

  @TempDir Path folder;
  private FakeGrid grid;

  @BeforeEach
  void start() throws IOException {
    grid = new FakeGrid();
    grid.on("POST /v1/submissions?dryRun=true", Samples.plan());
  }

  @AfterEach
  void stop() {
    grid.close();
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void aFileIsSubmitted() throws IOException {
    grid.on("POST /v1/submissions", List.of(Samples.vjob("slow", "waiting")));
    Run run = Run.on(grid, "submit", file("a.yaml", GOOD.formatted("slow")));
    assertThat(run).isEqualTo(new Run(0, "slow: waiting\n", ""));
    assertThat(grid.asked()).hasSize(1);
    assertThat(grid.asked().getFirst()).contains("\"memoryMiB\":512", "\"name\":\"slow\"");
  }

  @Test
  void standardInputIsAFileToo() {
    grid.on("POST /v1/submissions", List.of(Samples.vjob("slow", "waiting")));
    Map<String, String> variables =
        Map.of("HEDDLE_URL", grid.url(), "HEDDLE_TOKEN", FakeGrid.TOKEN, "USER", "eve");
    assertThat(Run.with(GOOD.formatted("slow"), variables, "submit", "-").code()).isZero();
    assertThat(grid.asked().getFirst()).contains("\"owner\":\"eve\"");
  }

  @Test
  void aDryRunOnlyAsks() throws IOException {
    Run run = Run.on(grid, "submit", "--dry-run", file("a.yaml", GOOD.formatted("slow")));
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("takes about 8.0 s");
    assertThat(grid.asked())
        .allMatch(asked -> asked.startsWith("POST /v1/submissions?dryRun=true"));
  }

  @Test
  void whatIsWrongIsSaidWithItsLineAndNothingIsSubmitted() throws IOException {
    String bad = file("bad.yaml", GOOD.formatted("slow").replace("512 MiB", "512 Mib"));
    String good = file("good.yaml", GOOD.formatted("other"));
    Run run = Run.on(grid, "submit", good, bad);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: " + bad + ":7: machines[0].memory: ").hasLineCount(1);
    assertThat(grid.asked()).isEmpty();
  }

  @Test
  void oneNameInTwoFilesIsRefused() throws IOException {
    String one = file("1.yaml", GOOD.formatted("slow"));
    String two = file("2.yaml", GOOD.formatted("slow"));
    Run run = Run.on(grid, "submit", one, two);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: " + two + ":1: name: 'slow' is the name");
    assertThat(grid.asked()).isEmpty();
  }

  @Test
  void theControllersRefusalIsLaidAtTheLineOfItsField() throws IOException {
    grid.refuse(
        "POST /v1/submissions",
        new Problem(
            "infeasible", "Infeasible", 422, "no host has 512 MiB", "vjobs[0].machines[0].memory"));
    String file = file("a.yaml", GOOD.formatted("slow"));
    Run run = Run.on(grid, "submit", file);
    assertThat(run.code()).isEqualTo(6);
    assertThat(run.err())
        .isEqualTo("heddle: " + file + ":7: machines[0].memory: no host has 512 MiB\n");
    Problem problem = Json.read(Run.on(grid, "submit", file, "-o", "json").err(), Problem.class);
    assertThat(problem.field()).isEqualTo("machines[0].memory");
  }

  @Test
  void severalAreSubmittedInOneRequest() throws IOException {
    grid.on(
        "POST /v1/submissions",
        List.of(Samples.vjob("one", "waiting"), Samples.vjob("two", "waiting")));
    String one = file("1.yaml", GOOD.formatted("one"));
    String two = file("2.yaml", GOOD.formatted("two"));
    assertThat(Run.on(grid, "submit", one, two))
        .isEqualTo(new Run(0, "one: waiting\ntwo: waiting\n", ""));
    assertThat(grid.asked()).hasSize(1);
    String body = grid.asked().getFirst().substring("POST /v1/submissions ".length());
    GridApi.Submission sent = Json.read(body, GridApi.Submission.class);
    assertThat(sent.vjobs()).extracting(spec -> spec.name().value()).containsExactly("one", "two");
    assertThat(Run.on(grid, "submit", one, two).code()).isZero();
    assertThat(grid.asked().getLast())
        .as("each submission has a key of its own")
        .doesNotContain(sent.key());
  }

  @Test
  void theRefusalOfOneOfSeveralIsLaidAtItsFile() throws IOException {
    grid.refuse(
        "POST /v1/submissions", new Problem("invalid", "", 400, "there is one", "vjobs[1].name"));
    String two = file("2.yaml", GOOD.formatted("two"));
    Run run = Run.on(grid, "submit", file("1.yaml", GOOD.formatted("one")), two);
    assertThat(run).isEqualTo(new Run(2, "", "heddle: " + two + ":1: name: there is one\n"));
  }

  @Test
  void aRefusalOfNoFieldIsSaidAsItIs() throws IOException {
    grid.refuse("POST /v1/submissions", new Problem("timed-out", "", 504, "too busy", ""));
    Run run = Run.on(grid, "submit", file("1.yaml", GOOD.formatted("one")));
    assertThat(run).isEqualTo(new Run(7, "", "heddle: too busy\n"));
  }

  @Test
  void waitEndsWithTheCommandsFailure() throws IOException {
    grid.on("POST /v1/submissions", List.of(Samples.vjob("slow", "waiting")));
    grid.on(
        "GET /v1/vjobs/slow",
        Samples.vjob("slow", "running"),
        Samples.vjob("slow", "terminated", "", Optional.of(2)));
    Run run = Run.on(grid, "submit", "--wait", file("a.yaml", GOOD.formatted("slow")));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("slow: running\n", "exit code 2");
  }

  @Test
  void aFileThatIsNotThereIsAWrongCommandLine() {
    Run run = Run.on(grid, "submit", "/nonexistent.yaml");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).isEqualTo("heddle: /nonexistent.yaml: there is no such file\n");
  }

  private static final String RECIPE =
      """
      name: own
      machines:
        - name: node
          memory: 128 MiB
          image: %s
      """;

  private static BuildView build(String state, boolean cached, String image) {
    return new BuildView(
        "b",
        state,
        "web",
        "0123456789abcdef",
        image,
        cached,
        "",
        100,
        List.of(new StageView("base", "d", true, 0, "reused")),
        1,
        2.5,
        Optional.empty());
  }

  private void farm() {
    grid.on(
        "GET /v1/farm",
        new FarmView(List.of("host1"), List.of("web"), List.of(), List.of("tiny"), "key"));
    grid.onAny("PUT /v1/builds/?dryRun=true", 200, build("planned", false, ""));
    grid.on("POST /v1/submissions?dryRun=true&images=web-0123456789ab", Samples.plan());
  }

  private List<String> builds() {
    return grid.asked().stream()
        .filter(one -> one.startsWith("PUT /v1/builds/") && !one.contains("dryRun"))
        .toList();
  }

  @Test
  void anImageThatIsARecipeIsBuiltFirst() throws IOException {
    farm();
    grid.onAny("PUT /v1/builds/", 202, build("building", false, ""));
    grid.onAnyText(
        "GET /v1/builds/stream",
        "event: log\ndata: unpacking\n\nevent: build\ndata: "
            + Json.write(build("done", false, "web-feed00000000"))
            + "\n\n");
    grid.on("POST /v1/submissions", List.of(Samples.vjob("own", "waiting")));
    file("web.yaml", "name: web\nfrom: scratch\nfiles: [{path: /a, source: data}]\n");
    file("data", "beside it");
    Run run = Run.on(grid, "submit", file("a.yaml", RECIPE.formatted("web.yaml")));
    assertThat(run.err()).contains("image web: web-feed00000000, built in 2.5 s");
    assertThat(run.code()).isZero();
    assertThat(builds()).hasSize(1);
    assertThat(builds().getFirst())
        .contains("name: web\\nfrom: scratch", "\"path\":\"data\"", "YmVzaWRlIGl0");
    assertThat(grid.asked().getLast())
        .startsWith("POST /v1/submissions ")
        .contains("\"image\":\"web-feed00000000\"");
  }

  @Test
  void aRecipeInTheFileKeepsItsLines() throws IOException {
    farm();
    grid.onAny(
        "PUT /v1/builds/?dryRun=true",
        400,
        new Problem("invalid", "invalid recipe", 400, "a.yaml:6: from: no class 'x'", "from"));
    String inline = "\n      name: web\n      from: x # why\n    cores: 1";
    Run run = Run.on(grid, "submit", file("a.yaml", RECIPE.formatted(inline)));
    assertThat(run.err()).isEqualTo("heddle: a.yaml:6: from: no class 'x'\n");
    assertThat(run.code()).isEqualTo(2);
    assertThat(grid.asked().getLast())
        .contains("\"text\":\"\\n\\n\\n\\n\\n      name: web\\n      from: x # why\\n");
    assertThat(builds()).isEmpty();
  }

  @Test
  void aRecipeThatTheFarmKnowsIsBuiltByItsName() throws IOException {
    farm();
    grid.refuse(
        "POST /v1/submissions",
        new Problem(
            "infeasible", "Infeasible", 422, "no image 'web'", "vjobs[0].machines[0].image"));
    grid.onAny(
        "POST /v1/submissions?dryRun=true",
        422,
        new Problem(
            "infeasible", "Infeasible", 422, "no image 'web'", "vjobs[0].machines[0].image"));
    Run run = Run.on(grid, "submit", "--dry-run", file("a.yaml", RECIPE.formatted("web")));
    assertThat(run.out())
        .startsWith("would build image web: base (reused)\n")
        .contains("takes about 8.0 s");
    assertThat(run.code()).isZero();
    Run unknown = Run.on(grid, "submit", file("b.yaml", RECIPE.formatted("webb")));
    assertThat(unknown.err()).contains("b.yaml:5: machines[0].image: no image 'web'");
    assertThat(builds()).isEmpty();
  }

  /** As after a kill of the builder: the stream breaks off, and nothing is known of the build. */
  @Test
  void aBuilderThatHasForgottenABuildIsAskedAgain() throws IOException {
    farm();
    String event = "event: build\ndata: %s\n\n";
    Problem away = new Problem("infeasible", "Infeasible", 422, "no host on line builds", "");
    grid.onAny("PUT /v1/builds/", 202, build("building", false, ""));
    grid.text("GET /v1/builds/stream", event.formatted(Json.write(build("building", false, ""))));
    grid.refuse("GET /v1/builds/stream", away);
    grid.refuse(
        "GET /v1/builds/stream",
        new Problem("not-found", "Not found", 404, "no build is known here", ""));
    grid.text(
        "GET /v1/builds/stream",
        event.formatted(Json.write(build("done", false, "web-feed00000000"))));
    grid.refuse(
        "GET /v1/builds/", new Problem("unreachable", "Unreachable", 503, "the host's agent", ""));
    grid.on("POST /v1/submissions", List.of(Samples.vjob("own", "waiting")));
    file("web.yaml", "name: web\nfrom: scratch\n");
    Run run = Run.on(grid, "submit", file("a.yaml", RECIPE.formatted("web.yaml")));
    assertThat(run.err()).contains("image web: web-feed00000000, built in 2.5 s");
    assertThat(run.code()).isZero();
    assertThat(builds()).hasSize(2);
    assertThat(builds().getLast()).isEqualTo(builds().getFirst());
    assertThat(grid.asked()).noneMatch(one -> one.startsWith("DELETE"));
  }

  @Test
  void aBuilderThatForgetsABuildTimeAfterTimeIsNotAskedForEver() throws IOException {
    farm();
    grid.onAny("PUT /v1/builds/", 202, build("building", false, ""));
    file("web.yaml", "name: web\nfrom: scratch\n");
    Run run = Run.on(grid, "submit", file("a.yaml", RECIPE.formatted("web.yaml")));
    assertThat(run.err()).contains("nothing at GET /v1/builds/");
    assertThat(run.code()).isNotZero();
    assertThat(builds()).hasSize(6);
  }

  @Test
  void aBuildThatFailsSubmitsNothing() throws IOException {
    farm();
    grid.onAny("PUT /v1/builds/", 202, build("building", false, ""));
    BuildView failed = build("failed", false, "");
    grid.onAnyText(
        "GET /v1/builds/stream",
        "event: build\ndata: "
            + Json.write(
                new BuildView(
                    "b",
                    "failed",
                    "web",
                    failed.digest(),
                    "",
                    false,
                    "",
                    50,
                    List.of(),
                    0,
                    0,
                    Optional.of(
                        new Problem("not-found", "not found", 404, "no package 'ngin'", ""))))
            + "\n\n");
    file("web.yaml", "name: web\nfrom: scratch\n");
    Run run = Run.on(grid, "submit", file("a.yaml", RECIPE.formatted("./web.yaml")));
    assertThat(run.err()).contains("a.yaml:5: machines[0].image: no package 'ngin'");
    assertThat(run.code()).isNotZero();
    assertThat(grid.asked()).noneMatch(one -> one.startsWith("POST /v1/submissions "));
  }

  @Test
  void aRecipeThatIsNotThereIsSaidWithItsLine() throws IOException {
    farm();
    Run run = Run.on(grid, "submit", file("a.yaml", RECIPE.formatted("none.yaml")));
    assertThat(run.err()).contains("a.yaml:5: machines[0].image: there is no recipe");
    assertThat(builds()).isEmpty();
  }
}
