package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.heddle.controller.TestGrid.awaitTrue;
import static org.heddle.controller.TestGrid.vjob;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.heddle.api.AgentApi;
import org.heddle.api.GridApi;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridApi.StepView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.api.Json;
import org.heddle.api.ServerSentEvents;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.VjobSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API over HTTP, all on one grid of two hosts. */
class ApiTest {
  @TempDir static Path folder;
  private static TestGrid grid;
  private static final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    grid = new TestGrid(folder.resolve("state"), 2, 60);
  }

  @AfterAll
  static void stop() {
    grid.close();
    http.close();
  }

  @AfterEach
  void empty() {
    client().constraints().forEach(each -> client().removeConstraint(each.name()));
    client().hosts().forEach(host -> client().undrain(host.name()));
    client().vjobs().stream()
        .filter(vjob -> !vjob.state().equals("terminated"))
        .forEach(vjob -> client().cancel(vjob.name()));
    awaitTrue(() -> client().vjobs().stream().allMatch(it -> it.state().equals("terminated")));
    awaitTrue(() -> client().status().settled());
  }

  private static GridClient client() {
    return grid.client();
  }

  private static Problem refused(ThrowingCallable call) {
    return catchThrowableOfType(GridException.class, call).problem();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(grid.url() + path))
        .header("Authorization", "Bearer " + TestGrid.TOKEN);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/status,'',401",
    "/v1/status,Basic Zm9v,401",
    "/v1/status,Bearer wrong,403",
    "/v1/status,Bearer ,401",
    "/v1/events/stream,Bearer wrong,403",
    "/v1/none,'',401",
    "/v1/openapi.json,'',200",
    "//v1/openapi.json/../status,'',401"
  })
  void withoutTheTokenNothingButTheDescriptionIsTold(String path, String header, int status)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(grid.url() + path));
    if (!header.isEmpty()) {
      request.header("Authorization", header);
    }
    HttpResponse<String> answer = send(request);
    if (path.contains("..")) {
      assertThat(answer.statusCode()).isIn(400, 401);
      return;
    }
    assertThat(answer.statusCode()).isEqualTo(status);
    if (status != 200) {
      assertThat(Json.read(answer.body(), Problem.class).type()).isEqualTo("denied");
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }
  }

  @Test
  void constraintsOfAdministratorsAreKeptListedAndTakenBack() throws Exception {
    client().submit(vjob("kept", 1, 100, 0));
    awaitTrue(() -> client().vjob("kept").state().equals("running"));
    String first = client().vjob("kept").machines().getFirst().host().orElseThrow();
    ConstraintTerm ban = ConstraintTerm.parse("ban(kept, " + first + ")");
    PlanView plan = client().planConstraint(ban, List.of());
    assertThat(plan.steps()).extracting(StepView::action).containsExactly("migrate");
    assertThat(plan.cost()).isEqualTo(100);
    ConstraintTerm fence = ConstraintTerm.parse("fence(kept, " + first + ")");
    assertThat(client().planConstraint(fence, List.of()).steps()).isEmpty();
    assertThat(refused(() -> client().planConstraint(fence, List.of(ban))).type())
        .as("as if the ban were there")
        .isEqualTo("infeasible");
    assertThat(client().constraints()).isEmpty();

    GridApi.ConstraintView added = client().addConstraint(ban);
    assertThat(added.constraint()).isEqualTo(ban.toString());
    assertThat(added.machines()).isEqualTo(1);
    assertThat(client().addConstraint(ban).name()).isEqualTo(added.name());
    awaitTrue(() -> client().constraints().getFirst().broken().isEmpty());
    assertThat(client().vjob("kept").machines().getFirst().host()).get().isNotEqualTo(first);
    String body = "{\"constraint\":\"" + ban + "\"}";
    assertThat(post("/v1/constraints", body).statusCode()).isEqualTo(200);

    client().removeConstraint(added.name());
    client().removeConstraint(added.name());
    assertThat(client().constraints()).isEmpty();
    assertThat(post("/v1/constraints", body).statusCode()).isEqualTo(201);
  }

  @Test
  void constraintsThatMakeNoSenseAreRefusedWithTheReason() throws Exception {
    Problem unknown = refused(() -> client().addConstraint(ConstraintTerm.parse("offline(host9)")));
    assertThat(unknown.type()).isEqualTo("invalid");
    assertThat(unknown.field()).isEqualTo("constraint");
    assertThat(unknown.detail()).contains("the grid has no host or site 'host9'");
    assertThat(
            refused(() -> client().planConstraint(ConstraintTerm.parse("noIdle(*)"), List.of()))
                .detail())
        .contains("Heddle switches no host on or off");
    HttpResponse<String> text = post("/v1/constraints", "{\"constraint\":\"bann(a, b)\"}");
    assertThat(text.statusCode()).isEqualTo(400);
    assertThat(Json.read(text.body(), Problem.class).detail())
        .contains("there is no constraint 'bann'");
    for (String name : List.of("c999", "x", "c0")) {
      assertThat(refused(() -> client().removeConstraint(name)).type()).isEqualTo("not-found");
    }
  }

  @Test
  void aRouteThatIsNotThereIsAProblemToo() throws Exception {
    HttpResponse<String> answer = send(request("/v1/nothing"));
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(Json.read(answer.body(), Problem.class).type()).isEqualTo("not-found");
  }

  @Test
  void aBodyThatIsTooLongIsRefused() throws Exception {
    HttpResponse<String> answer = post("/v1/vjobs", " ".repeat((1 << 20) + 1));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(Json.read(answer.body(), Problem.class).type()).isEqualTo("invalid");
  }

  @Test
  void whatIsNoVjobIsRefusedWithTheField() throws Exception {
    String good = Json.write(vjob("a", 1, 100, 0));
    for (String[] bad :
        new String[][] {
          {"{", ""},
          {"null", ""},
          {"[]", ""},
          {good.replace("\"run\"", "\"rnu\":1,\"run\""), "rnu"},
          {good.replace("\"name\":\"a\"", "\"name\":\"A!\""), "name"},
          {good.replace("\"count\":1", "\"count\":0"), "machines[0]"},
          {good.replace("\"memoryMiB\":100", "\"memoryMiB\":1"), "machines[0].memory"},
          {good.replace("\"cores\":1", "\"cores\":-1"), "machines[0].cores"},
        }) {
      HttpResponse<String> answer = post("/v1/vjobs", bad[0]);
      assertThat(answer.statusCode()).as(bad[0]).isEqualTo(400);
      Problem problem = Json.read(answer.body(), Problem.class);
      assertThat(problem.type()).isEqualTo("invalid");
      assertThat(problem.field()).as(bad[0]).startsWith(bad[1]);
      assertThat(problem.detail()).isNotBlank();
    }
    assertThat(client().vjobs()).noneMatch(it -> it.name().equals("a"));
  }

  @Test
  void anUnknownImageIsInfeasibleAndTheKnownOnesAreNamed() {
    VjobSpec spec =
        Json.read(
            Json.write(vjob("image", 1, 100, 0)).replace("\"tiny\"", "\"debain\""), VjobSpec.class);
    Problem problem = refused(() -> client().submit(spec));
    assertThat(problem.type()).isEqualTo("infeasible");
    assertThat(problem.status()).isEqualTo(422);
    assertThat(problem.field()).isEqualTo("machines[0].image");
    assertThat(problem.detail())
        .isEqualTo("no image 'debain'; the grid has debian, tiny; did you mean 'debian'?");
  }

  @Test
  void moreThanAnyHostHasIsInfeasible() {
    Problem problem = refused(() -> client().submit(vjob("big", 1, 4096, 0)));
    assertThat(problem.type()).isEqualTo("infeasible");
    assertThat(problem.field()).isEqualTo("machines[0].memory");
  }

  @Test
  void severalAreTakenOrNoneAndTheSameAgainIsAnsweredLikeTheFirst() {
    GridApi.Submission pair =
        new GridApi.Submission("k1", List.of(vjob("p1", 1, 100, 0), vjob("p2", 1, 100, 0)));
    assertThat(client().planSubmit(pair).steps()).hasSize(2);
    assertThat(client().submit(pair)).extracting(VjobView::name).containsExactly("p1", "p2");
    assertThat(client().submit(pair)).extracting(VjobView::name).containsExactly("p1", "p2");
    Problem taken =
        refused(() ->
            client()
                .submit(
                    new GridApi.Submission(
                        "k2", List.of(vjob("p3", 1, 100, 0), vjob("p2", 1, 100, 0)))));
    assertThat(taken.field()).isEqualTo("vjobs[1].name");
    Problem tiny =
        refused(() ->
            client()
                .submit(
                    new GridApi.Submission(
                        "k3", List.of(vjob("p4", 1, 100, 0), vjob("p5", 1, 1, 0)))));
    assertThat(tiny.field()).isEqualTo("vjobs[1].machines[0].memory");
    assertThat(client().vjobs())
        .extracting(VjobView::name)
        .contains("p1", "p2")
        .doesNotContain("p3", "p4", "p5");
  }

  @Test
  void theNameOfALivingVjobIsTaken() {
    client().submit(vjob("twice", 1, 100, 0));
    Problem problem = refused(() -> client().submit(vjob("twice", 1, 100, 0)));
    assertThat(problem.status()).isEqualTo(400);
    assertThat(problem.field()).isEqualTo("name");
  }

  @Test
  void whatIsNotThereIsNotFoundAndTheNearestIsNamed() {
    client().submit(vjob("present", 1, 100, 0));
    grid.awaitState("present", "running");
    awaitTrue(() -> client().status().settled());
    assertThat(refused(() -> client().vjob("presnt")))
        .isEqualTo(
            new Problem(
                "not-found", "Not found", 404, "no vjob 'presnt'; did you mean 'present'?", ""));
    assertThat(refused(() -> client().cancel("no such")).type()).isEqualTo("not-found");
    assertThat(refused(() -> client().machine("node.none")).type()).isEqualTo("not-found");
    assertThat(refused(() -> client().machine("node")).type()).isEqualTo("not-found");
    assertThat(refused(() -> client().drain("host9")).detail()).contains("did you mean 'host1'?");
    assertThat(refused(() -> client().migrate("node.present", "host9")).type())
        .isEqualTo("not-found");
    assertThat(refused(() -> client().switchView("999999")).type()).isEqualTo("not-found");
    assertThat(refused(() -> client().switchView("current")).type()).isEqualTo("not-found");
  }

  @ParameterizedTest
  @CsvSource({"limit=-1,limit", "limit=x,limit", "after=1.5,after"})
  void aQueryThatMakesNoSenseIsInvalid(String query, String field) throws Exception {
    HttpResponse<String> answer = send(request("/v1/events?" + query));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Json.read(answer.body(), Problem.class).field()).isEqualTo(field);
  }

  @Test
  void aDryRunShowsThePlanAndChangesNothing() throws Exception {
    client().submit(vjob("low", 4, 400, 0));
    grid.awaitState("low", "running");
    awaitTrue(() -> client().status().settled());
    String before = Json.write(client().vjobs()) + Json.write(client().machines());
    long lastEvent = lastEvent();

    PlanView submit = client().planSubmit(vjob("urgent", 2, 800, 10));
    assertThat(submit.steps()).extracting(StepView::action).contains("suspend", "boot");
    assertThat(submit.cost()).isPositive();
    assertThat(submit.refused()).containsKey("low");
    assertThat(client().planVjob("low", "suspend").steps())
        .extracting(StepView::action)
        .containsOnly("suspend")
        .hasSize(4);
    assertThat(client().planVjob("low", "cancel").steps())
        .extracting(StepView::action)
        .containsOnly("shutdown");
    assertThat(client().planHost("host1", "drain").steps()).isNotEmpty();
    String machine = client().vjob("low").machines().getFirst().name();
    String there = client().machine(machine).host().orElseThrow();
    String other = there.equals("host1") ? "host2" : "host1";
    assertThat(refused(() -> client().planMigrate(machine, other)).field()).isEqualTo("to");
    assertThat(client().plan().steps()).isEmpty();
    assertThat(refused(() -> client().planSubmit(vjob("big", 1, 4096, 0))).type())
        .isEqualTo("infeasible");
    assertThat(refused(() -> client().planVjob("none", "suspend")).type()).isEqualTo("not-found");

    assertThat(Json.write(client().vjobs()) + Json.write(client().machines())).isEqualTo(before);
    assertThat(lastEvent()).isEqualTo(lastEvent);
  }

  private static long lastEvent() {
    return client().events(0, 1000).getLast().id();
  }

  @Test
  void suspendAndResumeAreDoneAsAsked() {
    client().submit(vjob("nap", 2, 200, 0));
    grid.awaitState("nap", "running");
    assertThat(client().suspend("nap").wanted()).isEqualTo("sleep");
    grid.awaitState("nap", "sleeping");
    assertThat(client().vjob("nap").machines()).allMatch(it -> it.host().isPresent());
    client().resume("nap");
    grid.awaitState("nap", "running");
  }

  @Test
  void aMachineIsMigratedByHand() {
    client().submit(vjob("mover", 1, 200, 0));
    grid.awaitState("mover", "running");
    awaitTrue(() -> client().status().settled());
    String from = client().machine("node.mover").host().orElseThrow();
    String to = from.equals("host1") ? "host2" : "host1";
    assertThat(client().planMigrate("node.mover", to).steps())
        .extracting(StepView::action, step -> step.to().orElse(""))
        .containsExactly(tuple("migrate", to));
    client().migrate("node.mover", to);
    awaitTrue(() -> client().machine("node.mover").host().orElse("").equals(to));
    assertThat(client().switches(1).getFirst().actions())
        .anyMatch(it -> it.action().equals("migrate") && it.to().equals(Optional.of(to)));
  }

  @Test
  void aDrainedHostIsLeft() {
    client().submit(vjob("drained", 2, 200, 0));
    grid.awaitState("drained", "running");
    String host = client().vjob("drained").machines().getFirst().host().orElseThrow();
    assertThat(client().drain(host).drained()).isTrue();
    awaitTrue(() ->
        client().hosts().stream()
            .filter(it -> it.name().equals(host))
            .allMatch(it -> it.machines().isEmpty() && it.state().equals("drained")));
    assertThat(client().hosts()).allMatch(it -> it.images().equals(List.of("debian", "tiny")));
  }

  @Test
  void execAndConsoleArePassedOnToTheAgent() throws Exception {
    client().submit(vjob("talk", 1, 200, 0));
    grid.awaitState("talk", "running");
    AgentApi.ExecResponse said =
        client().exec("node.talk", new AgentApi.ExecRequest(List.of("ls", "/"), "in", 5));
    assertThat(said.exitCode()).isEqualTo(3);
    assertThat(said.output()).isEqualTo("node.talk ran [ls, /] with in");
    assertThat(
            refused(() -> client().exec("node.talk", new AgentApi.ExecRequest(List.of(), "", 5)))
                .field())
        .isEqualTo("command");
    client().type("node.talk", "root\n".getBytes(StandardCharsets.UTF_8));
    ScriptedAgent agent = grid.agent(client().machine("node.talk").host().orElseThrow());
    assertThat(agent.done()).contains("typed root\n");
    try (InputStream console = client().console("node.talk", 7, true)) {
      byte[] begin = console.readNBytes("console?from=7&follow=true".length());
      assertThat(new String(begin, StandardCharsets.UTF_8)).isEqualTo("console?from=7&follow=true");
      agent.breakStreams();
      assertThat(new String(console.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(" end");
    }
    client().suspend("talk");
    grid.awaitState("talk", "sleeping");
    assertThat(
            refused(() -> client().exec("node.talk", new AgentApi.ExecRequest(List.of("a"), "", 5)))
                .type())
        .isEqualTo("conflict");
  }

  @Test
  void eventsAreNumberedAndFollowedFromWhereOneWas() throws Exception {
    client().submit(vjob("told", 1, 200, 0));
    grid.awaitState("told", "running");
    awaitTrue(() -> client().status().settled());
    List<EventView> known = client().events(0, 1000);
    assertThat(known).isNotEmpty();
    for (int i = 1; i < known.size(); i++) {
      assertThat(known.get(i).id()).isEqualTo(known.get(i - 1).id() + 1);
    }
    long middle = known.get(known.size() / 2).id();
    assertThat(client().events(middle, 2))
        .hasSizeLessThanOrEqualTo(2)
        .allMatch(it -> it.id() > middle);
    long last = known.getLast().id();
    HttpRequest again =
        request("/v1/events/stream?after=0").header("Last-Event-ID", "" + (last - 1)).build();
    try (ServerSentEvents stream =
        new ServerSentEvents(http.send(again, BodyHandlers.ofInputStream()).body())) {
      ServerSentEvents.Message first = stream.next().orElseThrow();
      assertThat(first.name()).isEqualTo("event");
      assertThat(first.id()).isEqualTo("" + last);
      client().cancel("told");
      ServerSentEvents.Message next = stream.next().orElseThrow();
      assertThat(next.id()).isEqualTo("" + (last + 1));
      assertThat(Json.read(next.data(), EventView.class).subject()).isEqualTo("told");
    }
    try (GridClient.EventStream stream = client().follow(middle)) {
      assertThat(stream.next().orElseThrow().id()).isEqualTo(middle + 1);
    }
  }

  @Test
  void aHostOfTheSameNameElsewhereIsRefused() throws Exception {
    String body =
        Json.write(
                new AgentApi.Hello(
                    grid.agent("host1").host(),
                    "1",
                    "scripted",
                    List.of("tiny"),
                    Optional.empty(),
                    Optional.empty()))
            .replace("\"address\":\"127.0.0.1\"", "\"address\":\"127.0.0.2\"");
    HttpResponse<String> answer =
        send(request("/v1/agents/host1").PUT(HttpRequest.BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).isEqualTo(409);
    answer = send(request("/v1/agents/host2").PUT(HttpRequest.BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).isEqualTo(400);
  }

  @Test
  void anAgentIsToldOfItsPeersAndOfWhoHasTheImages() throws Exception {
    AgentApi.Lease lease = grid.agent("host1").hello(grid.url());
    assertThat(lease.leaseSeconds()).isEqualTo(60);
    assertThat(lease.peers()).containsExactly("127.0.0.1");
    assertThat(lease.images().get("tiny"))
        .containsExactlyInAnyOrder(
            grid.agent("host1").host().agentUrl(), grid.agent("host2").host().agentUrl());
    assertThat(lease.needed()).isEmpty();

    client().submit(vjob("kept", 1, 100, 0));
    assertThat(grid.agent("host1").hello(grid.url()).needed()).containsExactly("tiny");
    client().cancel("kept");
    awaitTrue(() -> client().vjob("kept").state().equals("terminated"));
    assertThat(grid.agent("host1").hello(grid.url()).needed()).isEmpty();
  }
}
