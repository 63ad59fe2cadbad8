package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.List;

/** Whether everything is on a host that is on line and has room for it, at every instant. */
final class RoomChecker {
  private final Instance instance;
  private final Walk walk;
  private final HostTimes hosts;
  private final Names names;
  private final List<Violation> violations = new ArrayList<>();

  RoomChecker(Instance instance, Walk walk, HostTimes hosts) {
    this.instance = instance;
    this.walk = walk;
    this.hosts = hosts;
    this.names = new Names(instance);
  }

  List<Violation> check() {
    online(walk.running, "runs");
    online(walk.saved, "sleeps");
    ByKey byHost = walk.use.byHost();
    for (int h = 0; h < instance.hosts(); h++) {
      host(h, byHost);
    }
    return violations;
  }

  private void online(Stays stays, String what) {
    for (int s = 0; s < stays.count(); s++) {
      int host = stays.host(s);
      if (!hosts.usable(host, stays.start(s), stays.end(s))) {
        violations.add(
            new Violation(
                "online",
                names.machine(stays.machine(s))
                    + " "
                    + what
                    + " on "
                    + names.host(host)
                    + " from "
                    + Math.max(0, stays.start(s))
                    + " ms, which is not on line all that time"));
      }
    }
  }

  private void host(int host, ByKey byHost) {
    int[] changes = new int[byHost.size(host)];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = byHost.at(host, i);
    }
    Sweep.byTime(changes, walk.use::time);
    for (int r = 0; r < instance.resources(); r++) {
      int resource = r;
      Sweep.rise(
              changes,
              walk.use::time,
              change -> walk.use.amount(change, resource),
              instance.usable(host, r))
          .ifPresent(peak ->
              violations.add(
                  new Violation(
                      "capacity",
                      names.over(host, resource, peak.use()) + " from " + peak.time() + " ms")));
    }
  }
}
