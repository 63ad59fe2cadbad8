package org.heddle.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.Step.Refusal;
import org.heddle.engine.Step.Why;
import org.heddle.model.ConstraintForm;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.heddle.planner.Rule;
import org.heddle.planner.Sequences;

/**
 * Refuses sequences in which machines wait for each other: of vjobs, of administrators, or both.
 */
final class Circles {
  private Circles() {}

  /** Empty when all the sequences that there are can be kept. */
  static Optional<Refusal> ofConstraint(Draft draft) {
    return refusal(Sequences.circle(sequences(draft)), "constraint");
  }

  /** Empty when the vjob, already in the draft, is in no circle. */
  static Optional<Refusal> ofVjob(Draft draft, VjobId vjob) {
    List<Rule> circle = Sequences.circle(sequences(draft));
    boolean concerned =
        circle.stream()
            .flatMap(rule -> rule.machines().stream())
            .flatMap(List::stream)
            .anyMatch(machine -> machine.vjob().equals(vjob));
    return concerned ? refusal(circle, "constraints") : Optional.empty();
  }

  private static Optional<Refusal> refusal(List<Rule> circle, String field) {
    return circle.isEmpty()
        ? Optional.empty()
        : Submission.refuse(
            Why.INFEASIBLE,
            field,
            "machines would wait for each other in "
                + circle.stream().map(Rule::words).sorted().collect(Collectors.joining(" and "))
                + ": leave out or take back one of them");
  }

  private static List<Rule> sequences(Draft draft) {
    List<Rule> rules = new ArrayList<>(Administration.rules(draft, ConstraintForm.SEQUENCE));
    Binding binding = Binding.of(draft);
    for (VjobRecord vjob : draft.vjobs.map().values()) {
      boolean orders =
          vjob.state() != VjobState.TERMINATED
              && vjob.spec().constraints().terms().stream()
                  .anyMatch(term -> term.form() == ConstraintForm.SEQUENCE);
      if (orders) {
        binding.rules(vjob.spec()).stream()
            .map(rule -> rule.withWords(rule.words() + " of vjob " + vjob.spec().name()))
            .forEach(rules::add);
      }
    }
    return rules;
  }
}
