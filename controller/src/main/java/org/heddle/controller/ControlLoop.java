package org.heddle.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.heddle.api.Json;
import org.heddle.controller.store.KeyValueStore;
import org.heddle.controller.store.KeyValueStore.Change;
import org.heddle.controller.store.KeyValueStore.Compare;
import org.heddle.controller.store.KeyValueStore.Entry;
import org.heddle.controller.store.KeyValueStore.Transaction;
import org.heddle.controller.store.StoreException;
import org.heddle.engine.Command;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.engine.Step;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one event at a time, lets the engine decide, stores what changed together with the event
 * and the notices in one transaction, and only then sends the commands. One thread; the other
 * methods may be called by any. When the store fails the loop ends for good, because nothing may be
 * done that is not stored; so it does at a bug, and who waits for an answer is told of it.
 */
final class ControlLoop implements AutoCloseable {
  /** More events than this waiting: those who tell of them wait too. */
  private static final int QUEUE = 10_000;

  /** How many events that changed something are kept, for replay. */
  private static final long INPUTS = 2_000;

  private static final long ANSWER_SECONDS = 30;
  private static final String INPUT = "inputs/";
  private static final String SESSION = "controller";
  private static final Logger log = LoggerFactory.getLogger(ControlLoop.class);

  private final KeyValueStore store;
  private final Decider decider;
  private final GridClock clock;
  private final EventLog events;
  private final BlockingQueue<Task> queue = new ArrayBlockingQueue<>(QUEUE);
  private final AtomicBoolean tickWaits = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
  private final Thread thread;
  private final long session;
  private long lastInput;
  private volatile GridState state;
  private Consumer<Command> commands = _ -> {};

  /** An event that changed something, as the history keeps it. */
  record Input(long timeMs, Event event) {}

  private record Task(Event event, Optional<CompletableFuture<Step>> answer) {}

  /** Reads the state; {@link #start} begins. */
  ControlLoop(KeyValueStore store, EventLog events, Decider decider, GridClock clock) {
    this.store = store;
    this.events = events;
    this.decider = decider;
    this.clock = clock;
    this.state = StateRecords.load(store);
    List<Entry> inputs = store.range(INPUT).entries();
    if (!inputs.isEmpty()) {
      Entry newest = inputs.getLast();
      lastInput = Long.parseLong(newest.key().substring(INPUT.length()));
      clock.notBefore(Json.read(newest.value(), Input.class).timeMs());
    }
    String who = ProcessHandle.current().pid() + " " + clock.wallMs();
    Change mine = new Change.Put(SESSION, who);
    this.session = store.commit(new Transaction(List.of(), List.of(mine))).revision();
    this.thread = Thread.ofPlatform().name("control-loop").unstarted(this::run);
  }

  /** Sends again what was under way, and begins to take events. */
  void start(Consumer<Command> sender) {
    this.commands = sender;
    thread.start();
  }

  /** The state after the last stored step. */
  GridState state() {
    return state;
  }

  /** What time it is for the engine. */
  long engineMs() {
    return clock.engineMs();
  }

  /** Has the event decided upon, and waits until what comes of it is stored. */
  Step ask(Event event) throws InterruptedException {
    CompletableFuture<Step> answer = new CompletableFuture<>();
    put(new Task(event, Optional.of(answer)));
    try {
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw new IllegalStateException("the controller failed at it", failed.getCause());
    } catch (TimeoutException _) {
      throw Refused.of("timed-out", "", "the controller is too busy; ask again later");
    }
  }

  /** Has the event decided upon some time. */
  void tell(Event event) throws InterruptedException {
    put(new Task(event, Optional.empty()));
  }

  /** Tells that time has passed, unless that is waiting to be told already. */
  void tick() throws InterruptedException {
    if (tickWaits.compareAndSet(false, true)) {
      tell(new Event.Ticked());
    }
  }

  /** Waits for the end of the loop: empty when it was closed, else why it failed. */
  Optional<Throwable> awaitEnd() throws InterruptedException {
    try {
      return end.get();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void put(Task task) throws InterruptedException {
    while (!ended.get()) {
      if (queue.offer(task, 1, TimeUnit.SECONDS)) {
        if (ended.get()) {
          giveUpWaiting();
        }
        return;
      }
    }
    throw Refused.of("unreachable", "", "the controller is stopping");
  }

  private void run() {
    Optional<Throwable> why = Optional.empty();
    try {
      decider.resume(state, clock.engineMs()).forEach(commands);
      while (!ended.get()) {
        handle(queue.take());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error failed) {
      log.error("the control loop ends: {}", failed.getMessage(), failed);
      why = Optional.of(failed);
    } finally {
      ended.set(true);
      giveUpWaiting();
      end.complete(why);
    }
  }

  private void handle(Task task) {
    if (task.event() instanceof Event.Ticked) {
      tickWaits.set(false);
    }
    Step step;
    try {
      long now = clock.engineMs();
      step = decider.step(state, task.event(), now);
      take(step, task.event(), now);
    } catch (RuntimeException | Error failed) {
      // The stored state is unharmed: the next controller goes on from there.
      task.answer().ifPresent(answer -> answer.completeExceptionally(failed));
      throw failed;
    }
    task.answer().ifPresent(answer -> answer.complete(step));
  }

  /** State first, then deeds. */
  private void take(Step step, Event cause, long now) {
    if (step.refusal().isPresent()) {
      return;
    }
    List<Change> changes = new ArrayList<>(StateRecords.difference(state, step.state()));
    changes.addAll(events.append(step.notices(), clock.wallMs()));
    if (!changes.isEmpty()) {
      changes.addAll(input(cause, now));
      commit(changes);
      events.stored(step.notices());
      state = step.state();
    }
    step.commands().forEach(commands);
  }

  private List<Change> input(Event event, long now) {
    lastInput++;
    List<Change> changes = new ArrayList<>();
    String value = Json.write(new Input(now, event));
    changes.add(new Change.Put(INPUT + StateRecords.number(lastInput), value));
    if (lastInput > INPUTS) {
      changes.add(new Change.Delete(INPUT + StateRecords.number(lastInput - INPUTS)));
    }
    return changes;
  }

  private void commit(List<Change> changes) {
    Compare stillMine = new Compare.Unchanged(SESSION, session);
    if (!store.commit(new Transaction(List.of(stillMine), changes)).done()) {
      throw new StoreException("another controller has taken over");
    }
  }

  private void giveUpWaiting() {
    List<Task> waiting = new ArrayList<>();
    queue.drainTo(waiting);
    for (Task task : waiting) {
      task.answer()
          .ifPresent(answer ->
              answer.completeExceptionally(
                  Refused.of("unreachable", "", "the controller is stopping")));
    }
  }

  @Override
  public void close() {
    ended.set(true);
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
