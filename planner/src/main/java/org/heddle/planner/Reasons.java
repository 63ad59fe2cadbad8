package org.heddle.planner;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.search.Intake;

/** Says why a vjob finds no room beside those that come before it: causes, counted over hosts. */
final class Reasons {
  private final Problem problem;
  private final Floor floor;
  private final Question question;
  private final Limits limits;

  /** Why a host cannot take a machine. */
  private enum Cause {
    DRAINED("is drained", "are drained"),
    AVOIDED("is avoided, because it failed there", "are avoided, because it failed there"),
    RULED_OUT("is ruled out by ", "are ruled out by "),
    MEMORY("lacks memory", "lack memory"),
    CORES("lacks cores", "lack cores"),
    DISK("lacks disk", "lack disk");

    private final String one;
    private final String many;

    Cause(String one, String many) {
      this.one = one;
      this.many = many;
    }

    String counted(int hosts) {
      return hosts + " " + (hosts == 1 ? one : many);
    }
  }

  Reasons(Problem problem, Floor floor, Question question, Limits limits) {
    this.problem = problem;
    this.floor = floor;
    this.question = question;
    this.limits = limits;
  }

  String words(VjobView vjob, Intake.Lack lack) {
    Part stray = question.part(lack.stray());
    if (stray.slot().pinned().isPresent()) {
      return pinned(stray, stray.slot().pinned().get(), lack);
    }
    Map<Cause, Integer> causes = new EnumMap<>(Cause.class);
    SortedSet<String> rules = new TreeSet<>();
    for (int h = 0; h < floor.size(); h++) {
      Cause cause = cause(stray, h, lack);
      causes.merge(cause, 1, Integer::sum);
      if (cause == Cause.RULED_OUT) {
        rules.add(rule(stray, lack.stray(), h, lack));
      }
    }
    String room = lack.placed() == 0 ? "" : ", room for " + lack.placed();
    String counted = counted(causes, rules) + most(stray, causes, lack);
    return needs(vjob, causes) + room + ": " + counted + never(vjob);
  }

  /** What the constraints alone make impossible, whoever else is there. */
  private String never(VjobView vjob) {
    List<String> conflicts = Alone.conflicts(problem, vjob.wish(), limits);
    return conflicts.isEmpty() ? "" : "; even alone it cannot run: " + String.join("; ", conflicts);
  }

  private String counted(Map<Cause, Integer> causes, SortedSet<String> rules) {
    if (causes.isEmpty()) {
      return "no host is on line";
    }
    List<String> words = new ArrayList<>();
    causes.forEach((cause, hosts) -> {
      String by = cause == Cause.RULED_OUT ? String.join(" and ", rules) : "";
      words.add(cause.counted(hosts) + by);
    });
    String all = floor.size() == 1 ? "of 1 host " : "of " + floor.size() + " hosts ";
    return all + String.join(", ", words);
  }

  private Cause cause(Part part, int host, Intake.Lack lack) {
    if (floor.slot(host).drained()) {
      return Cause.DRAINED;
    }
    if (part.slot().banned().contains(floor.id(host)) && !part.runsOn(floor, host)) {
      return Cause.AVOIDED;
    }
    long[] demand = Floor.amounts(part.slot().demand());
    if (demand[Floor.MEMORY] > lack.free(host, Floor.MEMORY)) {
      return Cause.MEMORY;
    }
    if (demand[Floor.CORES] > lack.free(host, Floor.CORES)) {
      return Cause.CORES;
    }
    return demand[Floor.DISK] > lack.free(host, Floor.DISK) ? Cause.DISK : Cause.RULED_OUT;
  }

  /** The rule that keeps a machine from a host that has room. */
  private String rule(Part part, int number, int host, Intake.Lack lack) {
    int hindered = lack.hinderedBy(host);
    if (hindered >= 0) {
      return question.rule(hindered).orElse("what others ask for");
    }
    MachineId machine = part.vjob().machine(part.index());
    HostId id = floor.id(host);
    Optional<Rule> rule =
        problem.rules().stream()
            .filter(each -> each.concerns(machine) && excludes(each, part, id))
            .findFirst();
    if (rule.isPresent()) {
      return rule.get().words();
    }
    Optional<String> kept = question.keptOut(number, host).filter(words -> !words.isEmpty());
    if (kept.isPresent()) {
      return kept.get();
    }
    return lack.fits(host)
        ? "machines there that stay alone"
        : "machines that shall run on one host with it";
  }

