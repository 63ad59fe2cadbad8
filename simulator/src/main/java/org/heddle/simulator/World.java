package org.heddle.simulator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.heddle.drivers.memory.MemoryWire;
import org.heddle.engine.Command;
import org.heddle.engine.Engine;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.engine.PriorityPolicy;
import org.heddle.engine.Step;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.Outcome;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.planner.Answer;
import org.heddle.planner.Limits;
import org.heddle.planner.Planner;
import org.heddle.planner.Problem;

/**
 * A simulated grid and its controller: the real engine and planner, hosts with in-memory machines,
 * and a network between them that loses, doubles and delays. One thread.
 */
final class World {
  /** Hosts miss this much of contact before they are given up. */
  static final long LEASE = 10_000;

  private final Calendar calendar = new Calendar();
  private final RandomGenerator random;
  private final Engine engine = new Engine(new PriorityPolicy(), Limits.DEFAULT);
  private final SortedMap<HostId, SimulatedHost> hosts = new TreeMap<>();
  private final SortedMap<String, Long> counts = new TreeMap<>();
  private final SortedMap<VjobId, Long> work = new TreeMap<>();
  private final List<Line> log = new ArrayList<>();
  private final Invariants invariants = new Invariants(this);
  private final SortedMap<HostId, Long> lastArrival = new TreeMap<>();
  private Faults faults;
  private GridState state = GridState.EMPTY;
  private long steps;

  private record Line(long at, Object what) {}

  /** Grows when the controller starts again: what was on its way to it or from it is lost. */
  private long controllerLife;

  World(RandomGenerator random, Faults faults, int hostCount) {
    this.random = random;
    this.faults = faults;
    MemoryWire wire = new MemoryWire();
    for (int i = 1; i <= hostCount; i++) {
      Host host =
          new Host(
              new HostId("host" + i),
              new SiteId("site" + (1 + i % 2)),
              new Resources(4, 2048 + 1024L * random.nextInt(2), 100_000),
              new TreeSet<>(),
              "192.0.2." + i,
              "http://192.0.2." + i);
      hosts.put(host.id(), new SimulatedHost(this, host, wire));
    }
  }

  Calendar calendar() {
    return calendar;
  }

  long now() {
    return calendar.now();
  }

  Faults faults() {
    return faults;
  }

  void faults(Faults next) {
    faults = next;
  }

  GridState state() {
    return state;
  }

  long steps() {
    return steps;
  }

  SortedMap<String, Long> counts() {
    return counts;
  }

  /** The last things that happened, for people. */
  List<String> log(int lines) {
    return log.subList(Math.max(0, log.size() - lines), log.size()).stream()
        .map(line -> (line.at() - Calendar.START) + " " + line.what())
        .toList();
  }

