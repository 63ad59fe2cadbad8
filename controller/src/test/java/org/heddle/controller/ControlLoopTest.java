package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.heddle.controller.TestGrid.awaitTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.heddle.api.Json;
import org.heddle.controller.store.KeyValueStore;
import org.heddle.controller.store.KeyValueStore.Change;
import org.heddle.controller.store.KeyValueStore.Transaction;
import org.heddle.controller.store.SqliteStore;
import org.heddle.engine.Command;
import org.heddle.engine.Engine;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.engine.Policy;
import org.heddle.engine.PriorityPolicy;
import org.heddle.engine.Step;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.Outcome;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;
import org.heddle.planner.Limits;
import org.heddle.planner.Planner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlLoopTest {
  private static final Decider DECIDER =
      new Decider(new Engine(new PriorityPolicy(), Limits.DEFAULT), Planner::plan);

  @TempDir Path folder;

  private static Event host(String name) {
    return host(name, 0);
  }

  /** The host has nothing, says it by itself or when it was asked in that version. */
  private static Event host(String name, long asked) {
    Host host =
        new Host(
            new HostId(name),
            new SiteId("lyon"),
            new Resources(4, 1024, 10_000),
            new TreeSet<>(),
            "10.0.0.1",
            "http://10.0.0.1:1");
    return new Event.HostReported(host, List.of(), asked);
  }

  private static Event submit(String name, int machines, int priority) {
    return new Event.Submitted(TestGrid.vjob(name, machines, 300, priority), "key", "public");
  }

  private KeyValueStore open() {
    return new SqliteStore(folder.resolve("state.db"));
  }

  private static ControlLoop loop(KeyValueStore store) {
    return new ControlLoop(store, new EventLog(store), DECIDER, GridClock.system());
  }

  /** Answers plans and operations by chance, and compares what is stored at the end. */
  @Test
  void whatIsStoredIsTheStateAfterAnyEvents() throws Exception {
    long seed = Long.getLong("heddle.seed", 20_261);
    Random random = new Random(seed);
    List<Command> commands = new CopyOnWriteArrayList<>();
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(commands::add);
      loop.tell(host("host1"));
      loop.tell(host("host2"));
      for (int i = 0; i < 120; i++) {
        loop.tell(next(random, commands));
      }
      Step last = loop.ask(new Event.Ticked());
      assertThat(StateRecords.load(store)).as("seed %d", seed).isEqualTo(last.state());
      assertThat(loop.state()).isEqualTo(last.state());
      assertThat(last.state().vjobs()).isNotEmpty();
    }
    try (KeyValueStore store = open()) {
      for (KeyValueStore.Entry input : store.range("inputs/").entries()) {
        ControlLoop.Input read = Json.read(input.value(), ControlLoop.Input.class);
        assertThat(Json.write(read)).isEqualTo(input.value());
      }
    }
  }

  /** A state of before there were constraints of administrators. */
  @Test
  void aStateWithoutARulebookIsReadAndGoesOn() throws Exception {
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(_ -> {});
      loop.ask(host("host1"));
      loop.ask(submit("old", 1, 0));
      assertThat(store.range("state/rulebook").entries()).isEmpty();
    }
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(_ -> {});
      assertThat(loop.state().rulebook()).isEqualTo(GridState.Rulebook.EMPTY);
      assertThat(loop.state().vjobs()).containsKey(new VjobId("old"));
      ConstraintTerm term = ConstraintTerm.parse("always fence(old, {host1,lyon})");
      loop.ask(new Event.ConstraintAsked(term));
    }
    try (KeyValueStore store = open()) {
      GridState.Rulebook rulebook = StateRecords.load(store).rulebook();
      assertThat(rulebook.last()).isEqualTo(1);
      assertThat(rulebook.constraints().values())
          .extracting(each -> each.term().toString())
          .containsExactly("always fence(old, {host1,lyon})");
    }
  }

  private static Event next(Random random, List<Command> commands) {
    String name = "v" + random.nextInt(6);
    if (!commands.isEmpty() && random.nextInt(4) > 0) {
      return switch (commands.remove(random.nextInt(commands.size()))) {
        case Command.FindPlan asked ->
            new Event.PlanFound(asked.request(), Planner.plan(asked.problem(), asked.limits()));
        case Command.Execute execute ->
            new Event.OperationEnded(execute.operation(), outcome(random));
        case Command.Inspect inspect -> host(inspect.host().value(), inspect.version());
      };
    }
    return switch (random.nextInt(8)) {
      case 6 ->
          new Event.ConstraintAsked(
              ConstraintTerm.parse("runningCapacity(*, " + (1 + random.nextInt(5)) + ")"));
      case 7 -> new Event.ConstraintDropped(1 + random.nextInt(4));
      case 0 -> new Event.CancelAsked(new VjobId(name));
      case 1 -> new Event.SuspendAsked(new VjobId(name));
      case 2 -> new Event.ResumeAsked(new VjobId(name));
      default -> submit(name, 1 + random.nextInt(3), random.nextInt(10));
    };
  }

  private static Outcome outcome(Random random) {
    long now = System.currentTimeMillis();
    return random.nextInt(10) == 0
        ? new Outcome.Failed(Outcome.Code.DRIVER, "by chance")
        : new Outcome.Done(now, now, now, 0);
  }

  @Test
  void aRefusedEventChangesAndStoresNothing() throws Exception {
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(_ -> {});
      long before = store.range("").revision();
      Step step = loop.ask(new Event.CancelAsked(new VjobId("none")));
      assertThat(step.refusal()).isPresent();
      assertThat(store.range("").revision()).isEqualTo(before);
    }
  }

  @Test
  void aControllerThatIsNoLongerTheOneStopsAndSendsNothing() throws Exception {
    List<Command> commands = new CopyOnWriteArrayList<>();
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(commands::add);
      Step _ = loop.ask(host("host1"));
      commands.clear();
      store.commit(
          new Transaction(List.of(), List.of(new Change.Put("controller", "another one"))));
      assertThatThrownBy(() -> loop.ask(submit("late", 1, 0)))
          .hasRootCauseMessage("another controller has taken over");
      assertThat(loop.awaitEnd()).isPresent();
      assertThat(commands).isEmpty();
      assertThat(StateRecords.load(store).vjobs()).isEmpty();
      assertThatThrownBy(() -> loop.ask(new Event.Ticked())).isInstanceOf(Refused.class);
    }
  }

  @Test
  void whatWasUnderWayIsSentAgainByTheNextController() throws Exception {
    List<Command> first = new CopyOnWriteArrayList<>();
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(first::add);
      Step joined = loop.ask(host("host1"));
      Step _ = loop.ask(host("host1", joined.state().counters().version()));
      Step _ = loop.ask(submit("one", 2, 0));
      awaitTrue(() -> first.stream().anyMatch(Command.FindPlan.class::isInstance));
    }
    List<Command> second = new CopyOnWriteArrayList<>();
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(second::add);
      awaitTrue(() -> second.stream().anyMatch(Command.FindPlan.class::isInstance));
      Command.FindPlan asked =
          second.stream()
              .filter(Command.FindPlan.class::isInstance)
              .map(Command.FindPlan.class::cast)
              .findFirst()
              .orElseThrow();
      Step step =
          loop.ask(
              new Event.PlanFound(asked.request(), Planner.plan(asked.problem(), asked.limits())));
      assertThat(step.commands()).hasSize(2).allMatch(Command.Execute.class::isInstance);
    }
    List<Command> third = new CopyOnWriteArrayList<>();
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(third::add);
      awaitTrue(() -> third.stream().filter(Command.Execute.class::isInstance).count() == 2);
    }
  }

  @Test
  void whoAskedIsToldOfABugAndTheLoopEnds() throws Exception {
    Policy broken =
        (_, _) -> {
          throw new IllegalStateException("a bug");
        };
    Decider decider = new Decider(new Engine(broken, Limits.DEFAULT), Planner::plan);
    try (KeyValueStore store = open();
        ControlLoop loop =
            new ControlLoop(store, new EventLog(store), decider, GridClock.system())) {
      loop.start(_ -> {});
      assertThatThrownBy(() -> loop.ask(host("host1"))).hasRootCauseMessage("a bug");
      assertThat(loop.awaitEnd()).hasValueSatisfying(why -> assertThat(why).hasMessage("a bug"));
      assertThat(StateRecords.load(store).hosts()).isEmpty();
    }
  }

  @Test
  void aPlannerThatBreaksDownIsAnswerEnough() throws Exception {
    Decider decider =
        new Decider(
            new Engine(new PriorityPolicy(), Limits.DEFAULT),
            (_, _) -> {
              throw new IllegalStateException("a bug");
            });
    try (KeyValueStore store = open();
        AgentDialer dialer = new AgentDialer("secret");
        ControlLoop loop =
            new ControlLoop(store, new EventLog(store), decider, GridClock.system());
        CommandSender sender = new CommandSender(loop, decider, dialer, GridClock.system())) {
      loop.start(command -> {
        if (command instanceof Command.FindPlan) {
          sender.send(command);
        }
      });
      loop.ask(host("host1"));
      loop.ask(host("host1", loop.state().counters().version()));
      loop.ask(submit("v", 1, 0));
      awaitTrue(() ->
          loop.state().vjobs().values().stream().allMatch(vjob -> vjob.reason().contains("a bug")));
      assertThat(loop.state().counters().planning().pending()).isEmpty();
    }
  }

  @Test
  void whoAskedIsToldWhenWhatFollowsFails() throws Exception {
    try (KeyValueStore store = open();
        ControlLoop loop = loop(store)) {
      loop.start(_ -> {
        throw new IllegalArgumentException("cannot send");
      });
      assertThatThrownBy(() -> loop.ask(host("host1"))).hasRootCauseMessage("cannot send");
      assertThat(loop.awaitEnd()).isPresent();
      assertThat(StateRecords.load(store).hosts()).as("state first, then deeds").hasSize(1);
    }
  }

  @Test
  void timersGoOnAndStoredTimesAreTheWallClocksWhenThatIsSetBack() throws Exception {
    AtomicLong wall = new AtomicLong(1_800_000_000_000L);
    AtomicLong nanos = new AtomicLong();
    GridClock clock = new GridClock(() -> Instant.ofEpochMilli(wall.get()), nanos::get);
    List<Command> commands = new CopyOnWriteArrayList<>();
    try (KeyValueStore store = open();
        ControlLoop loop = new ControlLoop(store, new EventLog(store), DECIDER, clock)) {
      loop.start(commands::add);
      Step _ = loop.ask(host("host1"));
      commands.clear();
      long anHour = 3_600_000;
      wall.addAndGet(-anHour);
      Step _ = loop.ask(new Event.Ticked());
      assertThat(commands).as("asked a moment ago").isEmpty();
      nanos.addAndGet(120_000_000_000L);
      Step _ = loop.ask(new Event.Ticked());
      assertThat(commands).hasSize(1).allMatch(Command.Inspect.class::isInstance);
      Step _ = loop.ask(new Event.DrainAsked(new HostId("host1")));
      assertThat(new EventLog(store).after(0, 100).getLast().timeMs()).isEqualTo(wall.get());
    }
  }
}
