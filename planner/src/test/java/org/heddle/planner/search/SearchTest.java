package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.junit.jupiter.api.Test;

class SearchTest {
  private static final int TINY = Integer.getInteger("search.tiny", 6_000);

  @Test
  void onTinyInstancesAgreesWithTryingEverything() {
    int found = 0;
    int unproven = 0;
    for (long seed = 0; seed < TINY; seed++) {
      Instance instance = RandomInstances.tiny(new SplittableRandom(seed));
      Exhaustive all = new Exhaustive(instance);
      String name = "seed " + seed + ", least " + all.best;
      switch (Search.solve(instance, SearchLimits.of(300_000, seed))) {
        case Outcome.Found answer -> {
          int[] at = answer.arrangement().toHosts();
          assertThat(Exhaustive.keeps(instance, at)).as(name + " " + answer).isTrue();
          assertThat(InstanceChecker.check(instance, answer.arrangement())).as(name).isEmpty();
          assertThat(Exhaustive.cost(instance, at)).as(name).isEqualTo(answer.objective());
          assertThat(answer.bound()).as(name).isLessThanOrEqualTo(all.best);
          assertThat(answer.objective()).as(name).isGreaterThanOrEqualTo(all.best);
          unproven += answer.proven() ? 0 : 1;
          found++;
        }
        case Outcome.Refused answer -> {
          if (answer.certain()) {
            assertThat(all.best).as(name + " " + answer).isEqualTo(-1);
          } else {
            unproven++;
          }
          assertThat(answer.reasons()).as(name).isNotEmpty();
        }
      }
    }
    assertThat(unproven).as("a saved state on a host that goes off line").isLessThan(TINY / 200);
    assertThat(found).isBetween(TINY / 4, TINY - TINY / 10);
  }

  @Test
  void machinesThatRunNowhereAreKeptFromTheFirstOfManyHosts() {
    InstanceBuilder builder = new InstanceBuilder();
    int memory = builder.resource("memory");
    for (int h = 0; h < 64; h++) {
      builder.capacity(builder.host("h" + h), memory, 8);
    }
    builder.ready(builder.machine("m0")).demand(0, memory, 2);
    builder.constraint(new Constraint.InState(Indices.of(0), MachineState.RUNNING));
    builder.constraint(new Constraint.Ban(Indices.of(0), Indices.of(0), true));
    Outcome outcome = Search.solve(builder.build(), SearchLimits.of(0, 1));
    assertThat(outcome).isInstanceOf(Outcome.Found.class);
  }

  /** With 64 hosts and more, independent parts are solved one beside the other. */
  @Test
  void independentPartsOfManyHostsHaveTheAnswersOfAFew() {
    int found = 0;
    int refused = 0;
    for (long seed = 0; seed < TINY / 6; seed++) {
      Instance few = RandomInstances.confined(new SplittableRandom(seed));
      Instance many = RandomInstances.padded(few, 64);
      long best = new Exhaustive(few).best;
      switch (Search.solve(many, SearchLimits.of(20_000, seed))) {
        case Outcome.Found answer -> {
          assertThat(InstanceChecker.check(many, answer.arrangement()))
              .as("seed %d", seed)
              .isEmpty();
          assertThat(answer.objective()).as("seed %d", seed).isGreaterThanOrEqualTo(best);
          assertThat(answer.bound()).as("seed %d", seed).isLessThanOrEqualTo(best);
          found++;
        }
        case Outcome.Refused answer -> {
          assertThat(answer.certain() && best >= 0).as("seed %d: %s", seed, answer).isFalse();
          refused++;
        }
      }
    }
    assertThat(found).isGreaterThan(TINY / 60);
    assertThat(refused).isGreaterThan(TINY / 60);
  }

  @Test
  void theRelaxationIsNeverAboveTheOptimum() {
    for (long seed = 0; seed < TINY / 2; seed++) {
      Instance instance = RandomInstances.tiny(new SplittableRandom(seed));
      Exhaustive all = new Exhaustive(instance);
      Dense dense = dense(instance);
      if (all.best >= 0 && dense.contradictions.isEmpty()) {
        Patterns patterns = new Patterns(new State(dense), 1, seed, () -> false);
        patterns.price(all.best);
        assertThat(patterns.bound()).as("seed " + seed).isLessThanOrEqualTo(all.best);
      }
    }
  }

