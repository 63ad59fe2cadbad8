package org.heddle.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the machines of a vjob may run, as its file says it: constraints of placement and of order,
 * which name the vjob's own machines by their short names, and hosts or sites of the grid. Compared
 * by text.
 */
public record Constraints(List<ConstraintTerm> terms) {
  public static final Constraints NONE = new Constraints(List.of());

  /** More than this is taken for a slip of the hand. */
  public static final int MOST = 100;

  private static final Set<ConstraintForm> FORMS =
      Collections.unmodifiableSet(
          EnumSet.of(
              ConstraintForm.SPREAD,
              ConstraintForm.GATHER,
              ConstraintForm.AMONG,
              ConstraintForm.SPLIT_AMONG,
              ConstraintForm.SPLIT,
              ConstraintForm.FENCE,
              ConstraintForm.BAN,
              ConstraintForm.ROOT,
              ConstraintForm.LONELY,
              ConstraintForm.SEQUENCE,
              ConstraintForm.PRECEDENCE,
              ConstraintForm.SERIALIZE));

  public Constraints {
    terms = List.copyOf(terms);
    if (terms.size() > MOST) {
      throw new IllegalArgumentException("constraints: use at most " + MOST);
    }
  }

  /** Of texts. */
  public static Constraints of(String... texts) {
    List<ConstraintTerm> terms = new ArrayList<>();
    for (String text : texts) {
      terms.add(ConstraintTerm.parse(text));
    }
    return new Constraints(terms);
  }

  /**
   * What is wrong with a constraint of a vjob that has these machines, whatever hosts there are.
   *
   * @param machines short names
   */
  public static Optional<String> problem(ConstraintTerm term, Set<String> machines) {
    if (!FORMS.contains(term.form())) {
      return Optional.of(elsewhere(term.form()));
    }
    for (String machine : term.machines()) {
      if (!machine.equals(ConstraintTerm.ALL) && !machines.contains(machine)) {
        return Optional.of(
            "the vjob has no machine '"
                + machine
                + "'; name some of "
                + NodeSet.fold(machines)
                + ", or * for all");
      }
    }
    return Optional.empty();
  }

  private static String elsewhere(ConstraintForm form) {
    String why =
        GridConstraints.ofHosts(form) && GridConstraints.senseless(form).isEmpty()
            ? "it speaks of hosts, for all vjobs: an administrator may add it with 'heddle"
                + " constraint add'"
            : GridConstraints.senseless(form).orElse("it is for instances");
    return "'"
        + form.word()
        + "' is not for the file of a vjob, since "
        + why
        + " (there are "
        + FORMS.stream().map(ConstraintForm::word).sorted().collect(Collectors.joining(", "))
        + ")";
  }

  public boolean isEmpty() {
    return terms.isEmpty();
  }

  @Override
  public String toString() {
    return terms.toString();
  }
}
