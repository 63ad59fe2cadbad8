package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.List;

/**
 * Says what a placement or a schedule breaks. Shares no code with any search. A schedule's times
 * are taken as given. What an action frees is free from its end, what it takes is taken from its
 * start; at one moment, what is freed counts before what is taken.
 *
 * <p>A host that the origin overloads, or a continuous constraint that it breaks, may stay so until
 * the plan mends it, but nothing may make it worse.
 *
 * <p>Time is linear in machines, actions and the sizes of constraints, but for sorting.
 */
public final class InstanceChecker {
  private InstanceChecker() {}

  /** What the final placement breaks; empty when it is right. */
  public static List<Violation> check(Instance instance, Arrangement end) {
    return new ArrangementChecker(instance, end).check();
  }

  /** What the schedule breaks on its way or in the end; empty when it is right. */
  public static List<Violation> check(Instance instance, Schedule schedule) {
    Walk walk = new Walk(instance, schedule.actions());
    List<Violation> wrong = new ArrayList<>(walk.walk());
    HostTimes hosts = new HostTimes(instance, schedule.actions());
    if (!walk.stuck()) {
      wrong.addAll(hosts.check());
    }
    if (walk.stuck() || wrong.stream().anyMatch(each -> each.rule().equals(Walk.TRANSITION))) {
      return List.copyOf(wrong);
    }
    boolean arrives = wrong.isEmpty();
    wrong.addAll(new RoomChecker(instance, walk, hosts).check());
    wrong.addAll(new LastingChecker(instance, walk, hosts).check());
    wrong.addAll(new OrderChecker(instance, schedule.actions()).check());
    if (arrives) {
      wrong.addAll(check(instance, end(instance, walk, hosts)));
    }
    return List.copyOf(wrong);
  }

  /**
   * Where the schedule leads to.
   *
   * @throws InvalidInstance when one of its actions is not possible
   */
  public static Arrangement end(Instance instance, Schedule schedule) {
    Walk walk = new Walk(instance, schedule.actions());
    List<Violation> wrong = walk.walk();
    if (walk.stuck()) {
      throw InvalidInstance.invalid(
          "schedule", wrong.getFirst().toString(), "correct this action first");
    }
    return end(instance, walk, new HostTimes(instance, schedule.actions()));
  }

  private static Arrangement end(Instance instance, Walk walk, HostTimes hosts) {
    boolean[] online = new boolean[instance.hosts()];
    for (int h = 0; h < online.length; h++) {
      online[h] = hosts.onlineInTheEnd(h);
    }
    return new Arrangement(walk.lastHosts(), online);
  }
}
