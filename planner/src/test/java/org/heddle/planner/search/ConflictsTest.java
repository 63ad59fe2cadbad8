package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
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
}
