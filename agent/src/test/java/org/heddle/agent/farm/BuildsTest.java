package org.heddle.agent.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.RecipeText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BuildsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final FakeWorkshop workshop = new FakeWorkshop();
  private final Builds builds = new Builds(workshop, 2);

  @AfterEach
  void close() {
    builds.close();
    assertThat(workshop.open).as("drafts that were not closed").hasValue(0);
  }

  private static BuildRequest request(String name) {
    return BuildRequest.toBoot(Optional.of(name), Optional.empty());
  }

  private BuildView ended(String id) {
    return await().atMost(PATIENCE).until(() -> builds.find(id).orElseThrow(), BuildView::ended);
  }

  @Test
  void whoWantsTheSameWaitsForTheOneBuild() throws Exception {
    builds.ask("one", request("web"));
    workshop.begun("web").await();
    BuildView second = builds.ask("two", request("web"));
    assertThat(second.id()).isEqualTo("two");
    assertThat(second.state()).isEqualTo("building");
    assertThat(second.step()).isEqualTo("base");
    assertThat(second.percent()).isEqualTo(25);
    workshop.permits.release();
    assertThat(ended("one").image()).isEqualTo("web-1");
    assertThat(ended("two").image()).isEqualTo("web-1");
    assertThat(workshop.built).hasValue(1);
  }

  @Test
  void theSameIdBuildsNothingAgainAndIsOfOneRequest() throws Exception {
    workshop.permits.release(2);
    builds.ask("one", request("web"));
    BuildView ended = ended("one");
    assertThat(ended.state()).isEqualTo("done");
    assertThat(ended.cached()).isFalse();
    assertThat(builds.ask("one", request("web"))).isEqualTo(ended);
    assertThat(workshop.built).hasValue(1);
    assertThatThrownBy(() -> builds.ask("one", request("other")))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.status()).isEqualTo(409));
  }

  @Test
  void whatIsThereDoesNotWaitForOtherBuilds() throws Exception {
    workshop.permits.release();
    builds.ask("web", request("web"));
    ended("web");
    builds.ask("a", request("a"));
    builds.ask("b", request("b"));
    workshop.begun("a").await();
    workshop.begun("b").await();
    builds.ask("again", request("web"));
    assertThat(ended("again").cached()).isTrue();
    workshop.permits.release(2);
  }

  @Test
  void noMoreThanTheGivenNumberAreBuiltAtOnce() throws Exception {
    for (int i = 0; i < 6; i++) {
      builds.ask("b" + i, request("image" + i));
    }
    workshop.permits.release(6);
    for (int i = 0; i < 6; i++) {
      assertThat(ended("b" + i).state()).isEqualTo("done");
    }
    assertThat(workshop.mostAtOnce).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void theQueueIsBounded() throws Exception {
    for (int i = 0; i < Builds.MOST_WAITING + 2; i++) {
      builds.ask("b" + i, request("image" + i));
    }
    assertThatThrownBy(() -> builds.ask("more", request("more")))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.status()).isEqualTo(503));
    assertThat(builds.find("more")).isEmpty();
  }

  @Test
  void thoseWhoWaitForOneImageAreBounded() throws Exception {
    for (int i = 0; i < Builds.MOST_JOINED; i++) {
      builds.ask("b" + i, request("web"));
    }
    assertThatThrownBy(() -> builds.ask("more", request("web")))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.status()).isEqualTo(503));
    assertThat(builds.find("more")).isEmpty();
    builds.cancel("b0");
    assertThat(builds.ask("more", request("web")).id()).isEqualTo("more");
  }

  @Test
  void aRecipeIsNoBook() {
    RecipeText text =
        new RecipeText("a.yaml", "#".repeat(Builds.LONGEST_RECIPE + 1), java.util.List.of());
    BuildRequest request = BuildRequest.toBoot(Optional.empty(), Optional.of(text));
    for (Callable<BuildView> ask :
        java.util.List.<Callable<BuildView>>of(
            () -> builds.ask("a", request), () -> builds.plan("a", request))) {
      assertThatThrownBy(ask::call)
          .isInstanceOfSatisfying(
              ApiException.class, refused -> assertThat(refused.status()).isEqualTo(400))
          .hasMessageContaining("at most 1048576 characters");
    }
  }

  @Test
  void aBuildEndsWhenNobodyWantsItAnyMore() throws Exception {
    builds.ask("one", request("web"));
    builds.ask("two", request("web"));
    workshop.begun("web").await();
    assertThat(builds.cancel("one").state()).isEqualTo("cancelled");
    assertThat(workshop.interrupted).hasValue(0);
    assertThat(builds.find("two").orElseThrow().state()).isEqualTo("building");
    assertThat(builds.cancel("two").state()).isEqualTo("cancelled");
    assertThat(workshop.interrupted).hasValue(1);
    assertThat(workshop.open).as("what is left when cancel answers").hasValue(0);
    builds.ask("three", request("web"));
    workshop.permits.release();
    assertThat(ended("three").state()).isEqualTo("done");
  }

  @Test
  void oneThatWaitsIsCancelledBeforeItBegins() throws Exception {
    builds.ask("a", request("a"));
    builds.ask("b", request("b"));
    workshop.begun("a").await();
    workshop.begun("b").await();
    builds.ask("c", request("c"));
    assertThat(builds.find("c").orElseThrow().state()).isEqualTo("queued");
    assertThat(builds.cancel("c").state()).isEqualTo("cancelled");
    assertThat(workshop.begun("c").getCount()).isEqualTo(1);
    assertThat(builds.cancel("c").state()).isEqualTo("cancelled");
  }

  /** As after a kill: whoever waits sees no end, and that the agent is away. */
  @Test
  void whatTheAgentsEndBreaksOffHasNotEndedForThoseWhoWait() throws Exception {
    builds.ask("given-up", request("web"));
    builds.ask("waits", request("web"));
    builds.ask("queued", request("other"));
    workshop.begun("web").await();
    builds.cancel("given-up");
    FutureTask<String> following =
        new FutureTask<>(() -> {
          ByteArrayOutputStream heard = new ByteArrayOutputStream();
          builds.follow("waits", 0, heard);
          return heard.toString(StandardCharsets.UTF_8);
        });
    Thread.ofVirtual().start(following);
    builds.close();
    assertThat(following.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).doesNotContain("cancelled");
    for (Callable<?> ask :
        List.<Callable<?>>of(
            () -> builds.find("waits"),
            () -> builds.find("queued"),
            () -> builds.ask("waits", request("web")),
            () -> builds.ask("new", request("web")))) {
      assertThatThrownBy(ask::call)
          .isInstanceOfSatisfying(
              ApiException.class,
              away -> assertThat(away.problem().type()).isEqualTo("unreachable"));
    }
    assertThat(ended("given-up").state()).isEqualTo("cancelled");
  }

  @Test
  void aFailureIsToldToAllWhoWantedIt() throws Exception {
    builds.ask("one", request("broken"));
    builds.ask("two", request("broken"));
    workshop.permits.release();
    for (String id : new String[] {"one", "two"}) {
      assertThat(ended(id).state()).isEqualTo("failed");
      assertThat(ended(id).problem().orElseThrow().detail()).isEqualTo("a script of it failed");
    }
  }

  @Test
  void aWrongRecipeIsRefusedBeforeItIsQueued() {
    assertThatThrownBy(() -> builds.ask("one", request("bad")))
        .hasMessageContaining("bad.yaml:3: packages[0]");
    assertThat(builds.list()).isEmpty();
  }

  @Test
  void aPlanBuildsNothing() throws Exception {
    BuildView plan = builds.plan("p", request("web"));
    assertThat(plan.state()).isEqualTo("planned");
    assertThat(plan.cached()).isFalse();
    assertThat(plan.image()).isEmpty();
    assertThat(plan.stages()).hasSize(1);
    assertThat(builds.find("p")).isEmpty();
    assertThat(workshop.built).hasValue(0);
  }

  @Test
  void whoFollowsHearsTheLogAndTheEnd() throws Exception {
    builds.ask("one", request("web"));
    workshop.begun("web").await();
    workshop.permits.release();
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    builds.follow("one", 0, heard);
    String text = heard.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("id: 1\nevent: log\ndata: first line\n\n")
        .contains("id: 2\nevent: log\ndata: second line\n\n")
        .contains("\"state\":\"done\"")
        .endsWith("\n\n");
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    builds.follow("one", 1, rest);
    assertThat(rest.toString(StandardCharsets.UTF_8))
        .doesNotContain("first line")
        .contains("second line");
  }

  @Test
  void aRequestNamesARecipeOrBringsOne() {
    RecipeText text = new RecipeText("a.yaml", "name: a", java.util.List.of());
    assertThatThrownBy(() -> BuildRequest.toBoot(Optional.of("a"), Optional.of(text)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BuildRequest.toBoot(Optional.empty(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
