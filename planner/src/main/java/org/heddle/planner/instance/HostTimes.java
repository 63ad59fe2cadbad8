package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.List;
import org.heddle.planner.instance.TimedAction.Kind;

/** When each host is on line: usable from the end of its boot to the start of its shutdown. */
final class HostTimes {
  private final Instance instance;
  private final List<TimedAction> actions;
  private final ByKey byHost;
  private final Names names;

  HostTimes(Instance instance, List<TimedAction> actions) {
    this.instance = instance;
    this.actions = actions;
    this.names = new Names(instance);
    this.byHost = new ByKey(instance.hosts(), actions.size(), i -> hostOf(actions.get(i)));
  }

  private static int hostOf(TimedAction action) {
    return action.kind().ofHost() ? Math.max(action.from(), action.to()) : -1;
  }

  boolean constant(int host) {
    return byHost.size(host) == 0;
  }

  List<TimedAction> of(int host) {
    List<TimedAction> its = new ArrayList<>();
    byHost.forEach(host, i -> its.add(actions.get(i)));
    its.sort((a, b) -> Long.compare(a.startMs(), b.startMs()));
    return its;
  }

  /** Actions of hosts that are not possible. */
  List<Violation> check() {
    List<Violation> violations = new ArrayList<>();
    for (int h = 0; h < instance.hosts(); h++) {
      if (!constant(h)) {
        check(h, violations);
      }
    }
    return violations;
  }

  private void check(int host, List<Violation> violations) {
    boolean online = instance.online(host);
    long busyUntil = 0;
    for (TimedAction action : of(host)) {
      boolean boots = action.kind() == Kind.BOOT_HOST;
      if (boots == online || action.startMs() < busyUntil) {
        violations.add(
            new Violation(
                "transition",
                Names.word(action.kind())
                    + " "
                    + names.host(host)
                    + " at "
                    + action.startMs()
                    + " ms: it is "
                    + (online ? "on line" : "off line")
                    + (action.startMs() < busyUntil ? " only later" : "")));
      }
      online = boots;
      busyUntil = action.endMs();
    }
  }

  boolean onlineInTheEnd(int host) {
    boolean online = instance.online(host);
    for (TimedAction action : of(host)) {
      online = action.kind() == Kind.BOOT_HOST;
    }
    return online;
  }

  /** Whether it is usable during all of the time. */
  boolean usable(int host, long start, long end) {
    if (constant(host)) {
      return instance.online(host);
    }
    boolean online = instance.online(host);
    long since = Stays.ORIGIN;
    for (TimedAction action : of(host)) {
      if (action.kind() == Kind.BOOT_HOST) {
        online = true;
        since = action.endMs();
      } else {
        if (online && since <= start && end <= action.startMs()) {
          return true;
        }
        online = false;
      }
    }
    return online && since <= start;
  }
}
