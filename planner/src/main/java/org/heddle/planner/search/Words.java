package org.heddle.planner.search;

import java.util.List;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;

/** Constraints in words. */
final class Words {
  private static final int SHOWN = 6;

  private Words() {}

  static String of(Instance instance, int constraint) {
    return of(instance, instance.constraints().get(constraint));
  }

  static String of(Instance i, Constraint constraint) {
    return switch (constraint) {
      case Constraint.Spread c -> "spread(" + machines(i, c.machines()) + ")";
      case Constraint.Gather c -> "gather(" + machines(i, c.machines()) + ")";
      case Constraint.Among c ->
          "among(" + machines(i, c.machines()) + ", " + c.parts().size() + " parts)";
      case Constraint.SplitAmong c ->
          "splitAmong(" + c.groups().size() + " groups, " + c.parts().size() + " parts)";
      case Constraint.Split c -> "split(" + c.groups().size() + " groups)";
      case Constraint.Fence c ->
          "fence(" + machines(i, c.machines()) + ", " + hosts(i, c.hosts()) + ")";
      case Constraint.Ban c ->
          "ban(" + machines(i, c.machines()) + ", " + hosts(i, c.hosts()) + ")";
      case Constraint.Root c -> "root(" + machines(i, c.machines()) + ")";
      case Constraint.Lonely c -> "lonely(" + machines(i, c.machines()) + ")";
      case Constraint.Quarantine c -> "quarantine(" + hosts(i, c.hosts()) + ")";
      case Constraint.RunningCapacity c ->
          "runningCapacity(" + hosts(i, c.hosts()) + ", " + c.amount() + ")";
      case Constraint.ResourceCapacity c ->
          "resourceCapacity("
              + hosts(i, c.hosts())
              + ", "
              + i.resourceName(c.resource())
              + ", "
              + c.amount()
              + ")";
      case Constraint.Overbook c ->
          "overbook("
              + hosts(i, c.hosts())
              + ", "
              + i.resourceName(c.resource())
              + ", "
              + c.ratio()
              + ")";
      case Constraint.Online c -> "online(" + hosts(i, c.hosts()) + ")";
      case Constraint.Offline c -> "offline(" + hosts(i, c.hosts()) + ")";
      case Constraint.MaxOnline c -> "maxOnline(" + hosts(i, c.hosts()) + ", " + c.amount() + ")";
      case Constraint.NoIdle c -> "noIdle(" + hosts(i, c.hosts()) + ")";
      case Constraint.Preserve c ->
          "preserve("
              + machines(i, c.machines())
              + ", "
              + i.resourceName(c.resource())
              + ", "
              + c.amount()
              + ")";
      case Constraint.InState c ->
          c.state().name().toLowerCase(java.util.Locale.ROOT)
              + "("
              + machines(i, c.machines())
              + ")";
      case Constraint.Sequence c -> "sequence(" + machines(i, c.machines()) + ")";
      case Constraint.Precedence c ->
          "precedence(" + machines(i, c.before()) + "; " + machines(i, c.after()) + ")";
      case Constraint.Serialize c -> "serialize(" + machines(i, c.machines()) + ")";
      case Constraint.Synchronize c -> "synchronize(" + machines(i, c.machines()) + ")";
      case Constraint.Deadline c ->
          "deadline(" + machines(i, c.machines()) + ", " + c.atMs() + " ms)";
      case Constraint.NoDelay c -> "noDelay(" + machines(i, c.machines()) + ")";
    };
  }

  private static String machines(Instance i, Indices list) {
    return list(list.stream().limit(SHOWN).mapToObj(i::machineName).toList(), list.size());
  }

  private static String hosts(Instance i, Indices list) {
    return list(list.stream().limit(SHOWN).mapToObj(i::hostName).toList(), list.size());
  }

  private static String list(List<String> names, int all) {
    String rest = all > names.size() ? " and " + (all - names.size()) + " more" : "";
    return "{" + String.join(", ", names) + rest + "}";
  }
}
