package org.heddle.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridClient;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.NodeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle constraint}. */
@Command(
    name = "constraint",
    description = "What administrators ask of every placement.",
    subcommands = {
      ConstraintCommand.ListAll.class,
      ConstraintCommand.Add.class,
      ConstraintCommand.Remove.class
    })
final class ConstraintCommand {

  private static Table table(List<ConstraintView> constraints) {
    Table table = Table.of("NAME", "CONSTRAINT", ">MACHINES", "KEPT", "ADDED");
    for (ConstraintView each : constraints) {
      table.row(
          each.name(),
          each.constraint(),
          each.machines(),
          each.broken().isEmpty() ? "yes" : "not by " + NodeSet.fold(each.broken()),
          Instant.ofEpochMilli(each.addedMs() / 1000 * 1000).toString());
    }
    return table;
  }

  private static ConstraintTerm term(String text) {
    try {
      return ConstraintTerm.parse(text);
    } catch (IllegalArgumentException wrong) {
      throw Failure.invalid(Objects.requireNonNullElse(wrong.getMessage(), "no constraint"));
    }
  }

  private static List<ConstraintTerm> terms(List<String> texts) {
    return texts.stream().map(ConstraintCommand::term).toList();
  }

  @Command(name = "list", description = "List the constraints, and which machines break them now.")
  static final class ListAll extends GridCommand {
    @Override
    ExitCode run(GridClient grid) {
      List<ConstraintView> all = grid.constraints();
      show(all, () -> table(all).render(around().output()));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "add",
      description = {
        "Have every placement keep constraints, from now on.",
        "What runs against them is moved, or its vjob suspended. To add what is there changes"
            + " nothing. Machines are named node1.web; web and *.web are all of vjob web, * all"
            + " there are. With --wait: until nothing runs against them any more. See"
            + " docs/constraints.md."
      })
  static final class Add extends GridCommand {
    @Parameters(
        paramLabel = "CONSTRAINT",
        arity = "1..*",
        description = "Such as 'ban(node[1-2].web, host[3-4])' or 'maxOnline(*, 5)'.")
    List<String> texts = List.of();

    @Mixin ChangeOptions change = new ChangeOptions();

    @Override
    ExitCode run(GridClient grid) {
      List<ConstraintTerm> terms = terms(texts);
      boolean one = terms.size() == 1;
      if (change.dryRun) {
        List<ConstraintTerm> before = new ArrayList<>();
        List<PlanView> plans =
            each(
                terms,
                term -> {
                  PlanView plan = grid.planConstraint(term, before);
                  before.add(term);
                  return plan;
                });
        some(one, plans, PlanText.of(plans, around().output()));
        return ExitCode.OK;
      }
      List<ConstraintView> added = each(terms, grid::addConstraint);
      if (change.waits() && !added.isEmpty()) {
        List<String> names = added.stream().map(ConstraintView::name).distinct().toList();
        some(one, new ConstraintWait(grid, around(), change.timeout).until(names), "");
      } else {
        some(one, added, lines(added));
      }
      return ExitCode.OK;
    }

    private static String lines(List<ConstraintView> added) {
      return String.join("", added.stream().map(it -> ConstraintWait.line(it) + "\n").toList());
    }

    /** One that was asked for is one object, not a list. */
    private void some(boolean one, List<?> values, String text) {
      if (!values.isEmpty()) {
        show(one ? values.getFirst() : values, () -> text);
      }
    }
  }

  @Command(
      name = "rm",
      description = {
        "Take constraints back.",
        "To take back what is gone already changes nothing."
      })
  static final class Remove extends GridCommand {
    @Parameters(
        paramLabel = "CONSTRAINT",
        arity = "1..*",
        completionCandidates = Candidates.Constraints.class,
        description = "Names (c3), sets (c[1-4]), or the text of constraints.")
    List<String> asked = List.of();

    @Option(names = "--dry-run", description = "Show the plan and its cost, change nothing.")
    boolean dryRun;

    @Override
    ExitCode run(GridClient grid) {
      List<String> names = named(grid);
      if (dryRun) {
        List<PlanView> plans = each(names, grid::planWithout);
        if (!plans.isEmpty()) {
          show(
              names.size() == 1 ? plans.getFirst() : plans,
              () -> PlanText.of(plans, around().output()));
        }
        return ExitCode.OK;
      }
      List<String> removed =
          each(
              names,
              name -> {
                grid.removeConstraint(name);
                return name;
              });
      show(removed, () -> String.join("", removed.stream().map(it -> it + ": gone\n").toList()));
      return ExitCode.OK;
    }

    /** A text that is not there is gone already. */
    private List<String> named(GridClient grid) {
      List<String> found = new ArrayList<>();
      for (String each : asked) {
        if (each.indexOf('(') < 0) {
          found.addAll(names(List.of(each)));
        } else {
          byText(grid, term(each)).ifPresent(found::add);
        }
      }
      return found;
    }

    private static Optional<String> byText(GridClient grid, ConstraintTerm term) {
      return grid.constraints().stream()
          .filter(view -> view.constraint().equals(term.toString()))
          .map(ConstraintView::name)
          .findFirst();
    }
  }
}
