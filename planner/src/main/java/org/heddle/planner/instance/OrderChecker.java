package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.heddle.planner.instance.Constraint.Deadline;
import org.heddle.planner.instance.Constraint.NoDelay;
import org.heddle.planner.instance.Constraint.Precedence;
import org.heddle.planner.instance.Constraint.Quarantine;
import org.heddle.planner.instance.Constraint.Root;
import org.heddle.planner.instance.Constraint.Sequence;
import org.heddle.planner.instance.Constraint.Serialize;
import org.heddle.planner.instance.Constraint.Synchronize;
import org.heddle.planner.instance.TimedAction.Kind;

/** Rules about the actions themselves: what waits for what, constraints of time, vjobs. */
final class OrderChecker {
  private final Instance instance;
  private final List<TimedAction> actions;
  private final ByKey byMachine;
  private final Names names;
  private final List<Violation> violations = new ArrayList<>();

  OrderChecker(Instance instance, List<TimedAction> actions) {
    this.instance = instance;
    this.actions = actions;
    this.names = new Names(instance);
    this.byMachine = new ByKey(instance.machines(), actions.size(), i -> actions.get(i).machine());
  }

  List<Violation> check() {
    waits();
    for (int v = 0; v < instance.vjobs(); v++) {
      vjob(v);
    }
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case Sequence c -> sequence(c);
        case Precedence c -> precedence(c);
        case Serialize c -> serialize(c);
        case Synchronize c -> synchronize(c);
        case Deadline c -> deadline(c);
        case NoDelay c -> noDelay(c);
        case Root c -> root(c);
        case Quarantine c -> quarantine(c);
        case Constraint.Lasting _,
            Constraint.Overbook _,
            Constraint.Online _,
            Constraint.Offline _,
            Constraint.NoIdle _,
            Constraint.Preserve _,
            Constraint.InState _ -> {
          // Checked elsewhere.
        }
      }
    }
    return violations;
  }

  private void waits() {
    for (int i = 0; i < actions.size(); i++) {
      TimedAction action = actions.get(i);
      for (int k = 0; k < action.waitsFor().size(); k++) {
        int other = action.waitsFor().at(k);
        if (other < 0 || other >= i) {
          found(
              "dependency",
              name(action)
                  + " waits for number "
                  + (other + 1)
                  + ", which does not come before it");
        } else if (actions.get(other).endMs() > action.startMs()) {
          found(
              "dependency",
              name(action) + " starts before " + name(actions.get(other)) + " has ended");
        }
      }
    }
  }

  private void vjob(int v) {
    long suspend = -1;
    long resume = -1;
    int suspended = 0;
    int ran = 0;
    for (int i = 0; i < instance.vjobMachines(v).size(); i++) {
      int m = instance.vjobMachines(v).at(i);
      ran += instance.state(m) == MachineState.RUNNING ? 1 : 0;
      for (TimedAction action : of(m)) {
        if (action.kind() == Kind.SUSPEND) {
          suspended++;
          suspend = same(v, suspend, action);
          if (action.startMs() != 0) {
            found(
                "vjob", name(action) + " of " + instance.vjobName(v) + " is not in the first step");
          }
        } else if (action.kind() == Kind.RESUME) {
          resume = same(v, resume, action);
        }
      }
    }
    if (suspended > 0 && suspended != ran) {
      found(
          "vjob",
          instance.vjobName(v)
              + ": "
              + suspended
              + " of its "
              + ran
              + " running machines are suspended");
    }
  }

  private long same(int v, long known, TimedAction action) {
    if (known >= 0 && known != action.startMs()) {
      found("vjob", name(action) + " does not start with the others of " + instance.vjobName(v));
    }
    return action.startMs();
  }

  private List<TimedAction> of(int machine) {
    List<TimedAction> its = new ArrayList<>(byMachine.size(machine));
    byMachine.forEach(machine, i -> its.add(actions.get(i)));
    return its;
  }

  private List<TimedAction> migrations(Indices machines) {
    return machines.stream()
        .distinct()
        .boxed()
        .flatMap(m -> of(m).stream())
        .filter(action -> action.kind().relocates())
        .toList();
  }

  private void sequence(Sequence c) {
    long ended = -1;
    for (int i = 0; i < c.machines().size(); i++) {
      long latest = ended;
      for (TimedAction action : of(c.machines().at(i))) {
        if (action.startMs() < ended) {
          found(c, name(action) + " starts before those before it have ended");
        }
        latest = Math.max(latest, action.endMs());
      }
      ended = latest;
    }
  }

  /** A machine of both sides waits for the others, not for itself. */
  private void precedence(Precedence c) {
    long ends = 0;
    long endsOfOthers = 0;
    int last = -1;
    for (TimedAction action : migrations(c.before())) {
      if (action.endMs() > ends) {
        endsOfOthers = action.machine() == last ? endsOfOthers : ends;
        ends = action.endMs();
        last = action.machine();
      } else if (action.machine() != last) {
        endsOfOthers = Math.max(endsOfOthers, action.endMs());
      }
    }
    for (TimedAction action : migrations(c.after())) {
      long ended = action.machine() == last ? endsOfOthers : ends;
      if (action.startMs() < ended) {
        found(c, name(action) + " starts at " + action.startMs() + " ms, before " + ended + " ms");
      }
    }
  }

  private void serialize(Serialize c) {
    List<TimedAction> its = new ArrayList<>(migrations(c.machines()));
    its.sort(Comparator.comparingLong(TimedAction::startMs).thenComparingLong(TimedAction::endMs));
    for (int i = 1; i < its.size(); i++) {
      if (its.get(i).startMs() < its.get(i - 1).endMs()) {
        found(c, name(its.get(i)) + " overlaps " + name(its.get(i - 1)));
      }
    }
  }

  private void synchronize(Synchronize c) {
    long end = -1;
    for (int i = 0; i < c.machines().size(); i++) {
      List<TimedAction> its = migrations(Indices.of(c.machines().at(i)));
      if (!its.isEmpty()) {
        long thatEnd = its.stream().mapToLong(TimedAction::endMs).max().getAsLong();
        if (end >= 0 && thatEnd != end) {
          found(
              c,
              names.machine(c.machines().at(i))
                  + " ends at "
                  + thatEnd
                  + " ms, another at "
                  + end
                  + " ms");
        }
        end = thatEnd;
      }
    }
  }

  private void deadline(Deadline c) {
    c.machines().stream()
        .forEach(m -> {
          for (TimedAction action : of(m)) {
            if (action.endMs() > c.atMs()) {
              found(c, name(action) + " ends at " + action.endMs() + " ms");
            }
          }
        });
  }

  private void noDelay(NoDelay c) {
    c.machines().stream()
        .forEach(m ->
            of(m).stream()
                .min(Comparator.comparingLong(TimedAction::startMs))
                .filter(action -> action.startMs() > 0)
                .ifPresent(
                    action -> found(c, name(action) + " starts at " + action.startMs() + " ms")));
  }

  private void root(Root c) {
    c.machines().stream()
        .filter(m -> instance.state(m) == MachineState.RUNNING)
        .forEach(m ->
            of(m).stream()
                .filter(action -> action.kind().relocates())
                .forEach(action -> found(c, name(action))));
  }

  private void quarantine(Quarantine c) {
    BitSet closed = ArrangementChecker.set(c.hosts());
    for (TimedAction action : actions) {
      boolean moves = !action.kind().ofHost() && action.to() != action.from();
      boolean out = moves && action.to() >= 0 && action.from() >= 0 && closed.get(action.from());
      boolean in = action.to() >= 0 && closed.get(action.to());
      boolean wrong =
          switch (action.kind()) {
            case BOOT, RESUME -> in;
            case MIGRATE, RELAUNCH -> moves && (in || out);
            case SHUTDOWN, SUSPEND, KILL, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> false;
          };
      if (wrong) {
        found(c, name(action));
      }
    }
  }

  private String name(TimedAction action) {
    String who = action.machine() >= 0 ? " of " + names.machine(action.machine()) : "";
    String where = action.to() >= 0 ? " to " + names.host(action.to()) : "";
    return Names.word(action.kind()) + who + where;
  }

  private void found(Constraint constraint, String words) {
    found(names.text().brief(constraint), words);
  }

  private void found(String rule, String words) {
    violations.add(new Violation(rule, words));
  }
}
