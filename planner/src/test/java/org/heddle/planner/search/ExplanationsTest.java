package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.junit.jupiter.api.Test;

class ExplanationsTest {
  private static final List<Goal> GOALS = List.of(Goal.MOVED_MEMORY, Goal.MOVES);

  private static InstanceBuilder grid(int hosts, long memory, long cpu) {
    InstanceBuilder builder = new InstanceBuilder();
    builder.memoryResource(builder.resource("memory"));
    builder.resource("cpu");
    for (int h = 0; h < hosts; h++) {
      builder.host("host" + h);
      builder.online(h, true).capacity(h, 0, memory).capacity(h, 1, cpu);
    }
    return builder;
  }

  private static void machine(
      InstanceBuilder builder, String name, int host, long memory, long cpu) {
    int m = builder.machine(name);
    builder.running(m, host).demand(m, 0, memory).demand(m, 1, cpu);
  }

  private static List<Explanation> explain(Instance instance) {
    Outcome.Found found = (Outcome.Found) Search.solve(instance, SearchLimits.of(100_000, 1));
    return Explanations.all(instance, found.arrangement(), GOALS, Search.byAttributes(instance));
  }

  @Test
  void anOverloadedHostIsNamedWithItsResource() {
    InstanceBuilder builder = grid(2, 100, 10);
    machine(builder, "small", 0, 10, 5);
    machine(builder, "large", 0, 50, 5);
    Instance instance = builder.constraint(new Constraint.Preserve(Indices.of(1), 1, 8)).build();
    List<Explanation> all = explain(instance);
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().machine()).isEqualTo(instance.machineNamed("small"));
    assertThat(all.getFirst().reasons()).containsExactly("host host0 would need 13 cpu and has 10");
    assertThat(all.getFirst().pinned()).as("the large one moves instead").isEqualTo(40);
    assertThat(all.getFirst().rejected()).containsExactly("1 host: too little cpu");
  }

  @Test
  void aHostIsEmptiedWhereFewerShallBeUsed() {
    InstanceBuilder builder = grid(2, 100, 10);
    machine(builder, "stays", 0, 50, 5);
    machine(builder, "goes", 1, 10, 5);
    Instance instance = builder.build();
    List<Goal> goals = List.of(Goal.HOSTS_USED, Goal.MOVED_MEMORY);
    Outcome.Found found =
        (Outcome.Found) Search.solve(instance, goals, SearchLimits.of(100_000, 1));
    List<Explanation> all =
        Explanations.all(instance, found.arrangement(), goals, Search.byAttributes(instance));
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().reasons())
        .containsExactly("host host1 is emptied: fewer hosts are used");
  }

  @Test
  void aHostThatGoesOffLineIsNamed() {
    InstanceBuilder builder = grid(2, 100, 10);
    machine(builder, "web", 0, 10, 5);
    List<Explanation> all =
        explain(builder.constraint(new Constraint.Offline(Indices.of(0))).build());
    assertThat(all.getFirst().reasons()).containsExactly("host host0 goes off line");
    assertThat(all.getFirst().pinned()).isEqualTo(-1);
    assertThat(all.getFirst().rejected()).containsExactly("1 host: off line in the end");
  }

  @Test
  void aConstraintIsNamedInItsOwnWords() {
    InstanceBuilder builder = grid(3, 100, 10);
    machine(builder, "a", 0, 10, 1);
    machine(builder, "b", 0, 20, 1);
    Indices both = Indices.of(0, 1);
    List<Explanation> all = explain(builder.constraint(new Constraint.Spread(both, false)).build());
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().machine()).isZero();
    assertThat(all.getFirst().reasons().getFirst()).startsWith("spread(");
    assertThat(all.getFirst().pinned()).as("b moves instead of a").isEqualTo(10);
  }

  @Test
  void aMachineThatMakesRoomSaysForWhom() {
    InstanceBuilder builder = grid(2, 100, 10);
    machine(builder, "mover", 0, 60, 2);
    machine(builder, "stays", 0, 40, 2);
    machine(builder, "fenced", 1, 60, 2);
    machine(builder, "filler", 1, 30, 2);
    Instance instance =
        builder
            .constraint(new Constraint.Fence(Indices.of(2), Indices.of(0), false))
            .constraint(new Constraint.Root(Indices.of(1)))
            .build();
    List<Explanation> all = explain(instance);
    assertThat(all).hasSize(2);
    assertThat(all.getFirst().reasons())
        .containsExactly("it makes room on host host0 for machine fenced");
  }
}
