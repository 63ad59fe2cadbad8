package org.heddle.planner.instance;

import java.util.List;
import java.util.function.UnaryOperator;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.Ban;
import org.heddle.planner.instance.Constraint.Deadline;
import org.heddle.planner.instance.Constraint.Fence;
import org.heddle.planner.instance.Constraint.Gather;
import org.heddle.planner.instance.Constraint.InState;
import org.heddle.planner.instance.Constraint.Lonely;
import org.heddle.planner.instance.Constraint.MaxOnline;
import org.heddle.planner.instance.Constraint.NoDelay;
import org.heddle.planner.instance.Constraint.NoIdle;
import org.heddle.planner.instance.Constraint.Offline;
import org.heddle.planner.instance.Constraint.Online;
import org.heddle.planner.instance.Constraint.Overbook;
import org.heddle.planner.instance.Constraint.Precedence;
import org.heddle.planner.instance.Constraint.Preserve;
import org.heddle.planner.instance.Constraint.Quarantine;
import org.heddle.planner.instance.Constraint.ResourceCapacity;
import org.heddle.planner.instance.Constraint.Root;
import org.heddle.planner.instance.Constraint.RunningCapacity;
import org.heddle.planner.instance.Constraint.Sequence;
import org.heddle.planner.instance.Constraint.Serialize;
import org.heddle.planner.instance.Constraint.Split;
import org.heddle.planner.instance.Constraint.SplitAmong;
import org.heddle.planner.instance.Constraint.Spread;
import org.heddle.planner.instance.Constraint.Synchronize;

/** The machines and hosts that a constraint names. */
public final class Members {
  private Members() {}

  /** The same constraint with other lists of machines and hosts in place of its own. */
  public static Constraint map(
      Constraint constraint, UnaryOperator<Indices> ofMachines, UnaryOperator<Indices> ofHosts) {
    return switch (constraint) {
      case Spread(var ms, boolean always) -> new Spread(ofMachines.apply(ms), always);
      case Gather(var ms, boolean always) -> new Gather(ofMachines.apply(ms), always);
      case Among(var ms, var parts, boolean always) ->
          new Among(ofMachines.apply(ms), each(parts, ofHosts), always);
      case SplitAmong(var groups, var parts, boolean always) ->
          new SplitAmong(each(groups, ofMachines), each(parts, ofHosts), always);
      case Split(var groups, boolean always) -> new Split(each(groups, ofMachines), always);
      case Fence(var ms, var hs, boolean always) ->
          new Fence(ofMachines.apply(ms), ofHosts.apply(hs), always);
      case Ban(var ms, var hs, boolean always) ->
          new Ban(ofMachines.apply(ms), ofHosts.apply(hs), always);
      case Root(var ms) -> new Root(ofMachines.apply(ms));
      case Lonely(var ms, boolean always) -> new Lonely(ofMachines.apply(ms), always);
      case Quarantine(var hs) -> new Quarantine(ofHosts.apply(hs));
      case RunningCapacity(var hs, long amount, boolean always) ->
          new RunningCapacity(ofHosts.apply(hs), amount, always);
      case ResourceCapacity(var hs, int resource, long amount, boolean always) ->
          new ResourceCapacity(ofHosts.apply(hs), resource, amount, always);
      case Overbook(var hs, int resource, double ratio) ->
          new Overbook(ofHosts.apply(hs), resource, ratio);
      case Online(var hs) -> new Online(ofHosts.apply(hs));
      case Offline(var hs) -> new Offline(ofHosts.apply(hs));
      case MaxOnline(var hs, long amount, boolean always) ->
          new MaxOnline(ofHosts.apply(hs), amount, always);
      case NoIdle(var hs) -> new NoIdle(ofHosts.apply(hs));
      case Preserve(var ms, int resource, long amount) ->
          new Preserve(ofMachines.apply(ms), resource, amount);
      case InState(var ms, MachineState state) -> new InState(ofMachines.apply(ms), state);
      case Sequence(var ms) -> new Sequence(ofMachines.apply(ms));
      case Precedence(var before, var after) ->
          new Precedence(ofMachines.apply(before), ofMachines.apply(after));
      case Serialize(var ms) -> new Serialize(ofMachines.apply(ms));
      case Synchronize(var ms) -> new Synchronize(ofMachines.apply(ms));
      case Deadline(var ms, long atMs) -> new Deadline(ofMachines.apply(ms), atMs);
      case NoDelay(var ms) -> new NoDelay(ofMachines.apply(ms));
    };
  }

  private static List<Indices> each(List<Indices> lists, UnaryOperator<Indices> change) {
    return lists.stream().map(change).toList();
  }
}
