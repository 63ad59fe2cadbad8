package org.heddle.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.api.VjobFile;
import org.heddle.cli.VjobWait.Goal;
import org.heddle.model.VjobSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * {@code heddle submit}. Nothing is submitted unless all files are good, and unless the controller
 * would take each vjob of them.
 */
@Command(
    name = "submit",
    description = {
      "Submit vjobs from files.",
      "With --wait: until their commands have ended (vjobs without one: until they run)."
    })
final class SubmitCommand extends GridCommand {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Vjob files; - is standard input.")
  List<String> files = List.of();

  @Mixin ChangeOptions change = new ChangeOptions();

  private int failures;

  @Override
  ExitCode run(GridClient grid) {
    List<VjobFile.Document> documents = new ArrayList<>();
    for (String file : files) {
      documents.addAll(read(file));
    }
    once(documents).ifPresent(this::blame);
    List<PlanView> plans = List.of();
    if (good() && (change.dryRun || documents.size() > 1)) {
      plans = attempt(documents, grid::planSubmit);
    }
    if (!good()) {
      return ExitCode.OK;
    }
    return change.dryRun ? showPlans(documents, plans) : submit(grid, documents);
  }

  private ExitCode submit(GridClient grid, List<VjobFile.Document> documents) {
    List<VjobView> submitted = attempt(documents, grid::submit);
    if (change.waits() && !submitted.isEmpty()) {
      Map<String, Goal> goals = new LinkedHashMap<>();
      submitted.forEach(vjob -> goals.put(vjob.name(), goal(vjob.spec())));
      VjobWait.Result result = new VjobWait(grid, around(), change.timeout).until(goals);
      result.missed().forEach(why -> fail(report().report(Failure.failed(why))));
      showViews(documents, result.vjobs(), "");
    } else {
      showViews(documents, submitted, VjobCommand.lines(submitted));
    }
    return ExitCode.OK;
  }

  private void showViews(List<VjobFile.Document> documents, List<VjobView> vjobs, String lines) {
    if (!vjobs.isEmpty()) {
      show(documents.size() == 1 ? vjobs.getFirst() : vjobs, () -> lines);
    }
  }

  private ExitCode showPlans(List<VjobFile.Document> documents, List<PlanView> plans) {
    show(
        documents.size() == 1 ? plans.getFirst() : plans,
        () -> PlanText.of(plans, around().output()));
    return ExitCode.OK;
  }

  private static Goal goal(VjobSpec spec) {
    return spec.run().isPresent() ? Goal.TERMINATED : Goal.RUNNING;
  }

  private List<VjobFile.Document> read(String file) {
    String name = file.equals("-") ? "standard input" : file;
    String user = around().variables().getOrDefault("USER", System.getProperty("user.name"));
    VjobFile read = VjobFile.read(name, text(file), user);
    read.problems().forEach(this::blame);
    return read.documents();
  }

  private String text(String file) {
    try {
      return file.equals("-")
          ? new String(around().in().readAllBytes(), StandardCharsets.UTF_8)
          : new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      String why = Files.exists(Path.of(file)) ? "it cannot be read" : "there is no such file";
      throw Failure.invalid(file + ": " + why);
    }
  }

  /** Two vjobs of one name in different files. */
  private static Optional<VjobFile.Problem> once(List<VjobFile.Document> documents) {
    Map<String, String> files = new HashMap<>();
    for (VjobFile.Document document : documents) {
      String name = document.spec().name().value();
      String before = files.putIfAbsent(name, document.file());
      if (before != null) {
        return Optional.of(
            document.blame("name", "'" + name + "' is the name of a vjob in " + before + " too"));
      }
    }
    return Optional.empty();
  }

  private boolean good() {
    return failures == 0;
  }

  @Override
  void fail(ExitCode code) {
    failures++;
    super.fail(code);
  }

  private void blame(VjobFile.Problem wrong) {
    Problem problem =
        new Problem("invalid", "Invalid vjob file", 400, wrong.message(), wrong.field());
    fail(report().report(problem, wrong.toString()));
  }

  /** For each document; a refusal of the controller is laid at the line of the field it names. */
  private <T> List<T> attempt(List<VjobFile.Document> documents, Function<VjobSpec, T> deed) {
    List<T> done = new ArrayList<>();
    for (VjobFile.Document document : documents) {
      try {
        done.add(deed.apply(document.spec()));
      } catch (GridException refused) {
        Problem problem = refused.problem();
        if (problem.type().equals("unreachable")) {
          throw refused;
        }
        String text =
            problem.field().isEmpty()
                ? ErrorReport.text(refused)
                : document.blame(problem.field(), problem.detail()).toString();
        fail(report().report(problem, text));
      }
    }
    return done;
  }
}
