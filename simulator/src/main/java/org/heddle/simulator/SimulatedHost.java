package org.heddle.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.drivers.memory.MemoryDriver;
import org.heddle.drivers.memory.MemoryHost;
import org.heddle.drivers.memory.MemoryWire;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.Resources;

/**
 * A host with its agent: operations of one machine are done one after another, remembered by id in
 * a journal on disk, and applied through the in-memory driver when they end.
 */
final class SimulatedHost {
  /** Room is looked at in mid-operation too, so what is going on is known by name. */
  record Task(String id, Operation what) {}

  private final World world;
  private final Host host;
  private final MemoryHost machines;
  private final MemoryDriver driver;
  private final SortedMap<String, Outcome> journal = new TreeMap<>();
  private final SortedMap<MachineId, Deque<Task>> queues = new TreeMap<>();
  private final SortedMap<Long, Resources> demands = new TreeMap<>();
  private final Deeds deeds;
  private boolean alive = true;
  private boolean agentUp = true;
  private boolean parted;

  /** Grows when the agent's memory is lost, so that what it was doing ends nowhere. */
  private long life;

  SimulatedHost(World world, Host host, MemoryWire wire) {
    this.world = world;
    this.host = host;
    this.machines = new MemoryHost(wire, world.calendar(), java.nio.file.Path.of("unused"));
    this.driver = new MemoryDriver(machines);
    this.deeds = new Deeds(world, this);
  }

  HostId id() {
    return host.id();
  }

  Host host() {
    return host;
  }

  MemoryHost machines() {
    return machines;
  }

  MemoryDriver driver() {
    return driver;
  }

  /** Whether its agent can be reached by other hosts. */
  boolean answers() {
    return alive && agentUp;
  }

  /** Whether controller and agent hear each other. */
  boolean heard() {
    return answers() && !parted;
  }

  boolean parted() {
    return parted;
  }

  boolean alive() {
    return alive;
  }

  void work(long seconds) {
    deeds.work(seconds);
  }

  void know(Launch launch) {
    demands.put(launch.incarnation(), launch.demand());
  }

  /** What its processes really use. */
  Resources used() {
    Resources used = Resources.NONE;
    for (MachineReport report : driver.machines()) {
      boolean holds =
          switch (report.live()) {
            case RUNNING, PAUSED, INCOMING, GONE -> true;
            case NONE, DEAD -> false;
          };
      if (holds) {
        used = used.plus(demands.getOrDefault(report.incarnation(), Resources.NONE));
      }
    }
    return used;
  }

  List<MachineReport> report() {
    return driver.machines().stream().map(deeds::withRun).toList();
  }

  MachineReport report(MachineId machine) {
    return report().stream()
        .filter(report -> report.machine().equals(machine))
        .findFirst()
        .orElse(
            new MachineReport(machine, 0, MachineReport.Live.NONE, List.of(), Optional.empty()));
  }

  // Operations

  void receive(String id, Operation what) {
    if (!heard()) {
      return;
    }
    Outcome outcome = journal.get(id);
    if (outcome != null) {
      world.tellOutcome(this, id, outcome);
      return;
    }
    Deque<Task> queue = queues.computeIfAbsent(what.machine(), _ -> new ArrayDeque<>());
    if (queue.stream().anyMatch(task -> task.id().equals(id))) {
      return;
    }
    Task task = new Task(id, what);
    boolean cuts =
        what instanceof Operation.Stop stop
            && stop.force()
            && !queue.isEmpty()
            && world.chance(world.faults().cut());
    if (cuts) {
      List<Task> cutShort = new ArrayList<>(queue);
      queue.clear();
      cutShort.forEach(
          each -> end(each, new Outcome.Failed(Outcome.Code.WRONG_STATE, "cut short by a stop")));
    }
    queue.add(task);
    if (queue.size() == 1) {
      start(task);
    }
  }

  private void start(Task task) {
    long started = world.now();
    long mine = life;
    long duration = deeds.begin(task.what());
    if (world.chance(world.faults().slow())) {
      duration += 100_000 + world.random(700_000);
    }
    world.calendar().in(duration, () -> finish(task, mine, started));
  }

  private void finish(Task task, long mine, long started) {
    Deque<Task> queue = queues.get(task.what().machine());
    if (mine != life || queue == null || queue.isEmpty() || !queue.peek().equals(task)) {
      return;
    }
    Outcome outcome;
    if (world.chance(world.faults().fail())) {
      deeds.spoil(task.what());
      outcome = new Outcome.Failed(world.code(), "simulated failure");
    } else {
      outcome = deeds.finish(task.what(), started);
      if (outcome instanceof Outcome.Done && world.chance(world.faults().failDone())) {
        outcome = new Outcome.Failed(Outcome.Code.DRIVER, "simulated failure after it was done");
      }
    }
    queue.remove();
    end(task, outcome);
    if (!queue.isEmpty()) {
      start(queue.peek());
    }
  }

  private void end(Task task, Outcome outcome) {
    journal.put(task.id(), outcome);
    world.tellOutcome(this, task.id(), outcome);
  }

  // Faults

  void die() {
    alive = false;
    machines.crash();
    forgetTasks();
  }

  void comeBack() {
    alive = true;
    agentUp = true;
  }

  void agentStops() {
    agentUp = false;
    forgetTasks();
  }

  void agentStarts() {
    agentUp = true;
  }

  void part(boolean now) {
    parted = now;
  }

  private void forgetTasks() {
    life++;
    queues.clear();
  }
}