  void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  /** Its text is made only when somebody reads it. */
  void note(Object what) {
    if (log.size() > 4_000) {
      log.subList(0, 2_000).clear();
    }
    log.add(new Line(now(), what));
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  long random(long bound) {
    return random.nextLong(bound);
  }

  Outcome.Code code() {
    Outcome.Code[] codes = Outcome.Code.values();
    return codes[random.nextInt(codes.length)];
  }

  SimulatedHost host(HostId id) {
    SimulatedHost host = hosts.get(id);
    if (host == null) {
      throw new IllegalStateException("no host " + id);
    }
    return host;
  }

  Collection<SimulatedHost> hosts() {
    return hosts.values();
  }

  long workSeconds(VjobId vjob) {
    return work.computeIfAbsent(vjob, _ -> 30 + random(400));
  }

  // The controller

  /** One step of the engine: state first, then deeds. */
  Step deliver(Event event) {
    Step step = engine.step(state, event, now());
    steps++;
    state = step.state();
    count(event.getClass().getSimpleName());
    boolean regular = event instanceof Event.Ticked || event instanceof Event.HostReported;
    if (!regular || !step.notices().isEmpty() || step.commands().size() > 1) {
      note(event);
    }
    step.refusal().ifPresent(this::note);
    for (Step.Notice notice : step.notices()) {
      count(notice.kind());
      note(notice);
    }
    invariants.check();
    if (chance(faults.controllerRestarts())) {
      restartController();
    } else {
      step.commands().forEach(this::carryOut);
    }
    return step;
  }

  private void restartController() {
    count("controller restarts");
    note("controller restarts");
    controllerLife++;
    engine.resume(state, now()).forEach(this::carryOut);
  }

  private void carryOut(Command command) {
    switch (command) {
      case Command.FindPlan find -> {
        long mine = controllerLife;
        Answer answer = Planner.plan(find.problem(), find.limits());
        calendar.in(
            5 + random(500),
            () -> {
              if (mine == controllerLife) {
                deliver(new Event.PlanFound(find.request(), answer));
              }
            });
      }
      case Command.Execute execute -> {
        note(
            "  -> "
                + execute.operation()
                + " "
                + execute.host()
                + " "
                + execute.what().verb()
                + " "
                + execute.what().machine());
        command(
            execute.host(),
            () -> host(execute.host()).receive(execute.operation(), execute.what()));
      }
      case Command.Inspect inspect -> command(inspect.host(), () -> answerInspect(inspect));
    }
  }

  private void answerInspect(Command.Inspect inspect) {
    SimulatedHost host = host(inspect.host());
    if (!host.heard()) {
      return;
    }
    Event answer = new Event.HostReported(host.host(), host.report(), inspect.version());
    toController(host, answer);
  }

  void tellOutcome(SimulatedHost host, String operation, Outcome outcome) {
    toController(host, new Event.OperationEnded(operation, outcome));
  }

  void tellMachine(SimulatedHost host, MachineReport report) {
    toController(host, new Event.MachineReported(host.id(), report));
  }

  /** The agent has started or found its controller again. */
  void hello(SimulatedHost host) {
    if (host.heard()) {
      invariants.knows(host.id());
      deliver(new Event.HostReported(host.host(), host.report(), 0));
    }
  }

  private void toController(SimulatedHost host, Event event) {
    if (host.heard()) {
      transfer(() -> deliver(event));
    }
  }

  /** A command to an agent: lost or doubled, but never overtaken by a later one to that agent. */
  private void command(HostId host, Runnable what) {
    long mine = controllerLife;
    long arrival = Math.max(now() + 1 + random(20), lastArrival.getOrDefault(host, 0L));
    lastArrival.put(host, arrival);
    int times = chance(faults.lost()) ? 0 : chance(faults.twice()) ? 2 : 1;
    for (int i = 0; i < times; i++) {
      calendar.in(
          arrival - now(),
          () -> {
            if (mine == controllerLife) {
              what.run();
            }
          });
    }
  }

  /** A message to the controller: lost, doubled, late, overtaken by others. */
  private void transfer(Runnable what) {
    long mine = controllerLife;
    Runnable arrive =
        () -> {
          if (mine == controllerLife) {
            what.run();
          }
        };
    if (chance(faults.lost())) {
      count("lost messages");
      return;
    }
    long delay = 1 + random(20);
    if (chance(faults.late())) {
      delay += 1_000 + random(600_000);
    }
    calendar.in(delay, arrive);
    if (chance(faults.twice())) {
      calendar.in(delay + random(5_000), arrive);
    }
  }

  /** Whether the vjob would run if it had the grid for itself. */
  boolean fitsAlone(VjobSpec spec) {
    SortedMap<HostId, Problem.HostSlot> slots = new TreeMap<>();
    hosts.forEach((id, host) ->
        slots.put(id, new Problem.HostSlot(host.host().site(), host.host().capacity(), false)));
    SortedMap<MachineId, Problem.MachineSlot> machines = new TreeMap<>();
    for (VjobSpec.Member member : spec.members()) {
      machines.put(
          member.id(),
          new Problem.MachineSlot(
              member.group().demand(), new Placement.Waiting(), new TreeSet<>(), Optional.empty()));
    }
    Problem.Wish wish =
        new Problem.Wish(spec.name(), List.copyOf(machines.keySet()), Problem.Target.RUN);
    Problem problem = new Problem(slots, machines, List.of(wish), Engine.rules(state, spec));
    return Planner.plan(problem, Limits.DEFAULT).refused().isEmpty();
  }

  /** The host has not been heard for the time of a lease. */
  void expire(SimulatedHost host) {
    invariants.gaveUp(host.id());
    deliver(new Event.HostExpired(host.id()));
  }
}
