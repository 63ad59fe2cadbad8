package org.heddle.controller;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.heddle.api.AgentApi;
import org.heddle.api.ApiException;
import org.heddle.engine.Command;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the engine's commands on virtual threads, those for one machine of one host in their
 * order, and tells the loop what came of them. An operation is sent until its agent has it, the
 * host is lost, or it is no longer wanted; sending it twice does no harm.
 */
final class CommandSender implements AutoCloseable {
  /** Requests to agents at the same time. */
  private static final int REQUESTS = 256;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final int TOO_MANY = 429;
  private static final Logger log = LoggerFactory.getLogger(CommandSender.class);

  private final ControlLoop loop;
  private final Decider decider;
  private final AgentDialer dialer;
  private final GridClock clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore requests = new Semaphore(REQUESTS);
  private final Map<Lane, Queue<Command.Execute>> lanes = new HashMap<>();
  private final Set<String> sending = ConcurrentHashMap.newKeySet();

  CommandSender(ControlLoop loop, Decider decider, AgentDialer dialer, GridClock clock) {
    this.loop = loop;
    this.decider = decider;
    this.dialer = dialer;
    this.clock = clock;
  }

  /** Returns at once. */
  void send(Command command) {
    switch (command) {
      case Command.FindPlan asked -> start(() -> plan(asked));
      case Command.Execute execute -> enqueue(execute);
      case Command.Inspect inspect -> start(() -> inspect(inspect));
    }
  }

  /** Operations on one machine reach its host in the order of the engine: a stop after its boot. */
  private record Lane(HostId host, MachineId machine) {}

  private void enqueue(Command.Execute execute) {
    Lane lane = new Lane(execute.host(), execute.what().machine());
    synchronized (lanes) {
      Queue<Command.Execute> waiting = lanes.get(lane);
      if (waiting != null) {
        waiting.add(execute);
        return;
      }
      lanes.put(lane, new ArrayDeque<>(List.of(execute)));
    }
    start(() -> empty(lane));
  }

  private void empty(Lane lane) {
    while (true) {
      Command.Execute next;
      synchronized (lanes) {
        Queue<Command.Execute> waiting = lanes.get(lane);
        next = waiting == null ? null : waiting.poll();
        if (next == null) {
          lanes.remove(lane);
          return;
        }
      }
      Command.Execute first = next;
      guarded(() -> execute(first));
    }
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  private void start(Work work) {
    if (threads.isShutdown()) {
      return;
    }
    threads.execute(() -> guarded(work));
  }

  private static void guarded(Work work) {
    try {
      work.run();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Refused stopping) {
      log.debug("not told: {}", stopping.getMessage());
    } catch (RuntimeException bug) {
      log.error("a command failed", bug);
    }
  }

  private void plan(Command.FindPlan asked) throws InterruptedException {
    Event found;
    try {
      found = new Event.PlanFound(asked.request(), decider.plan(asked.problem(), asked.limits()));
    } catch (RuntimeException | StackOverflowError bug) {
      log.error("the planner broke down", bug);
      found =
          new Event.PlanFailed(
              asked.request(), "the planner broke down (" + bug + "); the log tells where");
    }
    loop.tell(found);
  }

  private void execute(Command.Execute execute) throws InterruptedException {
    if (!sending.add(execute.operation())) {
      return;
    }
    try {
      Duration pause = FIRST_PAUSE;
      while (wanted(execute) && !sent(execute)) {
        Thread.sleep(pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      }
    } finally {
      sending.remove(execute.operation());
    }
  }

  private boolean wanted(Command.Execute execute) {
    GridState state = loop.state();
    GridState.HostRecord host = state.hosts().get(execute.host());
    return host != null && host.online() && state.operations().containsKey(execute.operation());
  }

  /** Whether the agent has it; if it has ended already, that is told. */
  private boolean sent(Command.Execute execute) throws InterruptedException {
    Optional<Host> host = host(execute.host());
    if (host.isEmpty()) {
      return true;
    }
    requests.acquire();
    try {
      AgentApi.OperationStatus status =
          dialer.dial(host.get()).operate(execute.operation(), clock.forHosts(execute.what()));
      tellEnd(status);
      return true;
    } catch (ApiException refused) {
      if (refused.status() >= 500 || refused.status() == TOO_MANY) {
        log.debug("{} for {}: {}", execute.operation(), execute.host(), refused.getMessage());
        return false;
      }
      String message = execute.host() + " refused it: " + refused.getMessage();
      Outcome failed = new Outcome.Failed(Outcome.Code.DRIVER, message);
      loop.tell(new Event.OperationEnded(execute.operation(), failed));
      return true;
    } catch (IOException broken) {
      log.debug("{} for {}: {}", execute.operation(), execute.host(), broken.getMessage());
      return false;
    } finally {
      requests.release();
    }
  }

  private void inspect(Command.Inspect inspect) throws InterruptedException {
    Optional<Host> host = host(inspect.host());
    if (host.isEmpty()) {
      return;
    }
    requests.acquire();
    try {
      AgentApi.HostReport report = dialer.dial(host.get()).host();
      tellReport(report, inspect.host(), inspect.version());
    } catch (IOException broken) {
      log.debug("inspecting {}: {}", inspect.host(), broken.getMessage());
    } finally {
      requests.release();
    }
  }

  /** Empty when the host was forgotten meanwhile; then nothing is wanted of it. */
  private Optional<Host> host(HostId id) {
    return Optional.ofNullable(loop.state().hosts().get(id)).map(GridState.HostRecord::host);
  }

  /**
   * Tells what a host says of itself: first the ends of operations, then what it has, so that the
   * second is understood in the light of the first. Operations that it does not know of are sent
   * again.
   *
   * @param version of the inspection that it answers, 0 when it spoke up by itself
   */
  void tellReport(AgentApi.HostReport report, HostId from, long version)
      throws InterruptedException {
    if (!report.host().id().equals(from)) {
      log.warn("the agent of {} says that it is {}; not listened to", from, report.host().id());
      return;
    }
    for (AgentApi.OperationStatus status : report.operations()) {
      tellEnd(status);
    }
    loop.tell(new Event.HostReported(report.host(), report.machines(), version));
    for (GridState.OperationRecord operation : loop.state().operations().values()) {
      if (operation.host().equals(from)
          && operation.sends() > 0
          && !knows(report, operation.id())) {
        send(new Command.Execute(operation.id(), from, operation.what()));
      }
    }
  }

  private static boolean knows(AgentApi.HostReport report, String operation) {
    return report.operations().stream().anyMatch(status -> status.id().equals(operation));
  }

  /** Tells the end of an operation, if it has ended and somebody waits for that. */
  void tellEnd(AgentApi.OperationStatus status) throws InterruptedException {
    Optional<Outcome> outcome = status.outcome();
    if (outcome.isPresent() && loop.state().operations().containsKey(status.id())) {
      loop.tell(new Event.OperationEnded(status.id(), outcome.get()));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
