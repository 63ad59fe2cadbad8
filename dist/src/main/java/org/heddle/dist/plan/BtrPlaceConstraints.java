package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Members;

/** The constraints of a BtrPlace instance: read by its numbers, then given their indices. */
final class BtrPlaceConstraints {
  private final JsonInput in;
  private final List<Read> all = new ArrayList<>();

  /** What speaks of one machine or host a time is gathered into one constraint. */
  private final Map<MachineState, IntList> states = new EnumMap<>(MachineState.class);

  private final IntList online = new IntList();
  private final IntList offline = new IntList();

  /** A constraint by numbers, and its place in the file. */
  private record Read(Fields fields, int place) {}

  /** The fields of one constraint. */
  private static final class Fields {
    String id = "";
    final Set<String> keys = new HashSet<>();
    boolean continuous;
    int[] vms = {};
    int[] nodes = {};
    int vm1 = -1;
    int vm2 = -1;
    String rc = "";
    long amount = -1;
    double ratio = Double.NaN;
    String timestamp = "";
    List<int[]> parts = List.of();
    List<int[]> vParts = List.of();
    List<int[]> pParts = List.of();
  }

  BtrPlaceConstraints(JsonInput in) {
    this.in = in;
  }

  /** The parser stands on a constraint. */
  void read() {
    Fields fields = new Fields();
    in.object(key -> field(fields, key));
    for (String key : needs(fields.id)) {
      if (!fields.keys.contains(key)) {
        throw in.wrong("'" + fields.id + "' has no " + key, "add \"" + key + "\"");
      }
    }
    switch (fields.id) {
      case "running" -> state(MachineState.RUNNING, fields.vms);
      case "sleeping" -> state(MachineState.SLEEPING, fields.vms);
      case "ready" -> state(MachineState.READY, fields.vms);
      case "killed" -> state(MachineState.KILLED, fields.vms);
      case "online" -> Arrays.stream(fields.nodes).forEach(online::add);
      case "offline" -> Arrays.stream(fields.nodes).forEach(offline::add);
      default -> all.add(new Read(fields, all.size()));
    }
  }

  private void state(MachineState state, int[] vms) {
    IntList list = states.computeIfAbsent(state, _ -> new IntList());
    Arrays.stream(vms).forEach(list::add);
  }

  /** The fields without which a constraint means nothing. */
  private static List<String> needs(String id) {
    return switch (id) {
      case "fence", "ban" -> List.of("vms", "nodes");
      case "among" -> List.of("vms", "parts");
      case "split" -> List.of("parts");
      case "splitAmong" -> List.of("vParts", "pParts");
      case "overbook" -> List.of("nodes", "ratio");
      case "online",
          "offline",
          "quarantine",
          "runningCapacity",
          "resourceCapacity",
          "maxOnline",
          "noIdle" ->
          List.of("nodes");
      case "running",
          "sleeping",
          "ready",
          "killed",
          "preserve",
          "spread",
          "gather",
          "lonely",
          "root",
          "seq",
          "noDelay",
          "Deadline",
          "deadline",
          "Serialize",
          "serialize",
          "Sync",
          "sync" ->
          List.of("vms");
      case "Precedence", "precedence" -> List.of("vm1", "vm2");
      default -> List.of();
    };
  }

  private void field(Fields fields, String key) {
    fields.keys.add(key.equals("vm") || key.equals("node") ? key + "s" : key);
    switch (key) {
      case "id" -> fields.id = in.string();
      case "continuous" -> fields.continuous = in.flag();
      case "vm" -> fields.vms = new int[] {in.number()};
      case "vms" -> fields.vms = in.ints();
      case "node" -> fields.nodes = new int[] {in.number()};
      case "nodes" -> fields.nodes = in.ints();
      case "vm1" -> fields.vm1 = in.number();
      case "vm2" -> fields.vm2 = in.number();
      case "rc" -> fields.rc = in.string();
      case "amount" -> fields.amount = in.amount();
      case "ratio" -> fields.ratio = in.decimal();
      case "timestamp" -> fields.timestamp = in.string();
      case "parts" -> fields.parts = groups();
      case "vParts" -> fields.vParts = groups();
      case "pParts" -> fields.pParts = groups();
      default -> in.skip();
    }
  }

  private List<int[]> groups() {
    List<int[]> groups = new ArrayList<>();
    in.array(() -> groups.add(in.ints()));
    return groups;
  }

  /** All constraints with the indices of the instance. */
  List<Constraint> resolve(Numbering numbering, List<String> resources) {
    Resolver resolver = new Resolver(numbering, resources);
    List<Constraint> constraints = new ArrayList<>();
    states.forEach((state, vms) ->
        constraints.add(
            new Constraint.InState(resolver.machines("state " + state, distinct(vms)), state)));
    if (online.size() > 0) {
      constraints.add(new Constraint.Online(resolver.hosts("online", distinct(online))));
    }
    if (offline.size() > 0) {
      constraints.add(new Constraint.Offline(resolver.hosts("offline", distinct(offline))));
    }
    for (Read read : all) {
      constraints.add(resolver.resolve(read));
    }
    return constraints;
  }

  private static int[] distinct(IntList list) {
    return IntStream.of(list.toArray()).distinct().sorted().toArray();
  }

  private static final class Resolver {
    private final Numbering numbering;
    private final List<String> resources;

