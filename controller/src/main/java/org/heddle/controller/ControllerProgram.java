package org.heddle.controller;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.heddle.controller.store.KeyValueStore;
import org.heddle.controller.store.SqliteStore;
import org.heddle.engine.Engine;
import org.heddle.engine.PriorityPolicy;
import org.heddle.planner.Limits;
import org.heddle.planner.Planner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller: keeps the state, decides by the engine, has agents do what was decided, and
 * answers the API. One process for a state folder. Closing it leaves every machine as it is.
 */
public final class ControllerProgram implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(ControllerProgram.class);

  /** What was opened, to be closed in the opposite order. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private final ControlLoop loop;
  private final List<InetSocketAddress> addresses;

  private ControllerProgram(ControllerOptions options, Decider decider) throws IOException {
    List<InetSocketAddress> listen =
        options.listen().stream().map(ControllerProgram::parse).toList();
    boolean started = false;
    try {
      StateFolder folder = opened(StateFolder.open(options.stateFolder()));
      KeyValueStore store = opened(new SqliteStore(folder.database()));
      String token = options.token().isPresent() ? options.token().get() : folder.token();
      AgentDialer dialer = opened(new AgentDialer(token));
      GridClock clock = GridClock.system();
      EventLog events = new EventLog(store);
      loop = opened(new ControlLoop(store, events, decider, clock));
      CommandSender sender = opened(new CommandSender(loop, decider, dialer, clock));
      Duration lease = Duration.ofSeconds(options.leaseSeconds());
      AgentLinks agents = opened(new AgentLinks(store, loop, sender, dialer, lease));
      Desk desk = new Desk(loop, decider);
      List<Web.Route> routes = routes(desk, events, agents, dialer, clock.wallMs());
      loop.start(sender::send);
      agents.start();
      opened(ticker(agents));
      addresses = opened(Web.start(listen, token, routes)).addresses();
      folder.tellClients(nearest(), token);
      started = true;
      log.info("listening on {}", urls());
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /** All routes of the API. */
  static List<Web.Route> routes(
      Desk desk, EventLog events, AgentLinks agents, AgentDialer dialer, long startedMs) {
    List<Web.Route> routes = new ArrayList<>();
    routes.addAll(new GridRoutes(desk, events, agents, startedMs).routes());
    routes.addAll(new VjobRoutes(desk, agents, dialer).routes());
    routes.addAll(new MachineRoutes(desk, dialer).routes());
    routes.addAll(new ConstraintRoutes(desk).routes());
    routes.addAll(new FarmRoutes(desk, agents, dialer).routes());
    return routes;
  }

  /**
   * Starts a controller.
   *
   * @throws IOException when an address or the state folder cannot be had
   */
  public static ControllerProgram start(ControllerOptions options) throws IOException {
    Engine engine = new Engine(new PriorityPolicy(), Limits.DEFAULT);
    return new ControllerProgram(options, new Decider(engine, Planner::plan));
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  private AutoCloseable ticker(AgentLinks agents) {
    Thread thread =
        Thread.ofVirtual()
            .name("ticker")
            .start(() -> {
              try {
                while (true) {
                  Thread.sleep(TICK);
                  agents.check();
                  loop.tick();
                }
              } catch (InterruptedException | Refused _) {
                Thread.currentThread().interrupt();
              }
            });
    return thread::interrupt;
  }

  private static InetSocketAddress parse(String address) {
    int colon = address.lastIndexOf(':');
    try {
      if (colon > 0) {
        String host = address.substring(0, colon);
        return new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
      }
    } catch (IllegalArgumentException _) {
      // told below
    }
    throw new IllegalArgumentException(
        "address '" + address + "': write HOST:PORT, for example 127.0.0.1:7180");
  }

  /** Where commands on this machine reach it: by loopback when it listens there. */
  private URI nearest() {
    List<URI> urls = urls();
    for (int i = 0; i < urls.size(); i++) {
      InetAddress address = new InetSocketAddress(addresses.get(i).getHostString(), 0).getAddress();
      if (address != null && address.isAnyLocalAddress()) {
        return URI.create("http://127.0.0.1:" + addresses.get(i).getPort());
      }
      if (address != null && address.isLoopbackAddress()) {
        return urls.get(i);
      }
    }
    return urls.getFirst();
  }

  /** Where it answers, one for each address that it listens on. */
  public List<URI> urls() {
    return addresses.stream()
        .map(it -> URI.create("http://" + it.getHostString() + ":" + it.getPort()))
        .toList();
  }

  /** Waits until it was closed (empty), or failed and can do nothing more (why). */
  public Optional<Throwable> awaitEnd() throws InterruptedException {
    return loop.awaitEnd();
  }

  @Override
  public synchronized void close() {
    while (!open.isEmpty()) {
      AutoCloseable next = open.pop();
      try {
        next.close();
      } catch (Exception failed) {
        log.warn("closing {}: {}", next.getClass().getSimpleName(), failed.getMessage());
      }
    }
  }
}
