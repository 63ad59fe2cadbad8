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
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridApi.StepView;
import org.heddle.api.GridApi.Submission;
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
 * {@code heddle submit}. Nothing is submitted unless all files are good, and the controller takes
 * all vjobs of them or none.
 */
@Command(
    name = "submit",
    description = {
      "Submit vjobs from files. An image that is a recipe is built before, unless it is there.",
      "With --wait: until their commands have ended (vjobs without one: until they run)."
    })
final class SubmitCommand extends GridCommand {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Vjob files; - is standard input.")
  List<String> files = List.of();

  @Mixin ChangeOptions change = new ChangeOptions();

  /** How a refusal names a vjob of a submission, and a field of it. */
  private static final Pattern PLACE = Pattern.compile("vjobs\\[(\\d{1,6})]\\.?(.*)");

  private int failures;

  @Override
  ExitCode run(GridClient grid) {
    List<VjobFile.Document> documents = new ArrayList<>();
    for (String file : files) {
      documents.addAll(read(file));
    }
    once(documents).ifPresent(this::blame);
    if (!good() || documents.isEmpty()) {
      return ExitCode.OK;
    }
    if (VjobImages.any(documents)) {
      withImages(grid, documents);
    } else {
      submit(grid, documents);
    }
    return ExitCode.OK;
  }

  private void submit(GridClient grid, List<VjobFile.Document> documents) {
    Submission all = submission(documents);
    try {
      if (change.dryRun) {
        PlanView plan = grid.planSubmit(all);
        showPlan(plan, List.of());
      } else {
        follow(grid, documents, grid.submit(all));
      }
    } catch (GridException refused) {
      if (!imageIsMissing(refused) || !withImages(grid, documents)) {
        blame(documents, refused);
      }
    }
  }

  private static boolean imageIsMissing(GridException refused) {
    return refused.type().equals("infeasible") && refused.problem().field().endsWith(".image");
  }

  /**
   * Builds images first. What would be refused anyway is refused before anything is built.
   *
   * @return false when there is nothing to be built, and nothing was done
   */
  private boolean withImages(GridClient grid, List<VjobFile.Document> documents) {
    try (GridBuilds builds = new GridBuilds(grid, around())) {
      VjobImages images = VjobImages.of(documents, grid.farm());
      if (images.none()) {
        return false;
      }
      SequencedMap<BuildRequest, BuildView> views = images.plan(builds);
      List<VjobFile.Document> planned = images.with(views);
      Optional<PlanView> plan =
          attempt(documents, () -> grid.planSubmit(submission(planned), VjobImages.names(views)));
      if (plan.isEmpty()) {
        return true;
      }
      if (change.dryRun) {
        showPlan(plan.get(), List.copyOf(views.values()));
        return true;
      }
      List<VjobFile.Document> ready = images.with(images.build(builds));
      attempt(documents, () -> grid.submit(submission(ready)))
          .ifPresent(submitted -> follow(grid, documents, submitted));
    } catch (VjobImages.Wrong wrong) {
      fail(report().report(wrong.problem(), wrong.text()));
    }
    return true;
  }

  private static Submission submission(List<VjobFile.Document> documents) {
    if (documents.size() > Submission.MOST) {
      throw Failure.invalid(
          documents.size() + " vjobs: submit at most " + Submission.MOST + " at once");
    }
    List<VjobSpec> specs = documents.stream().map(VjobFile.Document::spec).toList();
    return new Submission(UUID.randomUUID().toString(), specs);
  }

  private void follow(
      GridClient grid, List<VjobFile.Document> documents, List<VjobView> submitted) {
    if (change.waits()) {
      Map<String, Goal> goals = new LinkedHashMap<>();
      submitted.forEach(vjob -> goals.put(vjob.name(), goal(vjob.spec())));
      VjobWait.Result result = new VjobWait(grid, around(), change.timeout).until(goals);
      result.missed().forEach(why -> fail(report().report(Failure.failed(why))));
      showViews(documents, result.vjobs(), "");
    } else {
      showViews(documents, submitted, VjobCommand.lines(submitted));
    }
  }

  private void showViews(List<VjobFile.Document> documents, List<VjobView> vjobs, String lines) {
    if (!vjobs.isEmpty()) {
      show(documents.size() == 1 ? vjobs.getFirst() : vjobs, () -> lines);
    }
  }

  /** A plan, with the images that would be built before. */
  private record SubmitPlan(
      List<StepView> steps,
      long cost,
      long endMs,
      SortedMap<String, String> refused,
      List<BuildView> builds) {}

  private void showPlan(PlanView plan, List<BuildView> builds) {
    StringBuilder text = new StringBuilder();
    builds.forEach(build -> text.append(GridBuilds.plan(build)).append('\n'));
    text.append(PlanText.of(List.of(plan), around().output()));
    show(
        new SubmitPlan(plan.steps(), plan.cost(), plan.endMs(), plan.refused(), builds),
        text::toString);
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

  /** A refusal of the controller is laid at the line of the field it names. */
  private <T> Optional<T> attempt(List<VjobFile.Document> documents, Supplier<T> deed) {
    try {
      return Optional.of(deed.get());
    } catch (GridException refused) {
      blame(documents, refused);
      return Optional.empty();
    }
  }

  private void blame(List<VjobFile.Document> documents, GridException refused) {
    Problem problem = refused.problem();
    Matcher place = PLACE.matcher(problem.field());
    if (!place.matches() || Integer.parseInt(place.group(1)) >= documents.size()) {
      throw refused;
    }
    VjobFile.Document document = documents.get(Integer.parseInt(place.group(1)));
    String field = place.group(2).isEmpty() ? "name" : place.group(2);
    String text = document.blame(field, problem.detail()).toString();
    fail(report().report(documents.size() == 1 ? of(problem, field) : problem, text));
  }

  private static Problem of(Problem problem, String field) {
    return new Problem(problem.type(), problem.title(), problem.status(), problem.detail(), field);
  }
}
