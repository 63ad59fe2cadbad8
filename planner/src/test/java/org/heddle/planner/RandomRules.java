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

  /** Rules of administrators, which speak of machines of several vjobs and of hosts. */
  static Problem ofAdministrators(long seed, Problem problem, boolean always) {
    return new RandomRules(seed, problem).forAll(always);
  }

  private Problem forAll(boolean always) {
    List<Rule> rules = new ArrayList<>(problem.rules());
    List<MachineId> all = problem.wishes().stream().flatMap(w -> w.machines().stream()).toList();
    do {
      rules.add(rule(all, Rule.Form.values(), always && random.nextInt(3) == 0));
    } while (random.nextInt(100) < 40);
    return new Problem(problem.hosts(), problem.machines(), problem.wishes(), rules);
  }

  private static final Rule.Form[] OF_VJOBS = {
    Rule.Form.SPREAD,
    Rule.Form.GATHER,
    Rule.Form.AMONG,
    Rule.Form.SPLIT_AMONG,
    Rule.Form.SPLIT,
    Rule.Form.FENCE,
    Rule.Form.BAN,
    Rule.Form.ROOT,
    Rule.Form.LONELY
  };

  private Rule rule(Wish wish, boolean always) {
    return rule(wish.machines(), OF_VJOBS, always);
  }

  private Rule rule(List<MachineId> of, Rule.Form[] forms, boolean always) {
    Rule.Form form = forms[random.nextInt(forms.length)];
    List<List<MachineId>> machines =
        switch (form) {
          case SPLIT, SPLIT_AMONG -> groups(of);
          case PRECEDENCE -> List.of(some(of), some(of));
          case SPREAD, GATHER, AMONG, FENCE, BAN, ROOT, LONELY, SEQUENCE, SERIALIZE ->
              List.of(some(of));
          case QUARANTINE, CAPACITY, HOSTS_USED -> List.of();
        };
    List<SortedSet<HostId>> sets =
        switch (form) {
          case AMONG, SPLIT_AMONG -> List.of(set(50), set(50), set(30));
          case FENCE -> List.of(set(60));
          case BAN, QUARANTINE -> List.of(set(25));
          case CAPACITY, HOSTS_USED -> List.of(set(60));
          case SPREAD, GATHER, SPLIT, ROOT, LONELY, SEQUENCE, PRECEDENCE, SERIALIZE -> List.of();
        };
    Rule.Bound bound =
        switch (form) {
          case CAPACITY -> bound();
          case HOSTS_USED -> new Rule.Bound(Rule.Measure.MACHINES, random.nextInt(5));
          case SPREAD,
              GATHER,
              AMONG,
              SPLIT_AMONG,
              SPLIT,
              FENCE,
              BAN,
              ROOT,
              LONELY,
              QUARANTINE,
              SEQUENCE,
              PRECEDENCE,
              SERIALIZE ->
              Rule.Bound.NONE;
        };
    return new Rule(form, always, machines, sets, bound, form + "" + machines + sets + bound);
  }

  private Rule.Bound bound() {
    List<Rule.Measure> measures = List.of(Rule.Measure.values());
    Rule.Measure measure = measures.get(random.nextInt(measures.size()));
    long most =
        switch (measure) {
          case MACHINES -> random.nextInt(8);
          case MEMORY -> 128L * random.nextInt(16);
          case CORES -> random.nextInt(10);
          case DISK -> 300L * random.nextInt(3);
        };
    return new Rule.Bound(measure, most);
  }

  private List<MachineId> some(List<MachineId> of) {
    List<MachineId> some = new ArrayList<>(of);
    while (some.size() > 1 && random.nextInt(3) == 0) {
      some.remove(random.nextInt(some.size()));
    }
    return some;
  }

  private List<List<MachineId>> groups(List<MachineId> of) {
    List<List<MachineId>> groups = List.of(new ArrayList<>(), new ArrayList<>());
    of.forEach(machine -> groups.get(random.nextInt(2)).add(machine));
    return groups.stream().filter(group -> !group.isEmpty()).map(List::copyOf).toList();
  }

  private SortedSet<HostId> set(int percent) {
    return new TreeSet<>(hosts.stream().filter(_ -> random.nextInt(100) < percent).toList());
  }
}
