package org.heddle.model;

import java.util.List;
import java.util.Optional;
import org.heddle.model.ConstraintTerm.Argument;

/**
 * Constraints that administrators give a running grid, for all vjobs. A machine is named {@code
 * machine.vjob}; {@code vjob} and {@code *.vjob} are all machines of a vjob, {@code *} all there
 * are. A vjob need not be there: the constraint holds when it comes.
 */
public final class GridConstraints {
  /** More than this is taken for a slip of the hand. */
  public static final int MOST = 500;

  /** Of machines and hosts in one constraint: it is stored and read again at each placement. */
  private static final int MOST_NAMES = 10_000;

  /** What can be counted of hosts and machines. */
  public static final List<String> RESOURCES = List.of("memory", "cores", "disk");

  private static final String NO_POWER =
      "Heddle switches no host on or off; to keep hosts empty, so that they can be switched off,"
          + " write offline or maxOnline";

  private GridConstraints() {}

  /** What is wrong with a constraint of an administrator, whatever hosts and vjobs there are. */
  public static Optional<String> problem(ConstraintTerm term) {
    Optional<String> senseless = senseless(term.form());
    if (senseless.isPresent()) {
      return senseless;
    }
    if (term.form() == ConstraintForm.MAX_ONLINE && term.always()) {
      return Optional.of(
          "while machines move from one host to another both are in use, so it holds when nothing"
              + " is under way; leave out 'always'");
    }
    if (term.machines().size() + term.hosts().size() > MOST_NAMES) {
      return Optional.of("more than " + MOST_NAMES + " names; name vjobs and sites, or *");
    }
    return resource(term)
        .or(() -> term.machines().stream().flatMap(name -> name(name).stream()).findFirst());
  }

  /** Why a constraint has no place in a running grid, whoever writes it; empty when it has one. */
  static Optional<String> senseless(ConstraintForm form) {
    return switch (form) {
      case SPREAD,
          GATHER,
          AMONG,
          SPLIT_AMONG,
          SPLIT,
          FENCE,
          BAN,
          ROOT,
          LONELY,
          QUARANTINE,
          RUNNING_CAPACITY,
          RESOURCE_CAPACITY,
          OVERBOOK,
          OFFLINE,
          MAX_ONLINE,
          SEQUENCE,
          PRECEDENCE,
          SERIALIZE ->
          Optional.empty();
      case ONLINE, NO_IDLE -> Optional.of(NO_POWER);
      case PRESERVE ->
          Optional.of(
              "a machine has just what its vjob's file asks for; ask for more there and submit it"
                  + " anew");
      case RUNNING, SLEEPING, READY, KILLED ->
          Optional.of(
              "a vjob runs and sleeps as a whole, by its priority; use 'heddle vjob suspend', resume"
                  + " or cancel");
      case SYNCHRONIZE ->
          Optional.of(
              "a live migration ends when its memory is copied, and nobody can make two end at the"
                  + " same moment; suspend and resume, which take the whole vjob at one instant");
      case DEADLINE ->
          Optional.of(
              "how long an action will last is only estimated in a running grid, so that no time can"
                  + " be promised; give the vjob a higher priority");
      case NO_DELAY ->
          Optional.of(
              "when an action can start depends on the room that others give back; give the vjob a"
                  + " higher priority");
    };
  }

  private static Optional<String> resource(ConstraintTerm term) {
    String resource = "";
    for (Argument argument : term.arguments()) {
      if (argument instanceof Argument.Resource(String name)) {
        resource = name;
        if (!RESOURCES.contains(name)) {
          return Optional.of(
              "hosts have no resource '"
                  + name
                  + "'; write memory (MiB), cores or disk (MiB), for all machines of a host");
        }
      }
      if (argument instanceof Argument.Ratio(double ratio)
          && ratio > 1
          && resource.equals("memory")) {
        return Optional.of(
            "memory cannot be given away twice: guests whose pages find no room are killed; write a"
                + " ratio of at most 1, or overbook cores or disk");
      }
    }
    return Optional.empty();
  }

  /** A vjob, or a machine or {@code *} before a dot and a vjob. */
  private static Optional<String> name(String name) {
    int dot = name.indexOf('.');
    String machine = dot < 0 ? ConstraintTerm.ALL : name.substring(0, dot);
    String vjob = name.substring(dot + 1);
    boolean all = name.equals(ConstraintTerm.ALL);
    boolean good =
        Names.valid(vjob) && (machine.equals(ConstraintTerm.ALL) || Names.valid(machine));
    return all || good
        ? Optional.empty()
        : Optional.of(
            "'"
                + name
                + "' names no machines; write node1.web, web or *.web for all of vjob web, or * for"
                + " all");
  }

  /** The vjob that a name speaks of; empty for all. */
  public static Optional<VjobId> vjob(String name) {
    return name.equals(ConstraintTerm.ALL)
        ? Optional.empty()
        : Optional.of(new VjobId(name.substring(name.indexOf('.') + 1)));
  }

  /** The machine's short name; empty where the name stands for all of the vjob. */
  public static Optional<String> machine(String name) {
    int dot = name.indexOf('.');
    String machine = dot < 0 ? ConstraintTerm.ALL : name.substring(0, dot);
    return machine.equals(ConstraintTerm.ALL) ? Optional.empty() : Optional.of(machine);
  }

  /** Forms that only make sense for the whole grid. */
  static boolean ofHosts(ConstraintForm form) {
    List<ConstraintForm.Kind> kinds = form.kinds();
    return kinds.getFirst() == ConstraintForm.Kind.HOSTS;
  }
}
