package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.heddle.model.ConstraintForm;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.ConstraintTerm.Argument;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.Ban;
import org.heddle.planner.instance.Constraint.Deadline;
import org.heddle.planner.instance.Constraint.Fence;
import org.heddle.planner.instance.Constraint.Gather;
import org.heddle.planner.instance.Constraint.InState;
import org.heddle.planner.instance.Constraint.Lonely;
import org.heddle.planner.instance.Constraint.MaxOnline;
import org.heddle.planner.instance.Constraint.NoDelay;
import org.heddle.planner.instance.Constraint.NoIdle;
import org.heddle.planner.instance.Constraint.Offline;
import org.heddle.planner.instance.Constraint.Online;
import org.heddle.planner.instance.Constraint.Overbook;
import org.heddle.planner.instance.Constraint.Precedence;
import org.heddle.planner.instance.Constraint.Preserve;
import org.heddle.planner.instance.Constraint.Quarantine;
import org.heddle.planner.instance.Constraint.ResourceCapacity;
import org.heddle.planner.instance.Constraint.Root;
import org.heddle.planner.instance.Constraint.RunningCapacity;
import org.heddle.planner.instance.Constraint.Sequence;
import org.heddle.planner.instance.Constraint.Serialize;
import org.heddle.planner.instance.Constraint.Split;
import org.heddle.planner.instance.Constraint.SplitAmong;
import org.heddle.planner.instance.Constraint.Spread;
import org.heddle.planner.instance.Constraint.Synchronize;

/** Constraints of an instance as text with names, and back. */
public final class ConstraintText {
  /** Words do not grow with the grid: longer lists are cut in messages. */
  private static final int SHORT = 160;

  private final Instance instance;

  /** Thousands of constraints may name the same sets: each is read once. */
  private final Map<String, List<String>> sets = new HashMap<>();

  private final IdentityHashMap<List<String>, Indices> machineSets = new IdentityHashMap<>();
  private final IdentityHashMap<List<String>, Indices> hostSets = new IdentityHashMap<>();

  public ConstraintText(Instance instance) {
    this.instance = instance;
  }

  /**
   * Reads a constraint.
   *
   * @throws InvalidInstance with place and remedy
   */
  public Constraint parse(String text) {
    try {
      return resolve(ConstraintTerm.parse(text, sets));
    } catch (IllegalArgumentException wrong) {
      throw new InvalidInstance(InvalidInstance.Kind.INVALID, String.valueOf(wrong.getMessage()));
    }
  }

