package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.heddle.planner.Problem.Target;
import org.junit.jupiter.api.Test;

/** A grid of a size that is planned while people wait, with rules. */
final class LargeGridTest {
  private static final int HOSTS = 1_000;
  private static final int VJOBS = 500;
  private static final int MACHINES = 10;
  private static final long MEMORY = 1_024;
  private static final int PER_HOST = 12;

  /** Every fiftieth host is drained; every fifth vjob is spread, every seventh fenced. */
  private static Problem problem() {
    Random random = new Random(1);
    Grids grid = new Grids();
    int[] free = new int[HOSTS + 1];
    for (int h = 1; h <= HOSTS; h++) {
      free[h] = PER_HOST;
      grid.host("host" + h, 100, PER_HOST * MEMORY, h % 50 == 0);
    }
    for (int v = 1; v <= VJOBS; v++) {
      List<Grids.M> members = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (int m = 1; m <= MACHINES; m++) {
        int host = 1 + random.nextInt(HOSTS);
        boolean runs = v % 10 != 0 && free[host] > 0;
        free[host] -= runs ? 1 : 0;
        members.add(runs ? Grids.running(MEMORY, "host" + host) : Grids.waiting(MEMORY));
        names.add("m" + m + ".v" + v);
      }
      grid.vjob("v" + v, Target.RUN, members);
      if (v % 5 == 0) {
        grid.rule(Rule.Form.SPREAD, names);
      }
      if (v % 7 == 0) {
        grid.rule(Rule.Form.BAN, names, "host1", "host2", "host3");
      }
    }
    return grid.problem();
  }

  @Test
  void aThousandHostsWithFiveThousandMachinesAreDrainedInPartAndStartWhatWaits() {
    Problem problem = problem();
    Answer answer = Planner.plan(problem, Limits.DEFAULT);
    assertThat(answer.refused()).isEmpty();
    assertThat(answer.plan().steps().size()).isGreaterThan(500);
    assertThat(PlanChecker.check(problem, answer.plan())).isEmpty();
  }
}