    /** By content: thousands of constraints may name the same hosts. */
    private final Map<Indices, Indices> hostsByNumbers = new HashMap<>();

    Resolver(Numbering numbering, List<String> resources) {
      this.numbering = numbering;
      this.resources = resources;
    }

    Constraint resolve(Read read) {
      Fields f = read.fields;
      Constraint byNumber = constraint(f, "constraint " + (read.place + 1) + " (" + f.id + ")");
      String place = "constraint " + (read.place + 1) + " (" + f.id + ")";
      return Members.map(
          byNumber, machines -> machines(place, machines.toArray()), hosts -> hosts(place, hosts));
    }

    private Constraint constraint(Fields f, String place) {
      Indices vms = Indices.of(f.vms);
      Indices nodes = Indices.of(f.nodes);
      boolean always = f.continuous;
      return switch (f.id) {
        case "preserve" -> new Constraint.Preserve(vms, resource(f, place), amount(f, place));
        case "spread" -> new Constraint.Spread(vms, always);
        case "gather" -> new Constraint.Gather(vms, always);
        case "lonely" -> new Constraint.Lonely(vms, always);
        case "among" -> new Constraint.Among(vms, lists(f.parts), always);
        case "splitAmong" -> new Constraint.SplitAmong(lists(f.vParts), lists(f.pParts), always);
        case "split" -> new Constraint.Split(lists(f.parts), always);
        case "fence" -> new Constraint.Fence(vms, nodes, always);
        case "ban" -> new Constraint.Ban(vms, nodes, always);
        case "root" -> new Constraint.Root(vms);
        case "quarantine" -> new Constraint.Quarantine(nodes);
        case "runningCapacity" -> new Constraint.RunningCapacity(nodes, amount(f, place), always);
        case "resourceCapacity" ->
            new Constraint.ResourceCapacity(nodes, resource(f, place), amount(f, place), always);
        case "maxOnline" -> new Constraint.MaxOnline(nodes, amount(f, place), always);
        case "noIdle" -> new Constraint.NoIdle(nodes);
        case "overbook" -> new Constraint.Overbook(nodes, resource(f, place), f.ratio);
        case "seq" -> new Constraint.Sequence(vms);
        case "noDelay" -> new Constraint.NoDelay(vms);
        case "Deadline", "deadline" -> new Constraint.Deadline(vms, time(f.timestamp, place));
        case "Precedence", "precedence" ->
            new Constraint.Precedence(Indices.of(f.vm1), Indices.of(f.vm2));
        case "Serialize", "serialize" -> new Constraint.Serialize(vms);
        case "Sync", "sync" -> new Constraint.Synchronize(vms);
        default ->
            throw InvalidInstance.invalid(
                place,
                "is not known",
                "use the constraints of BtrPlace's JSON that docs/planner.md lists");
      };
    }

    private static List<Indices> lists(List<int[]> groups) {
      return groups.stream().map(Indices::of).toList();
    }

    private int resource(Fields f, String place) {
      int resource = resources.indexOf(f.rc);
      if (resource < 0) {
        throw InvalidInstance.invalid(
            place,
            "there is no resource '" + f.rc + "'",
            "use one of the views: " + String.join(", ", resources));
      }
      return resource;
    }

    private static long amount(Fields f, String place) {
      if (f.amount < 0) {
        throw InvalidInstance.invalid(place, "has no amount", "add \"amount\"");
      }
      return f.amount;
    }

    /** "+hours:minutes:seconds" after the start of the plan. */
    private static long time(String timestamp, String place) {
      String[] parts = timestamp.replaceFirst("^\\+", "").split(":", -1);
      if (!timestamp.startsWith("+")
          || parts.length != 3
          || !Arrays.stream(parts).allMatch(part -> part.matches("[0-9]{1,6}"))) {
        throw InvalidInstance.invalid(
            place,
            "'" + timestamp + "' is not a time after the start",
            "write +hours:minutes:seconds, such as +0:1:30");
      }
      long seconds =
          Long.parseLong(parts[0]) * 3600
              + Long.parseLong(parts[1]) * 60
              + Long.parseLong(parts[2]);
      return seconds * 1000;
    }

    Indices machines(String place, int[] numbers) {
      int[] machines = new int[numbers.length];
      for (int i = 0; i < numbers.length; i++) {
        machines[i] = numbering.machine(numbers[i]);
        if (machines[i] < 0) {
          throw unknown(place, "VM", numbers[i]);
        }
      }
      return Indices.of(machines);
    }

    Indices hosts(String place, int[] numbers) {
      return hosts(place, Indices.of(numbers));
    }

    Indices hosts(String place, Indices numbers) {
      Indices known = hostsByNumbers.get(numbers);
      if (known != null) {
        return known;
      }
      int[] hosts = new int[numbers.size()];
      for (int i = 0; i < hosts.length; i++) {
        hosts[i] = numbering.host(numbers.at(i));
        if (hosts[i] < 0) {
          throw unknown(place, "node", numbers.at(i));
        }
      }
      Indices made = Indices.of(hosts);
      hostsByNumbers.put(numbers, made);
      return made;
    }

    private static InvalidInstance unknown(String place, String kind, int number) {
      return InvalidInstance.invalid(
          place,
          "there is no " + kind + " " + number + " in the mapping",
          "add it to the mapping, or drop it from the constraint");
    }
  }
}
