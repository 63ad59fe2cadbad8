package org.heddle.planner.instance;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.Deadline;
import org.heddle.planner.instance.Constraint.MaxOnline;
import org.heddle.planner.instance.Constraint.Overbook;
import org.heddle.planner.instance.Constraint.Preserve;
import org.heddle.planner.instance.Constraint.ResourceCapacity;
import org.heddle.planner.instance.Constraint.RunningCapacity;
import org.heddle.planner.instance.Constraint.SplitAmong;

/** Refuses constraints that speak of what is not there, or of sizes that cannot be. */
final class Sense {
  private final Columns c;

  Sense(Columns c) {
    this.c = c;
  }

  void check() {
    for (int i = 0; i < c.constraints.size(); i++) {
      Constraint constraint = c.constraints.get(i);
      String kind = constraint.getClass().getSimpleName();
      String place =
          "constraint "
              + (i + 1)
              + " ("
              + kind.substring(0, 1).toLowerCase(Locale.ROOT)
              + kind.substring(1)
              + ")";
      Members.map(
          constraint,
          machines -> inRange(place, "machine", machines, c.machineNames.length),
          hosts -> inRange(place, "host", hosts, c.hostNames.length));
      sizes(place, constraint);
    }
  }

  private static Indices inRange(String place, String kind, Indices indices, int size) {
    for (int i = 0; i < indices.size(); i++) {
      if (indices.at(i) < 0 || indices.at(i) >= size) {
        throw InvalidInstance.invalid(
            place,
            "there is no " + kind + " number " + indices.at(i),
            "name those that the instance has");
      }
    }
    return indices;
  }

  private void sizes(String place, Constraint constraint) {
    if (constraint instanceof RunningCapacity(_, long amount, _)) {
      amount(place, amount);
    } else if (constraint instanceof MaxOnline(_, long amount, _)) {
      amount(place, amount);
    } else if (constraint instanceof Deadline(_, long atMs)) {
      amount(place, atMs);
    } else if (constraint instanceof ResourceCapacity(_, int resource, long amount, _)) {
      resource(place, resource);
      amount(place, amount);
    } else if (constraint instanceof Preserve(_, int resource, long amount)) {
      resource(place, resource);
      amount(place, amount);
    } else if (constraint instanceof Overbook(_, int resource, double ratio)) {
      resource(place, resource);
      if (!(ratio > 0) || ratio > 1_000) {
        throw InvalidInstance.invalid(
            place, "the ratio is " + ratio, "give one above 0, at most 1000");
      }
    } else if (constraint instanceof Among(_, var parts, _)) {
      disjoint(place, parts);
    } else if (constraint instanceof SplitAmong(_, var parts, _)) {
      disjoint(place, parts);
    }
  }

  private static void amount(String place, long amount) {
    if (amount < 0 || amount > Instance.MAX_AMOUNT) {
      throw InvalidInstance.invalid(
          place, "the amount is " + amount, "give one from 0 to " + Instance.MAX_AMOUNT);
    }
  }

  private void resource(String place, int resource) {
    if (resource < 0 || resource >= c.resourceNames.length) {
      throw InvalidInstance.invalid(
          place, "there is no resource number " + resource, "name one that the instance has");
    }
  }

  private void disjoint(String place, List<Indices> parts) {
    BitSet seen = new BitSet();
    for (Indices part : parts) {
      for (int h : part.stream().distinct().toArray()) {
        if (seen.get(h)) {
          throw InvalidInstance.invalid(
              place, "host " + c.hostNames[h] + " is in two parts", "put each host in one part");
        }
        seen.set(h);
      }
    }
  }
}