  /**
   * Reads a constraint a line; empty lines and what follows # are passed over.
   *
   * @param file named in messages
   * @throws InvalidInstance with file, line and remedy
   */
  public List<Constraint> parseLines(String file, List<String> lines) {
    List<Constraint> constraints = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      if (!line.isEmpty()) {
        try {
          constraints.add(parse(line));
        } catch (InvalidInstance wrong) {
          throw new InvalidInstance(wrong.kind(), file + ":" + (i + 1) + ": " + wrong.words());
        }
      }
    }
    return constraints;
  }

  /** Gives the names of a term their meaning in the instance. */
  public Constraint resolve(ConstraintTerm term) {
    Arguments args = new Arguments(term);
    boolean always = term.always();
    return switch (term.form()) {
      case SPREAD -> new Spread(args.machines(0), always);
      case GATHER -> new Gather(args.machines(0), always);
      case AMONG -> new Among(args.machines(0), args.hostGroups(1), always);
      case SPLIT_AMONG -> new SplitAmong(args.machineGroups(0), args.hostGroups(1), always);
      case SPLIT -> new Split(args.machineGroups(0), always);
      case FENCE -> new Fence(args.machines(0), args.hosts(1), always);
      case BAN -> new Ban(args.machines(0), args.hosts(1), always);
      case ROOT -> new Root(args.machines(0));
      case LONELY -> new Lonely(args.machines(0), always);
      case QUARANTINE -> new Quarantine(args.hosts(0));
      case RUNNING_CAPACITY -> new RunningCapacity(args.hosts(0), args.amount(1), always);
      case RESOURCE_CAPACITY ->
          new ResourceCapacity(args.hosts(0), args.resource(1), args.amount(2), always);
      case OVERBOOK -> new Overbook(args.hosts(0), args.resource(1), args.ratio(2));
      case ONLINE -> new Online(args.hosts(0));
      case OFFLINE -> new Offline(args.hosts(0));
      case MAX_ONLINE -> new MaxOnline(args.hosts(0), args.amount(1), always);
      case NO_IDLE -> new NoIdle(args.hosts(0));
      case PRESERVE -> new Preserve(args.machines(0), args.resource(1), args.amount(2));
      case RUNNING, SLEEPING, READY, KILLED -> new InState(args.machines(0), state(term.form()));
      case SEQUENCE -> new Sequence(args.machines(0));
      case PRECEDENCE -> new Precedence(args.machines(0), args.machines(1));
      case SERIALIZE -> new Serialize(args.machines(0));
      case SYNCHRONIZE -> new Synchronize(args.machines(0));
      case DEADLINE -> new Deadline(args.machines(0), args.time(1));
      case NO_DELAY -> new NoDelay(args.machines(0));
    };
  }

  /** The text that {@link #parse} reads. */
  public String print(Constraint constraint) {
    return term(constraint).toString();
  }

  /** The text, cut where it is too long for a message. */
  public String brief(Constraint constraint) {
    String text = print(constraint);
    return text.length() <= SHORT ? text : text.substring(0, SHORT - 4) + "...)";
  }

  public ConstraintTerm term(Constraint constraint) {
    boolean always = constraint instanceof Constraint.Lasting lasting && lasting.continuous();
    return switch (constraint) {
      case Spread c -> term(ConstraintForm.SPREAD, always, machines(c.machines()));
      case Gather c -> term(ConstraintForm.GATHER, always, machines(c.machines()));
      case Among c ->
          term(ConstraintForm.AMONG, always, machines(c.machines()), hostGroups(c.parts()));
      case SplitAmong c ->
          term(
              ConstraintForm.SPLIT_AMONG, always, machineGroups(c.groups()), hostGroups(c.parts()));
      case Split c -> term(ConstraintForm.SPLIT, always, machineGroups(c.groups()));
      case Fence c -> term(ConstraintForm.FENCE, always, machines(c.machines()), hosts(c.hosts()));
      case Ban c -> term(ConstraintForm.BAN, always, machines(c.machines()), hosts(c.hosts()));
      case Root c -> term(ConstraintForm.ROOT, false, machines(c.machines()));
      case Lonely c -> term(ConstraintForm.LONELY, always, machines(c.machines()));
      case Quarantine c -> term(ConstraintForm.QUARANTINE, false, hosts(c.hosts()));
      case RunningCapacity c ->
          term(ConstraintForm.RUNNING_CAPACITY, always, hosts(c.hosts()), amount(c.amount()));
      case ResourceCapacity c ->
          term(
              ConstraintForm.RESOURCE_CAPACITY,
              always,
              hosts(c.hosts()),
              resource(c.resource()),
              amount(c.amount()));
      case Overbook c ->
          term(
              ConstraintForm.OVERBOOK,
              false,
              hosts(c.hosts()),
              resource(c.resource()),
              new Argument.Ratio(c.ratio()));
      case Online c -> term(ConstraintForm.ONLINE, false, hosts(c.hosts()));
      case Offline c -> term(ConstraintForm.OFFLINE, false, hosts(c.hosts()));
      case MaxOnline c ->
          term(ConstraintForm.MAX_ONLINE, always, hosts(c.hosts()), amount(c.amount()));
      case NoIdle c -> term(ConstraintForm.NO_IDLE, false, hosts(c.hosts()));
      case Preserve c ->
          term(
              ConstraintForm.PRESERVE,
              false,
              machines(c.machines()),
              resource(c.resource()),
              amount(c.amount()));
      case InState c -> term(form(c.state()), false, machines(c.machines()));
      case Sequence c -> term(ConstraintForm.SEQUENCE, false, machines(c.machines()));
      case Precedence c ->
          term(ConstraintForm.PRECEDENCE, false, machines(c.before()), machines(c.after()));
      case Serialize c -> term(ConstraintForm.SERIALIZE, false, machines(c.machines()));
      case Synchronize c -> term(ConstraintForm.SYNCHRONIZE, false, machines(c.machines()));
      case Deadline c ->
          term(ConstraintForm.DEADLINE, false, machines(c.machines()), new Argument.Time(c.atMs()));
      case NoDelay c -> term(ConstraintForm.NO_DELAY, false, machines(c.machines()));
    };
  }

  private static ConstraintForm form(MachineState state) {
    return switch (state) {
      case RUNNING -> ConstraintForm.RUNNING;
      case SLEEPING -> ConstraintForm.SLEEPING;
      case READY -> ConstraintForm.READY;
      case KILLED -> ConstraintForm.KILLED;
    };
  }

  /**
   * The state that a form asks for.
   *
   * @throws IllegalArgumentException when it asks for none
   */
  public static MachineState state(ConstraintForm form) {
    return Arrays.stream(MachineState.values())
        .filter(state -> form(state) == form)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(form + " asks for no state"));
  }

  private static ConstraintTerm term(ConstraintForm form, boolean always, Argument... arguments) {
    return new ConstraintTerm(form, always, List.of(arguments));
  }

  private Argument machines(Indices machines) {
    return new Argument.Names(names(machines, instance::machineName));
  }

  private Argument hosts(Indices hosts) {
    return new Argument.Names(names(hosts, instance::hostName));
  }

  private Argument machineGroups(List<Indices> groups) {
    return new Argument.Groups(
        groups.stream().map(each -> names(each, instance::machineName)).toList());
  }

  private Argument hostGroups(List<Indices> groups) {
    return new Argument.Groups(
        groups.stream().map(each -> names(each, instance::hostName)).toList());
  }

  private Argument resource(int resource) {
    return new Argument.Resource(instance.resourceName(resource));
  }

  private static Argument amount(long amount) {
    return new Argument.Amount(amount);
  }

  private static List<String> names(Indices indices, IntFunction<String> name) {
    return indices.stream().mapToObj(name).toList();
  }

  /** The arguments of one term, resolved. */
  private final class Arguments {
    private final ConstraintTerm term;

    Arguments(ConstraintTerm term) {
      this.term = term;
    }

    Indices machines(int i) {
      return machines(((Argument.Names) term.arguments().get(i)).names());
    }

    Indices hosts(int i) {
      return hosts(((Argument.Names) term.arguments().get(i)).names());
    }

    List<Indices> machineGroups(int i) {
      return ((Argument.Groups) term.arguments().get(i))
          .groups().stream().map(this::machines).toList();
    }

    List<Indices> hostGroups(int i) {
      return ((Argument.Groups) term.arguments().get(i))
          .groups().stream().map(this::hosts).toList();
    }

    int resource(int i) {
      String name = ((Argument.Resource) term.arguments().get(i)).name();
      int resource = instance.resourceNamed(name);
      if (resource < 0) {
        List<String> known =
            IntStream.range(0, instance.resources()).mapToObj(instance::resourceName).toList();
        throw unknown("resource", name, "it has " + String.join(", ", known));
      }
      return resource;
    }

    long amount(int i) {
      long amount = ((Argument.Amount) term.arguments().get(i)).amount();
      if (amount > Instance.MAX_AMOUNT) {
        throw InvalidInstance.invalid(
            "constraint '" + term + "'",
            amount + " is too much",
            "give at most " + Instance.MAX_AMOUNT);
      }
      return amount;
    }

    double ratio(int i) {
      return ((Argument.Ratio) term.arguments().get(i)).ratio();
    }

    long time(int i) {
      return ((Argument.Time) term.arguments().get(i)).milliseconds();
    }

    private Indices machines(List<String> names) {
      if (names.equals(List.of(ConstraintTerm.ALL))) {
        return Indices.range(0, instance.machines());
      }
      return names.size() == 1
          ? Indices.of(machine(names.getFirst()))
          : machineSets.computeIfAbsent(names, set -> indices(set, this::machine));
    }

    private Indices hosts(List<String> names) {
      if (names.equals(List.of(ConstraintTerm.ALL))) {
        return Indices.range(0, instance.hosts());
      }
      return names.size() == 1
          ? Indices.of(host(names.getFirst()))
          : hostSets.computeIfAbsent(names, set -> indices(set, this::host));
    }

    private static Indices indices(List<String> names, ToIntFunction<String> index) {
      return Indices.of(names.stream().mapToInt(index).toArray());
    }

    private int machine(String name) {
      int machine = instance.machineNamed(name);
      if (machine < 0) {
        throw unknown("machine", name, "write the name as the instance does");
      }
      return machine;
    }

    private int host(String name) {
      int host = instance.hostNamed(name);
      if (host < 0) {
        throw unknown("host", name, "write the name as the instance does");
      }
      return host;
    }

    private InvalidInstance unknown(String kind, String name, String remedy) {
      return InvalidInstance.invalid(
          "constraint '" + term.form().word() + "'",
          "the instance has no " + kind + " '" + name + "'",
          remedy);
    }
  }
}
