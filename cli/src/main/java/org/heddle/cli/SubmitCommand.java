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

  @Override
  ExitCode run(GridClient grid) {
    List<VjobFile.Document> documents = new ArrayList<>();
    for (String file : files) {
      documents.addAll(read(file));
    }
    once(documents).ifPresent(this::blame);
    List<PlanView> plans = List.of();
    if (good() && (change.dryRun || documents.size() > 1)) {
      plans =
          each(documents, document -> located(document, () -> grid.planSubmit(document.spec())));
    }
    if (!good()) {
      return ExitCode.OK;
    }
    return change.dryRun ? showPlans(documents, plans) : submit(grid, documents);
  }

  private ExitCode submit(GridClient grid, List<VjobFile.Document> documents) {
    List<VjobView> submitted =
        each(documents, document -> located(document, () -> grid.submit(document.spec())));
    if (change.waits() && !submitted.isEmpty()) {
      Map<String, Goal> goals = new LinkedHashMap<>();
      submitted.forEach(vjob -> goals.put(vjob.name(), goal(vjob.spec())));
      VjobWait.Result result = new VjobWait(grid, around(), change.timeout).until(goals);
      result.missed().forEach(why -> fail(report().report(Failure.failed(why))));
      submitted = result.vjobs();
    }
    if (!submitted.isEmpty()) {
      List<VjobView> last = submitted;
      show(documents.size() == 1 ? last.getFirst() : last, () -> VjobCommand.lines(last));
    }
    return ExitCode.OK;
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

  private int failures;

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

  /** Says the line of the file that the controller's refusal is about. */
  private static <T> T located(VjobFile.Document document, java.util.function.Supplier<T> deed) {
    try {
      return deed.get();
    } catch (GridException refused) {
      Problem problem = refused.problem();
      if (problem.field().isEmpty()) {
        throw refused;
      }
      String text = document.blame(problem.field(), problem.detail()).toString();
      // The text has the field in it.
      throw new GridException(
          new Problem(problem.type(), problem.title(), problem.status(), text, ""), refused);
    }
  }
}
