package org.heddle.peers;

import com.google.ortools.Loader;
import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverSolutionCallback;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * OR-Tools CP-SAT: a truth value for each machine and host where it may be. Where that would be too
 * many to find anything, only machines on overloaded hosts and on twice as many helpers, those with
 * most room, may move, each to some of these hosts; the others stay.
 */
final class CpSatPeer {
  private static final long FULL = 20_000;
  private static final int CHOICES = 40;
  private static final int HELPERS = 2;
  private static final int WORKERS = 2;

  private final Question question;
  private final Answers answers;
  private final CpModel model = new CpModel();

  /** By machine: hosts where it may be, and whether it is. */
  private final int[][] choices;

  private final BoolVar[][] chosen;

  CpSatPeer(Question question, Answers answers) {
    this.question = question;
    this.answers = answers;
    this.choices = new int[question.machines()][];
    this.chosen = new BoolVar[question.machines()][];
  }

  void run(int seconds) {
    Loader.loadNativeLibraries();
    boolean full = (long) question.machines() * question.hosts() <= FULL;
    int[] open = full ? IntStream.range(0, question.hosts()).toArray() : overloadedAndHelpers();
    choose(open, full);
    capacities();
    model.minimize(moved());
    CpSolver solver = new CpSolver();
    solver.getParameters().setMaxTimeInSeconds(seconds).setNumWorkers(WORKERS);
    solver.solve(model, new Found());
  }

  private int[] overloadedAndHelpers() {
    long[][] left = question.left();
    List<Integer> over = new ArrayList<>();
    List<Integer> others = new ArrayList<>();
    for (int h = 0; h < left.length; h++) {
      (Arrays.stream(left[h]).anyMatch(free -> free < 0) ? over : others).add(h);
    }
    others.sort((a, b) -> Long.compare(Arrays.stream(left[b]).sum(), Arrays.stream(left[a]).sum()));
    over.addAll(others.subList(0, Math.min(others.size(), HELPERS * over.size())));
    return over.stream().mapToInt(h -> h).toArray();
  }

  private void choose(int[] open, boolean full) {
    SplittableRandom random = new SplittableRandom(1);
    boolean[] moves = new boolean[question.hosts()];
    Arrays.stream(open).forEach(h -> moves[h] = true);
    for (int m = 0; m < choices.length; m++) {
      int home = question.home()[m];
      IntStream hosts =
          !moves[home]
              ? IntStream.of(home)
              : full
                  ? Arrays.stream(open)
                  : IntStream.concat(
                      IntStream.of(home), random.ints(CHOICES, 0, open.length).map(i -> open[i]));
      choices[m] = hosts.distinct().toArray();
      chosen[m] = new BoolVar[choices[m].length];
      for (int i = 0; i < chosen[m].length; i++) {
        chosen[m][i] = model.newBoolVar("");
        model.addHint(chosen[m][i], choices[m][i] == home);
      }
      model.addExactlyOne(chosen[m]);
    }
  }

  private void capacities() {
    for (int r = 0; r < question.resources(); r++) {
      LinearExprBuilder[] use = new LinearExprBuilder[question.hosts()];
      Arrays.setAll(use, _ -> LinearExpr.newBuilder());
      for (int m = 0; m < choices.length; m++) {
        for (int i = 0; i < choices[m].length; i++) {
          use[choices[m][i]].addTerm(chosen[m][i], question.demand()[m][r]);
        }
      }
      for (int h = 0; h < use.length; h++) {
        model.addLessOrEqual(use[h], question.capacity()[h][r]);
      }
    }
  }

  private LinearExpr moved() {
    LinearExprBuilder moved = LinearExpr.newBuilder();
    for (int m = 0; m < choices.length; m++) {
      for (int i = 0; i < choices[m].length; i++) {
        if (choices[m][i] != question.home()[m]) {
          moved.addTerm(chosen[m][i], question.weight()[m]);
        }
      }
    }
    return moved.build();
  }

  private final class Found extends CpSolverSolutionCallback {
    @Override
    public void onSolutionCallback() {
      int[] placement = new int[choices.length];
      for (int m = 0; m < placement.length; m++) {
        for (int i = 0; i < choices[m].length; i++) {
          if (booleanValue(chosen[m][i])) {
            placement[m] = choices[m][i];
          }
        }
      }
      answers.found(Math.round(objectiveValue()), placement);
    }
  }
}
