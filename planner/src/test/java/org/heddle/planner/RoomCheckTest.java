package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Plan;
import org.heddle.model.Resources;
import org.junit.jupiter.api.Test;

/** Holds the checker's reckoning of the worst order against trying every order. */
final class RoomCheckTest {
  private static final int LARGEST_PLAN = 8;

  /** Plays a plan in every order of starts and ends that its waits allow. */
  private static final class EveryOrder {
    private final Problem problem;
    private final Plan plan;
    private final Set<String> seen = new HashSet<>();
    private final Map<HostId, Resources> used;
    private boolean over;

    EveryOrder(Problem problem, Plan plan) {
      this.problem = problem;
      this.plan = plan;
      this.used = new TreeMap<>(Replay.used(problem));
      play(new char[plan.steps().size()]);
    }

    private void play(char[] progress) {
      if (over || !seen.add(Arrays.toString(progress))) {
        return;
      }
      for (Plan.Step step : plan.steps()) {
        int i = step.id();
        if (progress[i] == 0 && step.after().stream().allMatch(other -> progress[other] == 2)) {
          progress[i] = 1;
          change(takes(step.action()), demand(step.action()), true);
          play(progress);
          change(takes(step.action()), minus(demand(step.action())), false);
          progress[i] = 0;
        } else if (progress[i] == 1) {
          progress[i] = 2;
          change(frees(step.action()), minus(demand(step.action())), false);
          play(progress);
          change(frees(step.action()), demand(step.action()), false);
          progress[i] = 1;
        }
      }
    }

    private void change(Optional<HostId> host, Resources amount, boolean check) {
      if (host.isEmpty()) {
        return;
      }
      Resources now = used.merge(host.get(), amount, Resources::plus);
      Problem.HostSlot slot = problem.hosts().get(host.get());
      if (check && slot != null) {
        Resources left = slot.capacity().minus(now);
        over |=
            (amount.cores() > 0 && left.cores() < 0)
                || (amount.memoryMiB() > 0 && left.memoryMiB() < 0)
                || (amount.diskMiB() > 0 && left.diskMiB() < 0);
      }
    }

    private Resources demand(Action action) {
      Problem.MachineSlot slot = problem.machines().get(action.machine());
      return slot == null ? Resources.NONE : slot.demand();
    }

    private static Resources minus(Resources amount) {
      return Resources.NONE.minus(amount);
    }

    private static Optional<HostId> takes(Action action) {
      return switch (action) {
        case Action.Boot a -> Optional.of(a.on());
        case Action.Resume a -> Optional.of(a.to());
        case Action.Migrate a -> Optional.of(a.to());
        case Action.Suspend _, Action.Shutdown _ -> Optional.empty();
      };
    }

    private static Optional<HostId> frees(Action action) {
      return switch (action) {
        case Action.Suspend a -> Optional.of(a.on());
        case Action.Shutdown a -> Optional.of(a.on());
        case Action.Migrate a -> Optional.of(a.from());
        case Action.Boot _, Action.Resume _ -> Optional.empty();
      };
    }
  }

  @Test
  void theWorstOrderIsFoundWithoutTryingAll() {
    int over = 0;
    int fine = 0;
    for (long seed = 0; seed < 4_000; seed++) {
      Problem problem = RandomProblems.problem(seed, 5, 7, 14, true);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      if (plan.steps().size() < 3 || plan.steps().size() > LARGEST_PLAN) {
        continue;
      }
      Plan changed = changed(plan, new Random(seed));
      boolean objects =
          PlanChecker.check(problem, changed).stream()
              .anyMatch(violation -> violation.contains("may then need"));
      boolean really = new EveryOrder(problem, changed).over;
      assertThat(objects).as("seed " + seed + " " + changed).isEqualTo(really);
      over += really ? 1 : 0;
      fine += really ? 0 : 1;
    }
    assertThat(over).isGreaterThan(100);
    assertThat(fine).isGreaterThan(100);
  }

  /** Takes waits out and puts others in, at random. */
  private static Plan changed(Plan plan, Random random) {
    Plan changed = plan;
    for (Plan.Step step : plan.steps()) {
      TreeSet<Integer> after = new TreeSet<>(step.after());
      after.removeIf(_ -> random.nextInt(3) == 0);
      for (int earlier = 0; earlier < step.id(); earlier++) {
        MachineId other = plan.steps().get(earlier).action().machine();
        if (other.equals(step.action().machine()) || random.nextInt(6) == 0) {
          after.add(earlier);
        }
      }
      changed = PlanCheckerTest.with(changed, step.id(), after);
    }
    return changed;
  }
}
