package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.ImageDetail;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.GridApi.Submission;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.api.Json;
import org.heddle.model.VjobSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the controller passes on to the agent that builds. */
class FarmRoutesTest {
  @TempDir static Path folder;
  private static TestGrid grid;
  private static final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    grid = new TestGrid(folder.resolve("state"), 2, 60, "host1");
  }

  @AfterAll
  static void stop() {
    grid.close();
    http.close();
  }

  @BeforeEach
  void forget() {
    farm().forget();
  }

  private static ScriptedFarm farm() {
    return grid.agent("host1").farm().orElseThrow();
  }

  private static GridClient client() {
    return grid.client();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(grid.url() + path))
        .header("Authorization", "Bearer " + TestGrid.TOKEN);
  }

  private static HttpResponse<String> delete(String path) throws Exception {
    return http.send(request(path).DELETE().build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void theFarmIsThatOfTheHostThatBuilds() {
    assertThat(client().farm().builders()).containsExactly("host1");
    assertThat(client().farm().recipes()).containsExactly("tiny", "web");
    assertThat(client().farm().images()).containsExactly("debian", "tiny");
    assertThat(client().images()).hasSize(1);
  }

  @Test
  void aBuildIsPassedOnFollowedAndCancelled() {
    RecipeText recipe = new RecipeText("a.yaml", "name: a\n".repeat(200_000), List.of());
    BuildRequest request = BuildRequest.toBoot(Optional.empty(), Optional.of(recipe));
    assertThat(client().build("b1", request).state()).isEqualTo("building");
    assertThat(farm().request("b1")).isEqualTo(request);
    try (GridClient.BuildStream stream = client().followBuild("b1")) {
      assertThat(stream.next(_ -> {}).map(BuildView::state)).hasValue("done");
      assertThat(stream.next(_ -> {})).isEmpty();
    }
    assertThat(client().build("b1").state()).isEqualTo("building");
    assertThat(client().cancelBuild("b1").state()).isEqualTo("cancelled");
    assertThatThrownBy(() -> client().build("none"))
        .isInstanceOfSatisfying(
            GridException.class, refused -> assertThat(refused.type()).isEqualTo("not-found"));
  }

  @Test
  void requestsThatAnAgentTakesLongForKeepNoOthersWaiting() throws Exception {
    BuildRequest request = BuildRequest.toBoot(Optional.of("web"), Optional.empty());
    List<FutureTask<BuildView>> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        String id = "slow" + i;
        FutureTask<BuildView> task = new FutureTask<>(() -> client().build(id, request));
        slow.add(task);
        Thread.ofVirtual().start(task);
      }
      for (int i = 0; i < 6; i++) {
        String put = "PUT /builds/slow" + i;
        await().atMost(Duration.ofSeconds(60)).until(() -> farm().asked().contains(put));
      }
      assertThat(client().build("quick", request).state()).isEqualTo("building");
      assertThat(slow).noneMatch(FutureTask::isDone);
    } finally {
      farm().slow.release(slow.size());
    }
    for (FutureTask<BuildView> task : slow) {
      assertThat(task.get().state()).isEqualTo("building");
    }
  }

  @Test
  void aDownloadPassesRangesOn() throws Exception {
    HttpResponse<String> whole = get("/v1/images/web/file");
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(ScriptedFarm.FILE);
    assertThat(whole.headers().firstValue("Content-Length")).hasValue("10");
    HttpResponse<String> part = get("/v1/images/web/file", "Range", "bytes=2-4");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("234");
    assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 2-4/10");
    assertThat(part.headers().firstValue("ETag")).hasValue("\"e\"");
  }

  @Test
  void anImageThatAVjobNeedsStays() throws Exception {
    VjobSpec spec = TestGrid.vjob("user", 1, 64, 0);
    client().submit(spec);
    GridException refused =
        catchThrowableOfType(GridException.class, () -> client().deleteImage("web"));
    assertThat(refused.type()).isEqualTo("conflict");
    assertThat(refused).hasMessageContaining("user");
    assertThat(farm().asked()).doesNotContain("DELETE /images/web");
    client().cancel("user");
    grid.awaitState("user", "terminated");
    client().deleteImage("web");
    assertThat(farm().asked()).contains("DELETE /images/web");
  }

  @Test
  void aPlanSaysWhatWouldGoAndTakesNothingAway() throws Exception {
    HttpResponse<String> image = delete("/v1/images/web?dryRun=true");
    assertThat(image.statusCode()).isEqualTo(200);
    assertThat(Json.read(image.body(), ImageDetail.class).image().digest())
        .isEqualTo(ScriptedFarm.DIGEST);
    client().build("b2", BuildRequest.toBoot(Optional.of("web"), Optional.empty()));
    HttpResponse<String> build = delete("/v1/builds/b2?dryRun=true");
    assertThat(build.statusCode()).isEqualTo(200);
    assertThat(Json.read(build.body(), BuildView.class).state()).isEqualTo("building");
    assertThat(get("/create?class=bookworm&dryRun=true").statusCode()).isEqualTo(400);
    assertThat(farm().asked()).noneMatch(one -> one.startsWith("DELETE"));
  }

  @Test
  void aPlanMayTakeImagesForBeingThere() {
    VjobSpec spec = TestGrid.vjob("later", 1, 64, 0);
    VjobSpec with =
        new VjobSpec(
            spec.name(),
            0,
            "alice",
            List.of(spec.machines().getFirst().of("own-123")),
            Optional.empty());
    Submission all = new Submission("k", List.of(with));
    assertThatThrownBy(() -> client().planSubmit(all)).hasMessageContaining("no image 'own-123'");
    assertThat(client().planSubmit(all, List.of("own-123")).steps()).isNotEmpty();
    assertThatThrownBy(() -> client().submit(all)).hasMessageContaining("no image 'own-123'");
  }

  @Test
  void theOldFormWaitsAndDownloads() throws Exception {
    String url =
        "/create?name=&class=bookworm&arch=amd64&filetype=.tar&group=core&package=nginx"
            + "&package=curl";
    HttpResponse<String> asked = get(url);
    assertThat(asked.statusCode()).isEqualTo(202);
    assertThat(asked.headers().firstValue("Location").orElseThrow()).startsWith("/v1/builds/");
    String recipe = farm().only().recipe().orElseThrow().text();
    assertThat(recipe)
        .contains("from: \"debian/bookworm\"\n")
        .contains("architecture: \"amd64\"\n")
        .contains("groups: [\"core\"]\n")
        .contains("packages: [\"nginx\",\"curl\"]\n")
        .contains("format: \"tar\"\n");
    HttpResponse<String> waited = get(url + "&sync=on");
    assertThat(waited.statusCode()).isEqualTo(200);
    assertThat(waited.body()).contains("root.tar");
    HttpResponse<String> file = get(url + "&download=on");
    assertThat(file.body()).isEqualTo(ScriptedFarm.FILE);
  }

  @Test
  void theOldFormSaysWhatIsWrong() throws Exception {
    assertThat(get("/create?name=x").body()).contains("class=bookworm");
    assertThat(get("/create?class=bookworm&filtype=.tar").statusCode()).isEqualTo(400);
    assertThat(get("/create?class=bookworm&download=maybe").body()).contains("download=on");
    assertThat(farm().asked()).noneMatch(one -> one.startsWith("PUT"));
  }

  @Test
  void anOldHelloIsStillRead() {
    String host = Json.write(grid.agent("host2").host());
    String old = "{\"host\":" + host + ",\"version\":\"1\",\"driver\":\"d\",\"images\":[]}";
    assertThat(Json.read(old, org.heddle.api.AgentApi.Hello.class).farm()).isEmpty();
  }
}
