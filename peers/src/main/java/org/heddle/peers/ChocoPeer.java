package org.heddle.peers;

import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.stream.IntStream;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.Solver;
import org.chocosolver.solver.search.loop.lns.INeighborFactory;
import org.chocosolver.solver.search.strategy.Search;
import org.chocosolver.solver.search.strategy.selectors.variables.InputOrder;
import org.chocosolver.solver.variables.BoolVar;
import org.chocosolver.solver.variables.IntVar;

/**
 * Choco: a host for each machine, a bin packing for each resource, and the sum over those that
 * left; machines that may stay are placed first, then the largest of the overloaded hosts, at home
 * if possible; with its own large-neighbourhood search.
 */
final class ChocoPeer {
  private final Question question;
  private final Answers answers;
  private final Model model = new Model();

  ChocoPeer(Question question, Answers answers) {
    this.question = question;
    this.answers = answers;
  }

  void run(int seconds) {
    IntVar[] host = model.intVarArray(question.machines(), 0, question.hosts() - 1, false);
    for (int r = 0; r < question.resources(); r++) {
      pack(host, r);
    }
    int[] weights = new int[question.machines()];
    BoolVar[] away = new BoolVar[question.machines()];
    for (int m = 0; m < weights.length; m++) {
      weights[m] = Math.toIntExact(question.weight()[m]);
      away[m] = host[m].ne(question.home()[m]).boolVar();
    }
    IntVar moved = model.intVar("moved", 0, Arrays.stream(weights).sum());
    model.scalar(away, weights, "=", moved).post();
    model.setObjective(Model.MINIMIZE, moved);
    Solver solver = model.getSolver();
    IdentityHashMap<IntVar, Integer> home = new IdentityHashMap<>();
    for (int m = 0; m < host.length; m++) {
      home.put(host[m], question.home()[m]);
    }
    boolean[] overloaded = new boolean[question.hosts()];
    long[][] left = question.left();
    for (int h = 0; h < left.length; h++) {
      overloaded[h] = Arrays.stream(left[h]).anyMatch(free -> free < 0);
    }
    IntVar[] stayingFirst =
        IntStream.range(0, host.length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(m -> overloaded[question.home()[m]] ? 1 : 0)
                    .thenComparingLong(m -> -Arrays.stream(question.demand()[m]).sum()))
            .map(m -> host[m])
            .toArray(IntVar[]::new);
    solver.setSearch(
        Search.intVarSearch(new InputOrder<>(model), x -> value(x, home), stayingFirst));
    solver.setLNS(INeighborFactory.random(host));
    solver.limitTime(seconds + "s");
    while (solver.solve()) {
      answers.found(moved.getValue(), Arrays.stream(host).mapToInt(IntVar::getValue).toArray());
    }
  }

  private void pack(IntVar[] host, int resource) {
    int[] sizes = new int[question.machines()];
    Arrays.setAll(sizes, m -> Math.toIntExact(question.demand()[m][resource]));
    IntVar[] loads = new IntVar[question.hosts()];
    Arrays.setAll(loads, h -> model.intVar(0, Math.toIntExact(question.capacity()[h][resource])));
    model.binPacking(host, sizes, loads, 0).post();
  }

  /** Home, else the first host that is left. */
  private static int value(IntVar host, IdentityHashMap<IntVar, Integer> home) {
    int wanted = home.getOrDefault(host, -1);
    return host.contains(wanted) ? wanted : host.getLB();
  }
}
