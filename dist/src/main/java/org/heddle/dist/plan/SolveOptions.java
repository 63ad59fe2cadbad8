package org.heddle.dist.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.heddle.model.NodeSet;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.ConstraintText;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.order.AttributeDurations;
import org.heddle.planner.order.Durations;
import org.heddle.planner.order.ModelDurations;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.search.Goal;
import org.heddle.planner.search.SearchLimits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that search for a plan have in common. */
final class SolveOptions {
  private static final long MINUTE = 60_000;

  @Parameters(
      paramLabel = "INSTANCE",
      description = "File with an instance: Heddle's JSON or BtrPlace's, plain or gzip.")
  Path file = Path.of("");

  @Option(
      names = "--objective",
      paramLabel = "GOAL",
      split = ",",
      defaultValue = "moved-memory,moves",
      description =
          "What is made small, the first counts most: moved-memory, moves, hosts-used, balance,"
              + " soonest-end. Default: ${DEFAULT-VALUE}.")
  List<String> objective = List.of();

  @Option(
      names = "--time-limit",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "Such as 500ms, 10s, 2min. Default: ${DEFAULT-VALUE}.")
  String timeLimit = "10s";

  @Option(
      names = "--overtime",
      paramLabel = "TIME",
      defaultValue = "10s",
      description =
          "So much longer a first plan is looked for when there is none at the time limit."
              + " Default: ${DEFAULT-VALUE}.")
  String overtime = "10s";

