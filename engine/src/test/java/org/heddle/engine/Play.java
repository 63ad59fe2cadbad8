package org.heddle.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.heddle.engine.Command.Execute;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.Constraints;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineId;
import org.heddle.model.MachineKind;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.planner.Limits;
import org.heddle.planner.Planner;

/** A grid played by hand: the test says what hosts answer, plans come from the real planner. */
final class Play {
  final Engine engine = new Engine(new PriorityPolicy(), Limits.DEFAULT);
  GridState state = GridState.EMPTY;
  long now = 1_000_000;

  /** Operations that were sent and not answered yet, oldest first. */
  final List<Execute> sent = new ArrayList<>();

  final List<Command.Inspect> inspects = new ArrayList<>();
  final List<Step.Notice> notices = new ArrayList<>();

  /** Hosts named {@code a}, {@code b} ... with two cores and 1024 MiB each. */
  static Play withHosts(String... names) {
    Play play = new Play();
    for (String name : names) {
      play.joins(name);
    }
    return play;
  }

  static Host host(String name) {
    return new Host(
        new HostId(name),
        new SiteId("lyon"),
        new Resources(2, 1024, 10_000),
        new TreeSet<>(),
        "192.0.2.1",
        "http://" + name);
  }

  void joins(String name, MachineReport... has) {
    event(new Event.HostReported(host(name), List.of(has), 0));
    answer(name, has);
  }

  /** The host answers that it has this, having been asked just now. */
  void answer(String name, MachineReport... has) {
    event(new Event.HostReported(host(name), Arrays.asList(has), state.counters().version()));
  }

  static VjobSpec vjob(String name, int priority, int machines, int memory, String... constraints) {
    return new VjobSpec(
        new VjobId(name),
        priority,
        "me",
        List.of(
            new MachineGroup(
                "m",
                machines,
                "tiny",
                new Resources(1, memory, 100),
                MachineKind.VM,
                Optional.empty())),
        Optional.of("work"),
        Constraints.of(constraints));
  }

  Step submit(VjobSpec spec) {
    return event(new Event.Submitted(spec, "key", "public"));
  }

  Step event(Event event) {
    Step step = engine.step(state, event, now);
    state = step.state();
    notices.addAll(step.notices());
    List<Command.FindPlan> plans = new ArrayList<>();
    for (Command command : step.commands()) {
      switch (command) {
        case Command.FindPlan find -> plans.add(find);
        case Execute execute -> sent.add(execute);
        case Command.Inspect inspect -> inspects.add(inspect);
      }
    }
    for (Command.FindPlan find : plans) {
      event(new Event.PlanFound(find.request(), Planner.plan(find.problem(), find.limits())));
    }
    return step;
  }

  void tick(long laterMs) {
    now += laterMs;
    event(new Event.Ticked());
  }

  /** The oldest unanswered operation of that verb ends well. */
  Execute done(String verb) {
    Execute execute = take(verb);
    now += 10;
    event(new Event.OperationEnded(execute.operation(), new Outcome.Done(now - 5, now, now, 7)));
    return execute;
  }

  Execute failed(String verb, Outcome.Code code) {
    Execute execute = take(verb);
    now += 10;
    event(new Event.OperationEnded(execute.operation(), new Outcome.Failed(code, "no luck")));
    return execute;
  }

  Execute take(String verb) {
    Execute found =
        sent.stream()
            .filter(each -> each.what().verb().equals(verb))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + verb + " among " + verbs()));
    sent.remove(found);
    return found;
  }

  /** Everything that is asked goes well until nothing is asked any more. */
  void allGoesWell() {
    while (!sent.isEmpty()) {
      done(sent.getFirst().what().verb());
    }
  }

  List<String> verbs() {
    return sent.stream().map(each -> each.what().verb()).toList();
  }

  VjobRecord vjob(String name) {
    VjobRecord vjob = state.vjobs().get(new VjobId(name));
    if (vjob == null) {
      throw new AssertionError("no vjob " + name);
    }
    return vjob;
  }

  VjobState stateOf(String vjob) {
    return vjob(vjob).state();
  }

  MachineRecord machine(String id) {
    MachineRecord machine = state.machines().get(MachineId.parse(id));
    if (machine == null) {
      throw new AssertionError("no machine " + id);
    }
    return machine;
  }

  MachineState at(String id) {
    return machine(id).state();
  }

  String hostOf(String id) {
    return at(id).host().map(HostId::value).orElse("none");
  }

  /** What the machine's host says of it when all is as the engine has it. */
  MachineReport report(String id, Live live, String... savedStates) {
    return new MachineReport(
        MachineId.parse(id),
        machine(id).incarnation(),
        live,
        List.of(savedStates),
        Optional.empty());
  }

  void finishes(String vjob, int exitCode) {
    String first = vjob(vjob).spec().first().toString();
    event(
        new Event.MachineReported(
            new HostId(hostOf(first)),
            new MachineReport(
                MachineId.parse(first),
                machine(first).incarnation(),
                Live.RUNNING,
                List.of(),
                Optional.of(new MachineReport.RunStatus(Optional.of(exitCode), "the end\n")))));
  }

  static <T extends Operation> T as(Class<T> type, Execute execute) {
    return type.cast(execute.what());
  }
}
