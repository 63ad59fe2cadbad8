package org.heddle.agent;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.heddle.api.AgentApi.OperationStatus;
import org.heddle.model.MachineId;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations that this host was asked for: those of one machine one after the other, of
 * different machines side by side. What was accepted is in the journal before the caller hears of
 * it, and is done again after a restart when it had not ended. Thread-safe.
 */
final class Operations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

  /** Accepted and not ended; a controller that has more to ask waits and asks again. */
  static final int MAX_UNFINISHED = 256;

  /** Boots, saves, restores and migrations at a time; what is short never waits for them. */
  private static final int MAX_HEAVY = 8;

  /** How many that ended are in a report of the host. */
  private static final int REPORTED = 64;

  /** Progress is told in steps of this, which a person's eye can follow. */
  private static final double PROGRESS_STEP = 0.05;

  /** No more can be accepted now. */
  static final class Busy extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** The id was used for something else. */
  static final class OtherOperation extends Exception {
    private static final long serialVersionUID = 1;
  }

  private final class Running implements Task {
    final String id;
    final Operation operation;
    volatile double progress;

    Running(String id, Operation operation) {
      this.id = id;
      this.operation = operation;
    }

    OperationStatus status() {
      return new OperationStatus(id, operation, progress, Optional.empty());
    }

    @Override
    public void progress(double share) {
      if (share >= progress + PROGRESS_STEP) {
        progress = share;
        told.accept(status());
      }
    }

    @Override
    public boolean stopWanted() {
      return stopWaits(operation.machine());
    }

    @Override
    public boolean closing() {
      return closed;
    }
  }

  private final Journal journal;
  private final Performer performer;
  private final MachineLocks locks;
  private final Consumer<OperationStatus> told;
  private final Semaphore heavy = new Semaphore(MAX_HEAVY, true);
  private final SequencedMap<String, Running> unfinished = new LinkedHashMap<>();
  private final Map<MachineId, Deque<Running>> lanes = new HashMap<>();
  private final Map<MachineId, Thread> workers = new HashMap<>();
  private volatile boolean closed;

  /**
   * @param told of every progress and end; must not block
   */
  Operations(
      Journal journal, Performer performer, MachineLocks locks, Consumer<OperationStatus> told) {
    this.journal = journal;
    this.performer = performer;
    this.locks = locks;
    this.told = told;
  }

  /** Goes on with what had not ended when the agent last stopped. */
  synchronized void resume() {
    for (Journal.Entry entry : journal.unfinished()) {
      LOG.info("again: {} of {}", entry.operation().verb(), entry.operation().machine());
      enqueue(new Running(entry.id(), entry.operation()));
    }
  }

  synchronized OperationStatus submit(String id, Operation operation)
      throws IOException, Busy, OtherOperation {
    Optional<OperationStatus> known = find(id);
    if (known.isPresent()) {
      if (!known.get().operation().equals(operation)) {
        throw new OtherOperation();
      }
      return known.get();
    }
    if (closed || unfinished.size() >= MAX_UNFINISHED) {
      throw new Busy();
    }
    journal.accepted(id, operation);
    Running accepted = new Running(id, operation);
    enqueue(accepted);
    return accepted.status();
  }

  private void enqueue(Running accepted) {
    unfinished.put(accepted.id, accepted);
    MachineId machine = accepted.operation.machine();
    lanes.computeIfAbsent(machine, _ -> new ArrayDeque<>()).add(accepted);
    workers.computeIfAbsent(
        // Not virtual: copying and hashing a guest's memory computes for seconds, and virtual
        // threads
        // would starve the ones that keep the lease.
        machine,
        _ -> Thread.ofPlatform().daemon().name("machine-" + machine).start(() -> work(machine)));
  }

  synchronized Optional<OperationStatus> find(String id) {
    Running running = unfinished.get(id);
    return running != null
        ? Optional.of(running.status())
        : journal.find(id).map(Operations::status);
  }

  /** Those that have not ended, then the last that have. */
  synchronized List<OperationStatus> report() {
    List<OperationStatus> all = new ArrayList<>();
    unfinished.values().forEach(running -> all.add(running.status()));
    journal.lastEnded(REPORTED).forEach(entry -> all.add(status(entry)));
    return List.copyOf(all);
  }

  private static OperationStatus status(Journal.Entry entry) {
    return new OperationStatus(
        entry.id(), entry.operation(), entry.outcome().isPresent() ? 1 : 0, entry.outcome());
  }

  private synchronized boolean stopWaits(MachineId machine) {
    Deque<Running> lane = lanes.get(machine);
    return lane != null
        && lane.stream().skip(1).anyMatch(next -> next.operation instanceof Operation.Stop);
  }

  private void work(MachineId machine) {
    try {
      for (Running next = first(machine); next != null; next = first(machine)) {
        Outcome outcome = perform(next);
        if (closed) {
          return;
        }
        end(machine, next, outcome);
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Running first(MachineId machine) {
    Deque<Running> lane = lanes.get(machine);
    if (closed || lane == null || lane.isEmpty()) {
      lanes.remove(machine);
      workers.remove(machine);
      return null;
    }
    return lane.peek();
  }

  private Outcome perform(Running next) throws InterruptedException {
    boolean isHeavy = isHeavy(next.operation);
    if (isHeavy) {
      heavy.acquire();
    }
    try (MachineLocks.Held _ = locks.hold(next.operation.machine())) {
      return performer.perform(next.operation, next);
    } finally {
      if (isHeavy) {
        heavy.release();
      }
    }
  }

  private static boolean isHeavy(Operation operation) {
    return switch (operation) {
      case Operation.Boot _, Operation.Save _, Operation.Restore _, Operation.Migrate _ -> true;
      case Operation.Stop _,
          Operation.Pause _,
          Operation.Continue _,
          Operation.Discard _,
          Operation.StartRun _ ->
          false;
    };
  }

  private synchronized void end(MachineId machine, Running ended, Outcome outcome) {
    try {
      journal.ended(ended.id, outcome);
    } catch (IOException failed) {
      LOG.error("the end of operation {} cannot be noted; it may be done again", ended.id, failed);
    }
    lanes.getOrDefault(machine, new ArrayDeque<>()).remove(ended);
    unfinished.remove(ended.id);
    log(ended.operation, outcome);
    told.accept(new OperationStatus(ended.id, ended.operation, 1, Optional.of(outcome)));
  }

  private static void log(Operation operation, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done done ->
          LOG.info(
              "{} of {}: {} ms",
              operation.verb(),
              operation.machine(),
              done.endedMs() - done.startedMs());
      case Outcome.Failed failed ->
          LOG.warn(
              "{} of {}: {}: {}",
              operation.verb(),
              operation.machine(),
              failed.code(),
              failed.message());
    }
  }

  /** Lets go of what is under way; it is done again when the agent starts again. */
  @Override
  public void close() {
    List<Thread> busy;
    synchronized (this) {
      closed = true;
      busy = List.copyOf(workers.values());
    }
    Threads.end(busy);
  }
}
