package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InstanceChecker;
import org.junit.jupiter.api.Test;

class DenseSearchTest {

  /** Optimum 70, as CP-SAT proved in 26.6 s. */
  @Test
  void aGridThatIsNinetyPercentFullIsSolvedToTheProvenOptimum() throws IOException {
    Instance instance = hard();
    Outcome.Found found = (Outcome.Found) Search.solve(instance, SearchLimits.of(3_000_000, 1));
    assertThat(found.objective()).isEqualTo(70);
    assertThat(found.proven()).isTrue();
    assertThat(InstanceChecker.check(instance, found.arrangement())).isEmpty();
  }

  @Test
  void boundsOnlyRiseAndValuesOnlyFall() throws IOException {
    List<long[]> heard = new ArrayList<>();
    SearchLimits limits =
        SearchLimits.of(3_000_000, 2)
            .with((SearchLimits.Progress) (value, bound) -> heard.add(new long[] {value, bound}));
    Outcome.Found found = (Outcome.Found) Search.solve(hard(), limits);
    for (int i = 1; i < heard.size(); i++) {
      assertThat(heard.get(i)[0]).isLessThanOrEqualTo(heard.get(i - 1)[0]);
      assertThat(heard.get(i)[1]).isGreaterThanOrEqualTo(heard.get(i - 1)[1]);
    }
    assertThat(heard.getLast()).containsExactly(found.objective(), found.bound());
  }

  @Test
  void whoeverStopsItGetsTheFirstAnswer() throws IOException {
    AtomicInteger answers = new AtomicInteger();
    SearchLimits limits =
        SearchLimits.of(Long.MAX_VALUE, 1)
            .with((SearchLimits.Progress) (_, _) -> answers.incrementAndGet())
            .with(() -> answers.get() > 0);
    Instance instance = hard();
    Outcome.Found found = (Outcome.Found) Search.solve(instance, limits);
    assertThat(InstanceChecker.check(instance, found.arrangement())).isEmpty();
    assertThat(found.bound()).isLessThanOrEqualTo(70);
    assertThat(found.objective()).isGreaterThanOrEqualTo(70);
  }

  @Test
  void whoCannotWaitGetsAFirstAnswerAllTheSameUnlessItIsGivenUp() throws IOException {
    Instance instance = hard();
    SearchLimits late = SearchLimits.of(Long.MAX_VALUE, 1).with(() -> true, () -> false);
    Outcome.Found found = (Outcome.Found) Search.solve(instance, late);
    assertThat(InstanceChecker.check(instance, found.arrangement())).isEmpty();
    for (Goal goal : Goal.values()) {
      assertThat(Search.solve(instance, List.of(goal), late)).isInstanceOf(Outcome.Found.class);
      assertThat(Search.solve(instance, List.of(goal), late.with(() -> true)))
          .isInstanceOfSatisfying(
              Outcome.Refused.class, refused -> assertThat(refused.certain()).isFalse());
    }
  }

  @Test
  void mixedConstraintsAreKeptOnGridsOfManyHosts() {
    int found = 0;
    for (long seed = 0; seed < 60; seed++) {
      Instance instance = RandomInstances.mixed(new SplittableRandom(seed));
      Outcome outcome = Search.solve(instance, SearchLimits.of(600_000, seed));
      if (outcome instanceof Outcome.Found answer) {
        found++;
        assertThat(InstanceChecker.check(instance, answer.arrangement()))
            .as("seed " + seed)
            .isEmpty();
        assertThat(answer.bound()).as("seed " + seed).isLessThanOrEqualTo(answer.objective());
      }
    }
    assertThat(found).isGreaterThan(30);
  }

  @Test
  void independentPartsAreSolvedBesideEachOther() {
    Instance instance = RandomInstances.sites(3, 40, 11);
    AtomicInteger tasks = new AtomicInteger();
    SearchLimits limits = SearchLimits.of(600_000, 1);
    Outcome.Found split =
        (Outcome.Found) Search.solve(instance, limits.with(all -> beside(all, tasks)));
    assertThat(tasks.get()).isEqualTo(3);
    assertThat(InstanceChecker.check(instance, split.arrangement())).isEmpty();
    assertThat(split.proven()).isTrue();
    assertThat(((Outcome.Found) Search.solve(instance, limits)).objective())
        .isEqualTo(split.objective());
    Instance joined =
        instance.toBuilder()
            .constraint(new Constraint.RunningCapacity(Indices.range(0, 120), 720, false))
            .build();
    assertThat(((Outcome.Found) Search.solve(joined, limits)).objective())
        .as("as one part")
        .isEqualTo(split.objective());
  }

  private static void beside(List<Runnable> all, AtomicInteger tasks) {
    tasks.addAndGet(all.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> futures = new ArrayList<>();
      all.forEach(task -> futures.add(threads.submit(task)));
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (InterruptedException | ExecutionException failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void fewerHostsAreUsedThanFirstFitDecreasingNeeds() {
    for (long seed = 0; seed < 5; seed++) {
      Instance instance = RandomInstances.dense(40, 60, 32, seed);
      SearchLimits limits = SearchLimits.of(500_000, seed);
      Outcome.Found found =
          (Outcome.Found) Search.solve(instance, List.of(Goal.HOSTS_USED), limits);
      assertThat(InstanceChecker.check(instance, found.arrangement())).isEmpty();
      assertThat(found.objective()).as("seed " + seed).isBetween(found.bound(), found.bound() + 2);
    }
  }

  /** Hosts, machines, preserve, as lines of text. */
  private static Instance hard() throws IOException {
    InputStream file = DenseSearchTest.class.getResourceAsStream("hard-100.txt");
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Objects.requireNonNull(file), StandardCharsets.UTF_8))) {
      String[] head = in.readLine().split(" ", -1);
      InstanceBuilder builder = new InstanceBuilder();
      String[] resources = in.readLine().split(" ", -1);
      builder.memoryResource(builder.resource(resources[0]));
      builder.resource(resources[1]);
      int hosts = Integer.parseInt(head[0]);
      int machines = Integer.parseInt(head[1]);
      for (int h = 0; h < hosts; h++) {
        String[] line = in.readLine().split(" ", -1);
        builder.host("host" + h);
        builder.online(h, true);
        builder.capacity(h, 0, Long.parseLong(line[1])).capacity(h, 1, Long.parseLong(line[2]));
      }
      for (int m = 0; m < machines; m++) {
        String[] line = in.readLine().split(" ", -1);
        builder.machine("machine" + m);
        builder.running(m, Integer.parseInt(line[1]));
        builder.demand(m, 0, Long.parseLong(line[2])).demand(m, 1, Long.parseLong(line[3]));
      }
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        String[] line = text.split(" ", -1);
        Indices machine = Indices.of(Integer.parseInt(line[1]));
        builder.constraint(
            new Constraint.Preserve(machine, Integer.parseInt(line[2]), Long.parseLong(line[3])));
      }
      return builder.build();
    }
  }
}
