package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.List;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * A small instance: hosts host1 to host4 with 10 cpu and 100 memory each; host5 is off line. Of the
 * machines, a and b run on host1, c on host2, s sleeps on host2, r is ready; each uses 2 cpu and 20
 * memory.
 */
final class Small {
  static final int A = 0;
  static final int B = 1;
  static final int C = 2;
  static final int S = 3;
  static final int R = 4;

  private final InstanceBuilder builder = new InstanceBuilder();
  private final List<String> texts = new ArrayList<>();
  private final List<TimedAction> actions = new ArrayList<>();

  Small() {
    builder.resource("cpu");
    builder.resource("memory");
    for (int h = 0; h < 5; h++) {
      builder.host("host" + (h + 1));
      builder.capacity(h, 0, 10).capacity(h, 1, 100).online(h, h < 4);
    }
    for (String name : List.of("a", "b", "c", "s", "r")) {
      int m = builder.machine(name);
      builder.demand(m, 0, 2).demand(m, 1, 20);
    }
    builder.running(A, 0).running(B, 0).running(C, 1).sleeping(S, 1);
  }

  InstanceBuilder builder() {
    return builder;
  }

  Small with(String... constraints) {
    texts.addAll(List.of(constraints));
    return this;
  }

  /** Hosts are given by their numbers in the names, 0 for none. */
  Small act(Kind kind, int machine, int from, int to, long start, long end) {
    actions.add(new TimedAction(kind, machine, from - 1, to - 1, start, end, Indices.NONE));
    return this;
  }

  Small migrate(int machine, int from, int to, long start, long end) {
    return act(Kind.MIGRATE, machine, from, to, start, end);
  }

  Instance instance() {
    ConstraintText text = new ConstraintText(builder.build());
    texts.forEach(each -> builder.constraint(text.parse(each)));
    texts.clear();
    return builder.build();
  }

  List<String> violations() {
    return InstanceChecker.check(instance(), new Schedule(actions)).stream()
        .map(Violation::toString)
        .toList();
  }
}