  @Option(
      names = "--iterations",
      paramLabel = "N",
      description = "Steps of the search at most; with a generous time limit, answers repeat.")
  @Nullable Long iterations;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of random choices. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--constraints",
      paramLabel = "FILE",
      description = "Further constraints, one a line, such as: always spread(vm[1-3]).")
  @Nullable Path constraints;

  @Option(
      names = "--pin",
      paramLabel = "VM=HOST",
      description = "Let these machines run on these hosts only, such as vm[1-3]=host1.")
  List<String> pins = List.of();

  @Option(
      names = "--forbid",
      paramLabel = "VM=HOST",
      description = "Let these machines run on none of these hosts.")
  List<String> forbidden = List.of();

  @Option(
      names = "--durations",
      paramLabel = "MODEL",
      defaultValue = "auto",
      description = {
        "How long actions last. model: from memory, dirty rate and links; btrplace: the machine's"
            + " attribute of the action's name in seconds, else 1 s; auto: btrplace for BtrPlace's"
            + " files, else model. Default: ${DEFAULT-VALUE}."
      })
  String durations = "auto";

  @Option(
      names = "--per-host",
      paramLabel = "N",
      description = "At most so many actions at once on a host.")
  int perHost = OrderLimits.UNLIMITED;

  @Option(
      names = "--per-link",
      paramLabel = "N",
      description = "At most so many migrations at once over a link.")
  int perLink = OrderLimits.UNLIMITED;

  @Option(names = "--no-relaunch", description = "Stateless machines are migrated like others.")
  boolean noRelaunch;

  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    for (String word : objective) {
      goals.add(
          Arrays.stream(Goal.values())
              .filter(goal -> word(goal).equals(word.toLowerCase(Locale.ROOT)))
              .findFirst()
              .orElseThrow(() ->
                  InvalidInstance.invalid(
                      "--objective",
                      "'" + word + "' is no goal",
                      "use "
                          + String.join(
                              ", ",
                              Arrays.stream(Goal.values()).map(SolveOptions::word).toList()))));
    }
    return goals;
  }

  static String word(Goal goal) {
    return goal.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A longer time is as good: half a century, and clocks still count it in nanoseconds. */
  private static final long LONGEST = 50L * 365 * 24 * 3_600_000;

  PlanSolver.Time time() {
    return new PlanSolver.Time(ms("--time-limit", timeLimit), ms("--overtime", overtime));
  }

  private static long ms(String option, String given) {
    String text = given.strip();
    int digits = 0;
    while (digits < text.length() && NodeSet.digit(text.charAt(digits))) {
      digits++;
    }
    long unit =
        switch (text.substring(digits)) {
          case "ms", "" -> 1;
          case "s" -> 1000;
          case "min" -> MINUTE;
          default -> 0;
        };
    if (digits == 0 || digits > 9 || unit == 0) {
      throw InvalidInstance.invalid(
          option, "'" + text + "' is no time", "give one such as 500ms, 10s or 2min");
    }
    return Math.min(LONGEST, Long.parseLong(text.substring(0, digits)) * unit);
  }

  long steps() {
    if (iterations != null && iterations < 0) {
      throw InvalidInstance.invalid("--iterations", iterations + " is too few", "give 0 or more");
    }
    return iterations == null ? SearchLimits.DEFAULT_ITERATIONS : iterations;
  }

  /** The instance of the file, with what the options add. */
  LoadedInstance load() throws IOException {
    return InstanceFile.read(file, this::added);
  }

  private List<Constraint> added(Instance draft) throws IOException {
    List<Constraint> more = new ArrayList<>();
    if (constraints != null) {
      more.addAll(
          new ConstraintText(draft)
              .parseLines(String.valueOf(constraints.getFileName()), lines(constraints)));
    }
    for (String pin : pins) {
      Pair pair = pair(draft, "--pin", pin);
      more.add(new Constraint.Fence(pair.machines, pair.hosts, false));
    }
    for (String forbid : forbidden) {
      Pair pair = pair(draft, "--forbid", forbid);
      more.add(new Constraint.Ban(pair.machines, pair.hosts, false));
    }
    return more;
  }

  private static List<String> lines(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw InvalidInstance.invalid(
          file.toString(), "cannot be read", "give a file with a constraint a line");
    }
    return Files.readAllLines(file);
  }

  private record Pair(Indices machines, Indices hosts) {}

  private static Pair pair(Instance instance, String option, String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw InvalidInstance.invalid(option, "'" + text + "' has no '='", "write vm3=host1");
    }
    return new Pair(
        machines(instance, option, text.substring(0, equals)),
        hosts(instance, option, text.substring(equals + 1)));
  }

  static Indices machines(Instance instance, String option, String set) {
    return Indices.of(
        names(option, set).stream()
            .mapToInt(name -> known(option, "machine", name, instance.machineNamed(name)))
            .toArray());
  }

  private static Indices hosts(Instance instance, String option, String set) {
    return Indices.of(
        names(option, set).stream()
            .mapToInt(name -> known(option, "host", name, instance.hostNamed(name)))
            .toArray());
  }

  private static List<String> names(String option, String set) {
    try {
      return List.copyOf(NodeSet.parse(set));
    } catch (IllegalArgumentException wrong) {
      throw InvalidInstance.invalid(
          option, String.valueOf(wrong.getMessage()), "write names as vm3 or vm[1-3]");
    }
  }

  private static int known(String option, String kind, String name, int index) {
    if (index < 0) {
      throw InvalidInstance.invalid(
          option,
          "the instance has no " + kind + " '" + name + "'",
          "write its name as it is there");
    }
    return index;
  }

  Durations durations(LoadedInstance loaded) {
    return switch (durations) {
      case "btrplace" -> new AttributeDurations(loaded.instance());
      case "model" -> new ModelDurations(loaded.instance());
      case "auto" ->
          loaded.btrPlace()
              ? new AttributeDurations(loaded.instance())
              : new ModelDurations(loaded.instance());
      default ->
          throw InvalidInstance.invalid(
              "--durations", "'" + durations + "' is no model", "use auto, model or btrplace");
    };
  }

  OrderLimits orderLimits(LoadedInstance loaded) {
    if (perHost < 1 || perLink < 1) {
      throw InvalidInstance.invalid(
          "--per-host, --per-link", "less than 1 lets nothing happen", "give 1 or more");
    }
    return OrderLimits.of(durations(loaded)).atOnce(perHost, perLink).relaunch(!noRelaunch);
  }
}
