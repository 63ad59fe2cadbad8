package org.heddle.simulator;

import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.VjobState;

/**
 * Runs the engine over a simulated grid with random people and faults, and checks after every step
 * what must hold. In the end people and faults stop, and every vjob must come to an end. The same
 * seed gives the same run.
 */
public final class Simulation {
  /** Between two deeds of people. */
  private static final long PEOPLE_MS = 7_000;

  /** Of what led to a failure. */
  private static final int LOG_LINES = 300;

  /** Between two deeds of administrators. */
  private static final long ADMINISTRATORS_MS = 45_000;

  private static final long TICK_MS = 2_000;
  private static final long WORK_MS = 5_000;
  private static final long HOUR_MS = 3_600_000;

  /** All that people left must be done by then; far more than back-off and bans take. */
  private static final long REST_MS = 24 * HOUR_MS;

  private final World world;
  private final People people;
  private final Administrators administrators;
  private boolean quiet;

  /**
   * What happened.
   *
   * @param counts how often each event, notice and fault happened
   */
  public record Report(long seed, long steps, long virtualMs, SortedMap<String, Long> counts) {}

  private Simulation(RandomGenerator random, Faults faults, int hosts) {
    world = new World(random, faults, hosts);
    people = new People(world);
    administrators = new Administrators(world);
  }

  /**
   * @param steps of the engine with people and faults; some more follow until all has come to rest
   * @throws IllegalStateException what must hold did not; the message tells the seed and what led
   *     there
   */
  public static Report run(long seed, long steps, int hosts, Faults faults) {
    Simulation simulation = new Simulation(new SplittableRandom(seed), faults, hosts);
    try {
      simulation.live(steps);
      simulation.rest();
    } catch (RuntimeException e) {
      throw new IllegalStateException(simulation.account(seed, e), e);
    }
    World world = simulation.world;
    return new Report(
        seed, world.steps(), world.now() - Calendar.START, new TreeMap<>(world.counts()));
  }

  private String account(long seed, RuntimeException e) {
    return "seed "
        + seed
        + ", step "
        + world.steps()
        + ": "
        + e.getMessage()
        + "\n"
        + String.join("\n", world.log(LOG_LINES));
  }

  private void live(long steps) {
    world.hosts().forEach(world::hello);
    every(TICK_MS, () -> world.deliver(new Event.Ticked()));
    every(WORK_MS, () -> world.hosts().forEach(host -> host.work(WORK_MS / 1000)));
    every(PEOPLE_MS, this::peopleAct);
    every(ADMINISTRATORS_MS, this::administratorsAct);
    every(TICK_MS, this::misfortune);
    while (world.steps() < steps && world.calendar().next()) {
      // Goes on until enough has happened.
    }
  }

  private void every(long periodMs, Runnable what) {
    world
        .calendar()
        .in(
            periodMs,
            () -> {
              what.run();
              every(periodMs, what);
            });
  }

  private void peopleAct() {
    if (!quiet) {
      people.act();
    }
  }

  private void administratorsAct() {
    if (!quiet) {
      administrators.act();
    }
  }

  // Faults

  private void misfortune() {
    if (quiet) {
      return;
    }
    double perTick = (double) TICK_MS / HOUR_MS;
    Faults faults = world.faults();
    for (SimulatedHost host : world.hosts()) {
      if (host.heard()) {
        if (world.chance(faults.hostDiesPerHour() * perTick)) {
          hostDies(host);
        } else if (world.chance(faults.partedPerHour() * perTick)) {
          part(host);
        } else if (world.chance(faults.agentRestartsPerHour() * perTick)) {
          restartAgent(host);
        } else if (world.chance(faults.guestDiesPerHour() * perTick)) {
          guestDies(host);
        }
      }
    }
  }

  /** It may be back before anyone missed it. */
  private void hostDies(SimulatedHost host) {
    world.count("host deaths");
    world.note(host.id() + " dies");
    host.die();
    long away = 2_000 + world.random(400_000);
    awayFor(host, away);
    world
        .calendar()
        .in(
            away,
            () -> {
              host.comeBack();
              world.hello(host);
            });
  }

  private void part(SimulatedHost host) {
    world.count("hosts parted");
    world.note(host.id() + " is not heard");
    host.part(true);
    long away = 2_000 + world.random(200_000);
    awayFor(host, away);
    world
        .calendar()
        .in(
            away,
            () -> {
              host.part(false);
              world.hello(host);
            });
  }

  private void restartAgent(SimulatedHost host) {
    world.count("agent restarts");
    world.note("agent of " + host.id() + " restarts");
    host.agentStops();
    long away = 500 + world.random(20_000);
    awayFor(host, away);
    world
        .calendar()
        .in(
            away,
            () -> {
              host.agentStarts();
              world.hello(host);
            });
  }

  private void awayFor(SimulatedHost host, long away) {
    if (away > World.LEASE) {
      world.calendar().in(World.LEASE, () -> world.expire(host));
    }
  }

  private void guestDies(SimulatedHost host) {
    host.driver().machines().stream()
        .filter(report -> report.live() == Live.RUNNING)
        .map(report -> report.machine())
        .skip(world.random(3))
        .findFirst()
        .ifPresent(machine -> kill(host, machine));
  }

  private void kill(SimulatedHost host, MachineId machine) {
    world.count("guest deaths");
    world.note(machine + " dies on " + host.id());
    host.machines().kill(machine);
    world.tellMachine(host, host.report(machine));
  }

  // The end

  private void rest() {
    world.faults(Faults.NONE);
    quiet = true;
    people.comeToRest();
    administrators.comeToRest();
    settle();
    for (VjobRecord vjob : people.alive()) {
      if (vjob.state() != VjobState.WAITING || vjob.reason().isEmpty()) {
        throw stuck(vjob);
      }
      world.deliver(new Event.CancelAsked(vjob.spec().name()));
    }
    settle();
    for (VjobRecord vjob : people.alive()) {
      throw stuck(vjob);
    }
    for (SimulatedHost host : world.hosts()) {
      if (!host.report().isEmpty()) {
        throw new IllegalStateException("left on " + host.id() + ": " + host.report());
      }
    }
  }

  private static IllegalStateException stuck(VjobRecord vjob) {
    return new IllegalStateException(
        "after a day "
            + vjob.spec().name()
            + " has not ended: "
            + vjob.state()
            + ", wanted "
            + vjob.wanted()
            + ", reason '"
            + vjob.reason()
            + "'");
  }

  private void settle() {
    long end = world.now() + REST_MS;
    while (!settled() && world.now() < end && world.calendar().next()) {
      // Until nothing is left to do.
    }
  }

  /** All has ended but what needs more room than the whole grid has, and nothing is left over. */
  private boolean settled() {
    GridState state = world.state();
    return state.current().isEmpty()
        && state.operations().isEmpty()
        && people.alive().stream().allMatch(this::waitsForEver)
        && world.hosts().stream().allMatch(host -> host.heard() && host.report().isEmpty());
  }

  private boolean waitsForEver(VjobRecord vjob) {
    return vjob.state() == VjobState.WAITING
        && vjob.wanted() == Wanted.RUN
        && !vjob.reason().isEmpty()
        && !world.fitsAlone(vjob.spec());
  }
}
