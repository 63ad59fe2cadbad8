package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.junit.jupiter.api.Test;

class ConflictsTest {
  private static InstanceBuilder grid(int hosts) {
    InstanceBuilder builder = new InstanceBuilder();
    builder.memoryResource(builder.resource("memory"));
    for (int h = 0; h < hosts; h++) {
      builder.host("host" + h);
      builder.online(h, true).capacity(h, 0, 10);
    }
    return builder;
  }

  private static void machine(InstanceBuilder builder, int host, long memory) {
    int m = builder.machine("at" + host + "x" + memory);
    builder.running(m, host).demand(m, 0, memory);
  }

  private static Outcome.Refused refused(InstanceBuilder builder) {
    return (Outcome.Refused) Search.solve(builder.build(), SearchLimits.of(200_000, 1));
  }

  @Test
  void aMachineThatIsLargerThanEveryHostIsNamed() {
    InstanceBuilder builder = grid(3);
    machine(builder, 1, 2);
    builder.constraint(new Constraint.Preserve(Indices.of(0), 0, 12));
    Outcome.Refused refused = refused(builder);
    assertThat(refused.certain()).isTrue();
    assertThat(refused.reasons()).hasSize(1);
    assertThat(refused.reasons().getFirst()).contains("needs 12 memory", "3 hosts");
  }

  @Test
  void tooMuchTogetherIsSaidWithBothSums() {
    InstanceBuilder builder = grid(2);
    machine(builder, 0, 6);
    machine(builder, 1, 7);
    builder.constraint(new Constraint.Offline(Indices.of(1)));
    assertThat(refused(builder).reasons())
        .containsExactly(
            "2 machines need 13 memory together; the 1 hosts where they may run have 10");
  }

  @Test
  void onlyWhatConflictsIsListed() {
    InstanceBuilder builder = grid(3);
    for (int m = 0; m < 5; m++) {
      machine(builder, m % 3, m + 1);
    }
    builder.constraint(new Constraint.Spread(Indices.of(0, 1, 2), false));
    builder.constraint(new Constraint.Fence(Indices.of(0, 1, 2, 3), Indices.of(0, 1), false));
    builder.constraint(new Constraint.Ban(Indices.of(4), Indices.of(0), false));
    builder.constraint(new Constraint.RunningCapacity(Indices.of(2), 4, false));
    Outcome.Refused refused = refused(builder);
    assertThat(refused.certain()).isTrue();
    String all = String.join("\n", refused.reasons());
    assertThat(all).contains("spread(", "fence(").doesNotContain("ban(", "runningCapacity(");
    assertThat(all).contains("at0x1 ", "at1x2 ", "at2x3 ").doesNotContain("at0x4 ", "at1x5 ");
  }

  @Test
  void hostsThatGoOffLineAndDemandsThatGrowArePartOfAConflict() {
    InstanceBuilder builder = grid(3);
    machine(builder, 0, 6);
    machine(builder, 1, 6);
    machine(builder, 2, 1);
    builder.constraint(new Constraint.Offline(Indices.of(2)));
    builder.constraint(new Constraint.Preserve(Indices.of(2), 0, 5));
    builder.constraint(new Constraint.Ban(Indices.of(0), Indices.of(1), false));
    Outcome.Refused refused = refused(builder);
    assertThat(refused.certain()).isTrue();
    assertThat(String.join("\n", refused.reasons()))
        .contains("offline(", "preserve(")
        .doesNotContain("ban(");
  }

  @Test
  void noConstraintOfAConflictCanBeLeftOutAsTryingEverythingSays() {
    int conflicts = 0;
    for (long seed = 0; seed < 800; seed++) {
      Instance instance = RandomInstances.tiny(new SplittableRandom(seed));
      Pricing pricing =
          new Pricing(instance, List.of(Goal.MOVED_MEMORY), Search.byAttributes(instance));
      if (new Exhaustive(instance).best >= 0
          || !Preparation.of(instance, pricing).contradictions.isEmpty()) {
        continue;
      }
      Conflicts all = new Conflicts(instance, pricing, SearchLimits.of(300_000, seed));
      Outcome.Refused refused = all.explain(true);
      if (!refused.reasons().getFirst().startsWith("these demands and constraints")) {
        continue;
      }
      Set<Integer> out = new TreeSet<>();
      Arrays.stream(all.relevant()).forEach(out::add);
      int[] kept = all.conflicting();
      Arrays.stream(kept).forEach(out::remove);
      assertThat(least(instance, out, -1)).as("seed %d: %s", seed, refused).isEqualTo(-1);
      for (int c : kept) {
        assertThat(least(instance, out, c))
            .as("seed %d without %d: %s", seed, c, refused)
            .isGreaterThanOrEqualTo(0);
      }
      conflicts++;
    }
    assertThat(conflicts).isGreaterThan(20);
  }

  /** The optimum without these constraints and one more; -1 if nothing fits. */
  private static long least(Instance instance, Set<Integer> out, int without) {
    List<Constraint> only = new ArrayList<>();
    for (int c = 0; c < instance.constraints().size(); c++) {
      if (c != without && !out.contains(c)) {
        only.add(instance.constraints().get(c));
      }
    }
    return new Exhaustive(instance.toBuilder().only(only).build()).best;
  }
}
