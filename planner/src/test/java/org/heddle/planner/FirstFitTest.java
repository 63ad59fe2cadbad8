package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;
import org.junit.jupiter.api.Test;

final class FirstFitTest {
  private static final int PROBLEMS = 1_500;

  /** The vjob of a random problem, with the rules of all, on hosts that stand empty. */
  private static Problem alone(long seed) {
    Problem free = RandomProblems.problem(seed, 5, 4, 9, false);
    Problem ruled = RandomRules.ofAdministrators(seed, RandomRules.with(seed, free, true), true);
    Wish wish = ruled.wishes().getFirst();
    TreeMap<HostId, HostSlot> hosts = new TreeMap<>();
    ruled
        .hosts()
        .forEach((id, slot) -> hosts.put(id, new HostSlot(slot.site(), slot.capacity(), false)));
    TreeMap<MachineId, MachineSlot> machines = new TreeMap<>(ruled.machines());
    machines.keySet().retainAll(wish.machines());
    machines.replaceAll((_, slot) ->
        new MachineSlot(slot.demand(), new Placement.Waiting(), new TreeSet<>(), Optional.empty()));
    Wish run = new Wish(wish.vjob(), wish.machines(), Target.RUN);
    return new Problem(hosts, machines, List.of(run), ruled.rules());
  }

  @Test
  void whatItFindsIsNeverRefusedByTheSearch() {
    int found = 0;
    int refused = 0;
    int searched = 0;
    for (long seed = 0; seed < PROBLEMS; seed++) {
      Problem problem = alone(seed);
      boolean fits = Alone.fits(problem);
      List<String> conflicts = Alone.conflicts(problem, Limits.DEFAULT);
      if (fits) {
        assertThat(conflicts).as("seed %d: %s", seed, problem).isEmpty();
      }
      found += fits ? 1 : 0;
      refused += conflicts.isEmpty() ? 0 : 1;
      searched += fits || !conflicts.isEmpty() ? 0 : 1;
    }
    assertThat(found).isGreaterThan(PROBLEMS / 2);
    assertThat(refused).isGreaterThan(PROBLEMS / 20);
    assertThat(searched).as("left to the search").isLessThan(PROBLEMS / 10);
  }
}
