package org.heddle.agent;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.heddle.api.AgentApi.Offer;
import org.heddle.drivers.DriverException;

/**
 * Offers that take long to make: whoever wants one asks again until it is ready, so that no
 * connection is held for minutes and one who dies is noticed. Thread-safe.
 */
final class Preparing implements AutoCloseable {
  /** How long one who asks is kept waiting. */
  private static final Duration WAIT = Duration.ofSeconds(5);

  /** An answer that nobody came back for is not the truth for ever. */
  private static final Duration KEPT = Duration.ofSeconds(30);

  /** Makes an offer. */
  interface Work {
    Offer make() throws DriverException, InterruptedException;
  }

  private static final class Job {
    private final FutureTask<Offer> task;
    private final Thread thread;
    private volatile long ended;

    Job(String key, Work work) {
      this.task = new FutureTask<>(work::make);
      // It computes for long, which virtual threads would hold their carriers for.
      this.thread = Thread.ofPlatform().daemon().name("offer-" + key).unstarted(this::run);
    }

    private void run() {
      task.run();
      ended = System.nanoTime();
    }

    boolean stale() {
      return task.isDone() && !thread.isAlive() && System.nanoTime() - ended > KEPT.toNanos();
    }
  }

  private final Map<String, Job> jobs = new HashMap<>();

  /** The offer, or {@link Offer#NOT_YET}. */
  Offer ask(String key, Work work) throws DriverException, InterruptedException {
    Job job = job(key, work);
    try {
      Offer offer = job.task.get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
      forget(key, job);
      return offer;
    } catch (TimeoutException notYet) {
      return Offer.NOT_YET;
    } catch (ExecutionException failed) {
      forget(key, job);
      switch (failed.getCause()) {
        case DriverException known -> throw known;
        case InterruptedException closing -> throw closing;
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    }
  }

  private synchronized Job job(String key, Work work) {
    jobs.values().removeIf(Job::stale);
    Job known = jobs.get(key);
    if (known != null) {
      return known;
    }
    Job job = new Job(key, work);
    jobs.put(key, job);
    job.thread.start();
    return job;
  }

  private synchronized void forget(String key, Job job) {
    jobs.remove(key, job);
  }

  @Override
  public void close() {
    List<Thread> threads;
    synchronized (this) {
      threads = jobs.values().stream().map(job -> job.thread).toList();
    }
    Threads.end(threads);
  }
}
