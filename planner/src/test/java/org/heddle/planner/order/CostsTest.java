package org.heddle.planner.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;
import org.junit.jupiter.api.Test;

class CostsTest {
  private static final long[] MEMORY = {256, 512, 128, 512, 256, 512};

  private final Instance instance = instance();

  private static Instance instance() {
    InstanceBuilder builder = new InstanceBuilder();
    int memory = builder.resource("memory");
    int from = builder.host("from");
    int to = builder.host("to");
    builder.capacity(from, memory, 8192).capacity(to, memory, 8192);
    for (int m = 0; m < MEMORY.length; m++) {
      builder.machine("VM" + (m + 1));
      builder.running(m, from).demand(m, memory, MEMORY[m]);
    }
    return builder.build();
  }

  /** Steps, each of which waits for all of the one before. */
  private static Schedule steps(int[]... steps) {
    List<TimedAction> actions = new ArrayList<>();
    int[] before = {};
    for (int s = 0; s < steps.length; s++) {
      int first = actions.size();
      for (int machine : steps[s]) {
        actions.add(
            new TimedAction(
                Kind.MIGRATE, machine, 0, 1, s * 10L, s * 10L + 10, Indices.of(before)));
      }
      before = new int[actions.size() - first];
      Arrays.setAll(before, i -> first + i);
    }
    return new Schedule(actions);
  }

  /**
   * The numbers of the example in Entropy's paper: step II costs 512, VM2 in it 768 (256 for step I
   * before it and its own 512), the plan 4224. The machines beside VM2 are chosen to fit these.
   */
  @Test
  void aPlanOfStepsCostsWhatThePaperSays() {
    Schedule plan = steps(new int[] {0, 2}, new int[] {1, 3}, new int[] {4, 5});

    assertThat(Costs.PAPERS.plan(instance, steps(new int[] {1, 3}))).isEqualTo(2 * 512);
    assertThat(costOf(1, plan)).isEqualTo(768);
    assertThat(costOf(4, plan) - 256).as("steps I and II").isEqualTo(256 + 512);
    assertThat(Costs.PAPERS.plan(instance, plan)).isEqualTo(4224);
    assertThat(Costs.PAPERS.inSteps(instance, plan)).isEqualTo(4224);
  }

  /** What an action costs: the plan with it less the plan without it, when it is the last. */
  private long costOf(int machine, Schedule plan) {
    List<TimedAction> until = new ArrayList<>();
    for (TimedAction action : plan.actions()) {
      until.add(action);
      if (action.machine() == machine) {
        break;
      }
    }
    return Costs.PAPERS.plan(instance, new Schedule(until))
        - Costs.PAPERS.plan(instance, new Schedule(until.subList(0, until.size() - 1)));
  }

  @Test
  void actionsCostTheMemoryThatTheyMove() {
    Costs costs = new Costs(5, 3);

    assertThat(costs.local(instance, action(Kind.MIGRATE, 0, 1))).isEqualTo(256);
    assertThat(costs.local(instance, action(Kind.SUSPEND, 0, 0))).isEqualTo(256);
    assertThat(costs.local(instance, action(Kind.RESUME, 0, 0))).isEqualTo(256);
    assertThat(costs.local(instance, action(Kind.RESUME, 0, 1))).isEqualTo(512);
    assertThat(costs.local(instance, action(Kind.BOOT, -1, 1))).isEqualTo(5);
    assertThat(costs.local(instance, action(Kind.SHUTDOWN, 0, -1))).isEqualTo(3);
    assertThat(costs.local(instance, action(Kind.RELAUNCH, 0, 1))).isEqualTo(8);
    assertThat(costs.local(instance, action(Kind.ALLOCATE, 0, 0))).isZero();
  }

  private static TimedAction action(Kind kind, int from, int to) {
    return new TimedAction(kind, 0, from, to, 0, 1, Indices.NONE);
  }

  @Test
  void actionsAtOnceDoNotAddToEachOther() {
    assertThat(Costs.PAPERS.plan(instance, steps(new int[] {0, 1, 3}))).isEqualTo(256 + 512 + 512);
    assertThat(Costs.PAPERS.moved(instance, steps(new int[] {0}, new int[] {1}))).isEqualTo(768);
    assertThat(Costs.PAPERS.plan(instance, steps(new int[] {0}, new int[] {1})))
        .isEqualTo(256 + 768);
  }
}
