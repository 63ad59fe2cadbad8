package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.ConstraintText;
import org.heddle.planner.instance.Instance;

/**
 * Why nothing fits: a set of constraints and machines that cannot be kept together and of which
 * none can be left out, found by leaving out ever smaller groups of them and trying again (the
 * deletion filter of Chinneck and Dravnieks 1991).
 */
final class Conflicts {
  private static final long TRY = 300_000;
  private static final int MOST_TRIES = 500;
  private static final int MOST_SHOWN = 12;

  private final Instance instance;
  private final Pricing pricing;
  private final SearchLimits limits;
  private final boolean[] ignored;
  private final boolean[] absent;
  private int tries;
  private boolean allCertain = true;

  Conflicts(Instance instance, Pricing pricing, SearchLimits limits) {
    this.instance = instance;
    this.pricing = pricing;
    this.limits = limits.with(limits.stop());
    ignored = new boolean[instance.constraints().size()];
    absent = new boolean[instance.machines()];
  }

  /**
   * @param certain whether it is known that there is no placement
   */
  Outcome.Refused explain(boolean certain) {
    Shortage shortage = new Shortage(prepared());
    List<String> plain = shortage.reasons();
    if (!plain.isEmpty()) {
      return new Outcome.Refused(true, plain);
    }
    if (!certain && (limits.iterations() == 0 || limits.stop().getAsBoolean())) {
      return new Outcome.Refused(
          false,
          List.of("no placement was found within the limits; whether there is one is not known"));
    }
    filter(ignored, relevant());
    filter(absent, running());
    boolean proven = certain || (allCertain && tries > 0 && impossible() && allCertain);
    return new Outcome.Refused(proven, reasons(proven));
  }

  private Dense prepared() {
    List<Constraint> kept = new ArrayList<>();
    List<Boolean> left = new ArrayList<>();
    for (int c = 0; c < ignored.length; c++) {
      Constraint constraint = instance.constraints().get(c);
      if (!ignored[c] || meaning(constraint) != Meaning.FOLDED) {
        kept.add(constraint);
        left.add(ignored[c]);
      }
    }
    boolean all = kept.size() == ignored.length;
    Instance relaxed = all ? instance : instance.toBuilder().only(kept).build();
    boolean[] leftOut = new boolean[left.size()];
    for (int c = 0; c < leftOut.length; c++) {
      leftOut[c] = left.get(c);
    }
    return new Preparation(relaxed, pricing, leftOut, absent.clone()).prepare();
  }

  /** After {@link #explain}: the constraints of the conflict, by their index. */
  int[] conflicting() {
    return Arrays.stream(relevant()).filter(c -> !ignored[c]).toArray();
  }

  /** What leaving a constraint out means for the search. */
  private enum Meaning {
    /** A rule or a domain, that is not made. */
    RULE,
    /** In the columns of the instance, which is made anew without it. */
    FOLDED,
    /** Nothing, or less freedom: of the order alone, or what gives room. */
    NONE
  }

  private Meaning meaning(Constraint constraint) {
    return switch (constraint) {
      case Constraint.Spread _,
          Constraint.Gather _,
          Constraint.Among _,
          Constraint.SplitAmong _,
          Constraint.Split _,
          Constraint.Fence _,
          Constraint.Ban _,
          Constraint.Root _,
          Constraint.Lonely _,
          Constraint.Quarantine _,
          Constraint.RunningCapacity _,
          Constraint.ResourceCapacity _,
          Constraint.MaxOnline _,
          Constraint.NoIdle _ ->
          Meaning.RULE;
      case Constraint.Online _, Constraint.Offline _ -> Meaning.FOLDED;
      case Constraint.Overbook overbook -> overbook.ratio() < 1 ? Meaning.FOLDED : Meaning.NONE;
      case Constraint.Preserve preserve -> asksMore(preserve) ? Meaning.FOLDED : Meaning.NONE;
      case Constraint.InState _,
          Constraint.Sequence _,
          Constraint.Precedence _,
          Constraint.Serialize _,
          Constraint.Synchronize _,
          Constraint.Deadline _,
          Constraint.NoDelay _ ->
          Meaning.NONE;
    };
  }

  /** Without it, each machine needs as much as with it, or less. */
  private boolean asksMore(Constraint.Preserve preserve) {
    return preserve.machines().stream()
        .allMatch(m -> instance.present(m, preserve.resource()) <= preserve.amount());
  }

  /** Constraints that can be part of a conflict between placements. */
  int[] relevant() {
    return IntStream.range(0, ignored.length)
        .filter(c -> meaning(instance.constraints().get(c)) != Meaning.NONE)
        .toArray();
  }

  private int[] running() {
    return Arrays.stream(prepared().members).flatMapToInt(Arrays::stream).sorted().toArray();
  }

  /** Leaves out what can be left out: halves first, then ever smaller groups. */
  private void filter(boolean[] out, int[] items) {
    int size = Math.max(1, items.length / 2);
    while (items.length > 0) {
      for (int from = 0; from < items.length && !over(); from += size) {
        leaveOut(out, items, from, Math.min(items.length, from + size));
      }
      if (size == 1 || over()) {
        return;
      }
      size = (size + 1) / 2;
    }
  }

  private void leaveOut(boolean[] out, int[] items, int from, int to) {
    boolean[] before = out.clone();
    boolean change = false;
    for (int i = from; i < to; i++) {
      change |= !out[items[i]];
      out[items[i]] = true;
    }
    if (change && !impossible()) {
      System.arraycopy(before, 0, out, 0, out.length);
    }
  }

  /** What is not tried any more stays part of the conflict. */
  private boolean over() {
    return tries >= MOST_TRIES || limits.stop().getAsBoolean();
  }

  private boolean impossible() {
    tries++;
    Dense dense = prepared();
    if (!dense.contradictions.isEmpty() || !new Shortage(dense).reasons().isEmpty()) {
      return true;
    }
    SearchLimits quick = limits.withIterations(TRY).with((SearchLimits.Progress) (_, _) -> {});
    Solver solver = new Solver(dense, pricing.scale, quick);
    solver.feasible();
    boolean none = solver.placement == null;
    allCertain &= !none || solver.exhausted();
    return none;
  }

  private List<String> reasons(boolean certain) {
    List<String> words = new ArrayList<>();
    String what = certain ? "cannot be kept together" : "were not kept together by any try";
    words.add("these demands and constraints " + what + ":");
    ConstraintText text = new ConstraintText(instance);
    for (int c : conflicting()) {
      words.add(text.brief(instance.constraints().get(c)));
    }
    int shown = 0;
    int more = 0;
    for (int m : running()) {
      if (shown++ < MOST_SHOWN) {
        words.add(Shortage.demand(instance, m));
      } else {
        more++;
      }
    }
    if (more > 0) {
      words.add("and " + more + " machines more");
    }
    words.addAll(room(prepared()));
    return words;
  }

  private static List<String> room(Dense dense) {
    List<String> words = new ArrayList<>();
    int open = 0;
    for (boolean shut : dense.shut) {
      open += shut ? 0 : 1;
    }
    StringBuilder line =
        new StringBuilder("room on the " + open + " hosts that may run something:");
    for (int r = 0; r < dense.resources; r++) {
      long sum = 0;
      for (int h = 0; h < dense.hosts; h++) {
        sum += dense.shut[h] ? 0 : dense.usable[h * dense.resources + r];
      }
      line.append(r > 0 ? ", " : " ")
          .append(sum)
          .append(' ')
          .append(dense.instance.resourceName(r));
    }
    words.add(line.toString());
    return words;
  }
}