  @Test
  void theRelaxationIsNeverAboveTheOptimumOfCrowdedHosts() {
    for (long seed = 0; seed < 60; seed++) {
      Instance instance = RandomInstances.crowded(new SplittableRandom(seed));
      Exhaustive all = new Exhaustive(instance);
      Patterns patterns = new Patterns(new State(dense(instance)), 1, seed, () -> false);
      patterns.price(Long.MAX_VALUE);
      if (all.best >= 0) {
        assertThat(patterns.bound()).as("seed " + seed).isLessThanOrEqualTo(all.best);
      }
    }
  }

  @Test
  void allGoalsKeepAllConstraints() {
    for (long seed = 0; seed < TINY / 4; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Instance instance = RandomInstances.tiny(random);
      List<Goal> goals = new ArrayList<>(List.of(Goal.values()));
      Collections.shuffle(goals, new java.util.Random(seed));
      String name = "seed " + seed + " " + goals;
      Outcome outcome = Search.solve(instance, goals, SearchLimits.of(200_000, seed));
      if (outcome instanceof Outcome.Found answer) {
        assertThat(InstanceChecker.check(instance, answer.arrangement())).as(name).isEmpty();
        assertThat(answer.bound()).as(name).isLessThanOrEqualTo(answer.objective());
        long least = Exhaustive.least(instance, goals.getFirst());
        assertThat(answer.bound()).as(name).isLessThanOrEqualTo(least);
        assertThat(answer.objective()).as(name).isGreaterThanOrEqualTo(least);
      } else {
        assertThat(new Exhaustive(instance).best).as(name).isEqualTo(-1);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameAnswer() {
    Instance instance = RandomInstances.dense(60, 34, 22, 5);
    SearchLimits limits = SearchLimits.of(1_500_000, 3);
    Outcome.Found one = (Outcome.Found) Search.solve(instance, limits);
    Outcome.Found other = (Outcome.Found) Search.solve(instance, limits);
    assertThat(other).isEqualTo(one);
    assertThat(InstanceChecker.check(instance, one.arrangement())).isEmpty();
  }

  private static Dense dense(Instance instance) {
    return Preparation.of(
        instance, new Pricing(instance, List.of(Goal.MOVED_MEMORY), Search.byAttributes(instance)));
  }

  @Test
  void whereNothingShallRunAHostThatMayNotIdleIsRefused() {
    InstanceBuilder builder = new InstanceBuilder();
    int memory = builder.resource("memory");
    for (int h = 0; h < 2; h++) {
      builder.capacity(builder.host("h" + h), memory, 8);
    }
    builder.running(builder.machine("m0"), 1).demand(0, memory, 2);
    builder.constraint(new Constraint.InState(Indices.of(0), MachineState.SLEEPING));
    builder.constraint(new Constraint.Offline(Indices.of(1)));
    builder.constraint(new Constraint.NoIdle(Indices.of(0)));
    Outcome outcome = Search.solve(builder.build(), SearchLimits.of(50_000, 1));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
  }

  /** What is to stop keeps the others of its part apart from it no longer than it runs. */
  @Test
  void aGroupLeavesThePartWhereAnotherIsToStop() {
    InstanceBuilder builder = new InstanceBuilder();
    int memory = builder.resource("memory");
    for (int h = 0; h < 2; h++) {
      builder.capacity(builder.host("h" + h), memory, 8);
    }
    for (int m = 0; m < 2; m++) {
      builder.running(builder.machine("m" + m), 1).demand(m, memory, 2);
    }
    builder.constraint(new Constraint.InState(Indices.of(0), MachineState.READY));
    builder.constraint(new Constraint.Fence(Indices.of(1), Indices.of(0), false));
    List<Indices> groups = List.of(Indices.of(0), Indices.of(1));
    List<Indices> parts = List.of(Indices.of(0), Indices.of(1));
    builder.constraint(new Constraint.SplitAmong(groups, parts, true));
    Outcome outcome = Search.solve(builder.build(), SearchLimits.of(0, 1));
    assertThat(outcome).isInstanceOf(Outcome.Found.class);
  }

  /** Whatever leaves one of its hosts, what is left does not fit there. */
  @Test
  void aHostThatFitsInNoWayIsRefused() {
    Instance instance =
        RandomInstances.padded(RandomInstances.confined(new SplittableRandom(3524)), 64);
    Outcome outcome = Search.solve(instance, SearchLimits.of(20_000, 3524));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
  }
}
