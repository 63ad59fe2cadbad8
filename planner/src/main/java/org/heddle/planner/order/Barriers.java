package org.heddle.planner.order;

import java.util.ArrayList;
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

  Barriers(Instance instance, UnitMaker made) {
    this.lastTask = made.lastTask;
    this.firstUnit = made.firstUnit;
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case Sequence(var machines) -> sequence(machines.toArray());
        case Precedence(var before, var after) ->
            add(
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
