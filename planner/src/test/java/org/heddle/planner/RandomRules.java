package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.planner.Problem.Wish;

/** Rules for the vjobs of a random problem, which what runs may break already. */
final class RandomRules {
  private final Random random;
  private final Problem problem;
  private final List<HostId> hosts;

  private RandomRules(long seed, Problem problem) {
    this.random = new Random(seed * 31 + 7);
    this.problem = problem;
    this.hosts = List.copyOf(problem.hosts().keySet());
  }

  /**
   * @param always whether rules of parts may hold at every moment
   */
  static Problem with(long seed, Problem problem, boolean always) {
    return new RandomRules(seed, problem).make(always);
  }

  private Problem make(boolean always) {
    List<Rule> rules = new ArrayList<>();
    for (Wish wish : problem.wishes()) {
      while (random.nextInt(100) < 35) {
        rules.add(rule(wish, always && random.nextInt(3) == 0));
      }
    }
    return new Problem(problem.hosts(), problem.machines(), problem.wishes(), rules);
  }

  private Rule rule(Wish wish, boolean always) {
    Rule.Form[] forms = Rule.Form.values();
    Rule.Form form = forms[random.nextInt(forms.length)];
    List<List<MachineId>> machines =
        switch (form) {
          case SPLIT, SPLIT_AMONG -> groups(wish);
          case SPREAD, GATHER, AMONG, FENCE, BAN, ROOT, LONELY -> List.of(some(wish));
        };
    List<SortedSet<HostId>> sets =
        switch (form) {
          case AMONG, SPLIT_AMONG -> List.of(set(50), set(50), set(30));
          case FENCE -> List.of(set(60));
          case BAN -> List.of(set(25));
          case SPREAD, GATHER, SPLIT, ROOT, LONELY -> List.of();
        };
    return new Rule(form, always, machines, sets, form + "" + machines + sets);
  }

  private List<MachineId> some(Wish wish) {
    List<MachineId> some = new ArrayList<>(wish.machines());
    while (some.size() > 1 && random.nextInt(3) == 0) {
      some.remove(random.nextInt(some.size()));
    }
    return some;
  }

  private List<List<MachineId>> groups(Wish wish) {
    List<List<MachineId>> groups = List.of(new ArrayList<>(), new ArrayList<>());
    wish.machines().forEach(machine -> groups.get(random.nextInt(2)).add(machine));
    return groups.stream().filter(group -> !group.isEmpty()).map(List::copyOf).toList();
  }

  private SortedSet<HostId> set(int percent) {
    return new TreeSet<>(hosts.stream().filter(_ -> random.nextInt(100) < percent).toList());
  }
}
