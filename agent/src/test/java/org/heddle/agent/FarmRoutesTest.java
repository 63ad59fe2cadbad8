package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.heddle.agent.farm.Builds;
import org.heddle.agent.farm.FakeWorkshop;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.FarmView;
import org.heddle.api.Json;
import org.heddle.api.JsonHttp;
import org.heddle.store.Store;
import org.heddle.store.transfer.HttpStoreHandler;
import org.heddle.store.transfer.ServeSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The farm's routes of an agent, over a workshop that builds nothing. */
final class FarmRoutesTest {
  @TempDir Path folder;
  private final FakeWorkshop workshop = new FakeWorkshop();
  private final Builds builds = new Builds(workshop, 1);
  private final HttpClient http = JsonHttp.newClient();
  private AgentServer server;

  @BeforeEach
  void start() throws IOException {
    Images images =
        new Images(
            List.of(),
            folder.resolve("images"),
            new ImageFetch(
                new Content(
                    folder.resolve("content"),
                    0,
                    Fixtures.TOKEN,
                    false,
                    new ContentCount(folder.resolve("count"))),
                _ -> {
                  throw new IllegalStateException("not asked here");
                },
                _ -> {
                  throw new IllegalStateException("not asked here");
                },
                Trust.ALL),
            Trust.ALL,
            Optional.empty());
    FarmRoutes routes = new FarmRoutes(workshop, builds, images, "host1", "thekey");
    server =
        new AgentServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Fixtures.TOKEN,
            call -> {
              if (!routes.handle(call)) {
                throw Problems.notFound("no such route");
              }
            },
            new HttpStoreHandler(
                Store.openOrCreate(folder.resolve("store")), ServeSettings.open(), 1));
    server.start();
  }

  @AfterEach
  void stop() {
    builds.close();
    Patience.await().untilAsserted(() -> assertThat(workshop.open).as("left open").hasValue(0));
    server.close();
    http.shutdownNow();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/v1/farm" + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + Fixtures.TOKEN);
    request.method(
        method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String request(String name) {
    return Json.write(BuildRequest.toBoot(Optional.of(name), Optional.empty()));
  }

  private void built(String name) throws Exception {
    workshop.permits.release();
    assertThat(send("PUT", "/builds/" + name, request(name)).statusCode()).isEqualTo(202);
    HttpResponse<String> stream = send("GET", "/builds/" + name + "/stream", "");
    assertThat(stream.body()).contains("event: log\ndata: first line", "\"state\":\"done\"");
  }

  @Test
  void itSaysWhatItCanBuild() throws Exception {
    FarmView view = Json.read(send("GET", "", "").body(), FarmView.class);
    assertThat(view.recipes()).containsExactly("tiny", "web");
    assertThat(view.builders()).containsExactly("host1");
    assertThat(view.key()).isEqualTo("thekey");
  }

  @Test
  void aBuildIsAskedForFollowedAndFound() throws Exception {
    built("web");
    BuildView view = Json.read(send("GET", "/builds/web", "").body(), BuildView.class);
    assertThat(view.image()).isEqualTo("web-1");
    assertThat(view.percent()).isEqualTo(100);
    assertThat(send("GET", "/images", "").body()).contains("\"image\":\"web-1\"");
    assertThat(send("GET", "/images/web-1", "").body()).contains("libc6 2.36 amd64");
    assertThat(send("GET", "/images/web/log", "").body()).isEqualTo("log of web");
    assertThat(send("DELETE", "/images/web", "").statusCode()).isEqualTo(204);
    assertThat(send("GET", "/images/web", "").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/images/web/log", "").statusCode()).isEqualTo(404);
  }

  @Test
  void aBuildIsCancelled() throws Exception {
    send("PUT", "/builds/one", request("web"));
    workshop.begun("web").await();
    HttpResponse<String> cancelled = send("DELETE", "/builds/one", "");
    assertThat(cancelled.body()).contains("\"state\":\"cancelled\"");
    assertThat(workshop.interrupted).hasValue(1);
    assertThat(send("DELETE", "/builds/none", "").statusCode()).isEqualTo(404);
  }

  @Test
  void aDryRunAndAWrongRequestBuildNothing() throws Exception {
    HttpResponse<String> plan = send("PUT", "/builds/one?dryRun=true", request("web"));
    assertThat(plan.statusCode()).isEqualTo(200);
    assertThat(plan.body()).contains("\"state\":\"planned\"");
    assertThat(send("PUT", "/builds/one", "{}").statusCode()).isEqualTo(400);
    assertThat(send("PUT", "/builds/a%20b", request("web")).statusCode()).isEqualTo(400);
    HttpResponse<String> bad = send("PUT", "/builds/one", request("bad"));
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(bad.body()).contains("bad.yaml:3: packages[0]");
    assertThat(send("GET", "/builds", "").body()).isEqualTo("[]");
    assertThat(send("GET", "/builds/one/stream", "").statusCode()).isEqualTo(404);
  }

  @Test
  void requestsThatTakeLongToBeUnderstoodKeepNoOthersWaiting() throws Exception {
    List<FutureTask<HttpResponse<String>>> slow = new ArrayList<>();
    try {
      for (String name : List.of("slow1", "slow2", "slow3")) {
        FutureTask<HttpResponse<String>> task =
            new FutureTask<>(() -> send("PUT", "/builds/x?dryRun=true", request(name)));
        slow.add(task);
        Thread.ofVirtual().start(task);
        assertThat(workshop.begun(name).await(60, TimeUnit.SECONDS)).as(name).isTrue();
      }
      assertThat(send("PUT", "/builds/one?dryRun=true", request("web")).statusCode())
          .isEqualTo(200);
      assertThat(slow).noneMatch(FutureTask::isDone);
    } finally {
      workshop.plans.release(slow.size());
    }
    for (FutureTask<HttpResponse<String>> task : slow) {
      assertThat(task.get().statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-3,206,0123,bytes 0-3/36",
    "bytes=30-,206,uvwxyz,bytes 30-35/36",
    "bytes=-2,206,yz,bytes 34-35/36",
    "bytes=34-99,206,yz,bytes 34-35/36",
    "bytes=-99,206,0123456789abcdefghijklmnopqrstuvwxyz,bytes 0-35/36",
    "'bytes=0-1,4-5',200,0123456789abcdefghijklmnopqrstuvwxyz,",
    "bytes=5-2,200,0123456789abcdefghijklmnopqrstuvwxyz,",
  })
  void aDownloadGivesTheRange(String range, int status, String body, String said) throws Exception {
    built("web");
    HttpResponse<String> answer = send("GET", "/images/web/file", "", "Range", range);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).isEqualTo(body);
    assertThat(answer.headers().firstValue("Content-Range")).isEqualTo(Optional.ofNullable(said));
    assertThat(answer.headers().firstValue("ETag")).hasValue("\"00\"");
  }

  @Test
  void aRangeThatIsNotThereIsRefusedAndOneOfOtherBytesIsNotGiven() throws Exception {
    built("web");
    HttpResponse<String> outside = send("GET", "/images/web/file", "", "Range", "bytes=36-");
    assertThat(outside.statusCode()).isEqualTo(416);
    assertThat(outside.headers().firstValue("Content-Range")).hasValue("bytes */36");
    HttpResponse<String> other =
        send("GET", "/images/web/file", "", "Range", "bytes=0-3", "If-Range", "\"11\"");
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(other.body()).isEqualTo(FakeWorkshop.FILE);
  }
}
