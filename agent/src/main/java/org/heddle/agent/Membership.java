package org.heddle.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.heddle.api.AgentApi.Hello;
import org.heddle.api.AgentApi.Lease;
import org.heddle.api.ApiException;
import org.heddle.api.JsonHttp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the grid and keeps the lease. A controller that is away changes nothing here: it is asked
 * again and again, and machines and operations go on.
 */
final class Membership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration FIRST_RETRY = Duration.ofMillis(250);
  private static final Duration LAST_RETRY = Duration.ofSeconds(3);

  private final JsonHttp controller;
  private final Supplier<Hello> hello;
  private final Consumer<Lease> renewed;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("membership").unstarted(this::run);
  private volatile @Nullable Lease lease;

  /**
   * @param renewed told of each lease; must not block for long
   */
  Membership(JsonHttp controller, Supplier<Hello> hello, Consumer<Lease> renewed) {
    this.controller = controller;
    this.hello = hello;
    this.renewed = renewed;
  }

  void start() {
    thread.start();
  }

  /** What the controller knows now; empty when it was never heard. */
  Optional<Lease> now() {
    return Optional.ofNullable(newest());
  }

  /** What the controller said last. */
  Optional<Lease> last() {
    return Optional.ofNullable(lease);
  }

  /** Addresses of the grid's hosts, as the controller knows now. */
  List<String> peers() {
    return now().map(Lease::peers).orElse(List.of());
  }

  /** Asked anew, because hosts and images may have come since; without a controller, the last. */
  private @Nullable Lease newest() {
    try {
      lease = renew();
    } catch (IOException away) {
      LOG.debug("asking for peers and images: {}", away.getMessage());
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
    return lease;
  }

  private void run() {
    Duration retry = FIRST_RETRY;
    String trouble = "";
    try {
      while (true) {
        Duration pause;
        try {
          Lease next = renew();
          if (!trouble.isEmpty() || lease == null) {
            LOG.info("member of the grid, lease {} s", next.leaseSeconds());
          }
          lease = next;
          renewed.accept(next);
          trouble = "";
          retry = FIRST_RETRY;
          pause = Duration.ofSeconds(Math.max(1, next.leaseSeconds())).dividedBy(3);
        } catch (IOException failed) {
          trouble = report(trouble, failed);
          pause = retry;
          retry =
              retry.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? retry.multipliedBy(2) : LAST_RETRY;
        }
        Thread.sleep(pause);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private Lease renew() throws IOException, InterruptedException {
    Hello now = hello.get();
    return controller.call("PUT", "/v1/agents/" + now.host().id(), now, Lease.class, ANSWER);
  }

  /** Says what is wrong once, not every second. */
  private static String report(String before, IOException failed) {
    String message =
        failed instanceof ApiException refused
            ? "the controller refuses this host: " + refused.getMessage()
            : "no controller: " + failed.getMessage();
    if (!message.equals(before)) {
      LOG.warn("{}; asking again", message);
    }
    return message;
  }

  @Override
  public void close() {
    Threads.end(List.of(thread));
  }
}