  private static boolean excludes(Rule rule, Part part, HostId host) {
    return switch (rule.form()) {
      case FENCE, AMONG, SPLIT_AMONG, BAN, CAPACITY, HOSTS_USED -> rule.forbids(host);
      case ROOT, LONELY -> true;
      case QUARANTINE -> rule.forbids(host) || leaves(rule, part);
      case SPREAD, GATHER, SPLIT, SEQUENCE, PRECEDENCE, SERIALIZE -> false;
    };
  }

  private static boolean leaves(Rule rule, Part part) {
    return part.slot().now() instanceof Placement.Running(HostId on) && rule.forbids(on);
  }

  private String pinned(Part part, HostId host, Intake.Lack lack) {
    String start = part.name() + " may run on " + host + " only, which ";
    int h = floor.indexOf(host);
    if (h < 0) {
      return start + "is not on line";
    }
    Cause cause = cause(part, h, lack);
    String by = cause == Cause.RULED_OUT ? rule(part, lack.stray(), h, lack) : "";
    return start + cause.one + by + free(cause, h, lack, " (free: ", ")");
  }

  /** "3 x 512 MiB"; other resources only where they are the cause. */
  private static String needs(VjobView vjob, Map<Cause, Integer> causes) {
    Map<String, Integer> forms = new TreeMap<>();
    List<String> order = new ArrayList<>();
    for (MachineSlot slot : vjob.slots()) {
      long[] demand = Floor.amounts(slot.demand());
      String form = amount(Cause.MEMORY, demand);
      for (Cause cause : List.of(Cause.CORES, Cause.DISK)) {
        form += causes.containsKey(cause) ? " with " + amount(cause, demand) : "";
      }
      if (forms.merge(form, 1, Integer::sum) == 1) {
        order.add(form);
      }
    }
    List<String> words = new ArrayList<>();
    for (String form : order) {
      words.add(forms.get(form) + " x " + form);
    }
    return "needs " + String.join(" and ", words);
  }

  private static String amount(Cause cause, long[] of) {
    return switch (cause) {
      case CORES -> of[Floor.CORES] + (of[Floor.CORES] == 1 ? " core" : " cores");
      case DISK -> of[Floor.DISK] + " MiB of disk";
      case MEMORY, DRAINED, AVOIDED, RULED_OUT -> of[Floor.MEMORY] + " MiB";
    };
  }

  private static int dimension(Cause cause) {
    return switch (cause) {
      case CORES -> Floor.CORES;
      case DISK -> Floor.DISK;
      case MEMORY, DRAINED, AVOIDED, RULED_OUT -> Floor.MEMORY;
    };
  }

  /** " (most free: 256 MiB on host2)", of what most hosts lack. */
  private String most(Part stray, Map<Cause, Integer> causes, Intake.Lack lack) {
    Cause main = null;
    for (Cause cause : List.of(Cause.MEMORY, Cause.CORES, Cause.DISK)) {
      int hosts = causes.getOrDefault(cause, 0);
      if (hosts > 0 && (main == null || hosts > causes.getOrDefault(main, 0))) {
        main = cause;
      }
    }
    if (main == null) {
      return "";
    }
    int best = -1;
    int d = dimension(main);
    for (int h = 0; h < floor.size(); h++) {
      boolean lacking = cause(stray, h, lack) == main;
      if (lacking && (best < 0 || lack.free(h, d) > lack.free(best, d))) {
        best = h;
      }
    }
    return free(main, best, lack, " (most free: ", " on " + floor.id(best) + ")");
  }

  private static String free(Cause cause, int host, Intake.Lack lack, String before, String after) {
    return switch (cause) {
      case DRAINED, AVOIDED, RULED_OUT -> "";
      case MEMORY, CORES, DISK -> {
        long[] free = new long[Floor.DIMENSIONS];
        for (int d = 0; d < Floor.DIMENSIONS; d++) {
          free[d] = Math.max(0, lack.free(host, d));
        }
        yield before + amount(cause, free) + after;
      }
    };
  }
}
