package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Precedence;
import org.heddle.planner.instance.Constraint.Sequence;
import org.heddle.planner.instance.Instance;
import org.jspecify.annotations.Nullable;

/** Sequence and precedence: units that start after the last tasks of some machines have ended. */
final class Barriers {
  private static final class Barrier {
    private int left;
    private final List<Integer> ended = new ArrayList<>(1);
    private final List<Unit> waiting = new ArrayList<>(1);
  }

  private final Map<Integer, List<Barrier>> ofMachine = new HashMap<>();
  private final @Nullable Task[] lastTask;
  private final @Nullable Unit[] firstUnit;

  /**
   * @param yields machines that come after others, too
   */
  Barriers(Instance instance, UnitMaker made, Collection<Refusal.Yield> yields) {
    this.lastTask = made.lastTask;
    this.firstUnit = made.firstUnit;
    for (Refusal.Yield each : yields) {
      if (lastTask[each.to()] != null && firstUnit[each.machine()] != firstUnit[each.to()]) {
        add(new int[] {each.to()}, new int[] {each.machine()});
      }
    }
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case Sequence(var machines) -> sequence(machines.toArray());
        case Precedence(var before, var after) ->
            precedence(
                before.stream().filter(this::migrates).toArray(),
                after.stream().filter(this::migrates).toArray());
        case Constraint _ -> {}
      }
    }
  }

  private void sequence(int[] machines) {
    int[] acting = IntStream.of(machines).filter(m -> lastTask[m] != null).toArray();
    for (int i = 1; i < acting.length; i++) {
      add(new int[] {acting[i - 1]}, new int[] {acting[i]});
    }
  }

  /** A machine of both sides waits for the others, not for itself. */
  private void precedence(int[] before, int[] after) {
    BitSet first = new BitSet();
    IntStream.of(before).forEach(first::set);
    add(before, IntStream.of(after).filter(m -> !first.get(m)).toArray());
    for (int machine : after) {
      if (first.get(machine)) {
        add(IntStream.of(before).filter(m -> m != machine).toArray(), new int[] {machine});
      }
    }
  }

  private boolean migrates(int machine) {
    Task task = lastTask[machine];
    return task != null && task.relocates();
  }

  private void add(int[] before, int[] after) {
    if (before.length == 0 || after.length == 0) {
      return;
    }
    Barrier barrier = new Barrier();
    barrier.left = before.length;
    for (int machine : before) {
      ofMachine.computeIfAbsent(machine, _ -> new ArrayList<>(1)).add(barrier);
    }
    for (int machine : after) {
      Unit unit = firstUnit[machine];
      if (unit != null) {
        unit.barriers++;
        barrier.waiting.add(unit);
      }
    }
  }

  /** The last task of a machine has ended. */
  void ended(Task task, Consumer<Unit> free) {
    for (Barrier barrier : ofMachine.getOrDefault(task.machine, List.of())) {
      barrier.ended.add(task.position);
      if (--barrier.left == 0) {
        for (Unit unit : barrier.waiting) {
          unit.passed.addAll(barrier.ended);
          if (--unit.barriers == 0) {
            free.accept(unit);
          }
        }
      }
    }
  }
}
