package org.heddle.controller;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.heddle.api.AgentApi;
import org.heddle.api.AgentEvent;
import org.heddle.api.Json;
import org.heddle.controller.store.KeyValueStore;
import org.heddle.controller.store.KeyValueStore.Change;
import org.heddle.controller.store.KeyValueStore.Transaction;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.VjobState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agents that have said hello: their leases, and one stream of events from each. A host is lost
 * when its lease runs out. After a start every known host has a full lease of grace, so that a
 * controller that was away for long does not take its grid for lost.
 */
final class AgentLinks implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final String AGENTS = "agents/";
  private static final Logger log = LoggerFactory.getLogger(AgentLinks.class);

  private final KeyValueStore store;
  private final ControlLoop loop;
  private final CommandSender sender;
  private final AgentDialer dialer;
  private final Duration lease;
  private final Map<HostId, Link> links = new ConcurrentSkipListMap<>();
  private boolean closed;

  AgentLinks(
      KeyValueStore store,
      ControlLoop loop,
      CommandSender sender,
      AgentDialer dialer,
      Duration lease) {
    this.store = store;
    this.loop = loop;
    this.sender = sender;
    this.dialer = dialer;
    this.lease = lease;
  }

  /** Connects to every agent that was known when the controller ended. */
  synchronized void start() {
    for (KeyValueStore.Entry entry : store.range(AGENTS).entries()) {
      AgentApi.Hello hello = Json.read(entry.value(), AgentApi.Hello.class);
      links.put(hello.host().id(), new Link(hello));
    }
    links.values().forEach(Link::renew);
  }

  /** An agent says hello, first or again. */
  synchronized AgentApi.Lease hello(AgentApi.Hello hello) {
    HostId id = hello.host().id();
    Link link = links.get(id);
    if (link != null && link.elsewhere(hello.host())) {
      throw Refused.of(
          "conflict",
          "host.id",
          "host '"
              + id
              + "' is in the grid at "
              + link.hello.host().address()
              + "; give this host"
              + " another name");
    }
    if (link == null || !link.hello.equals(hello)) {
      Change put = new Change.Put(AGENTS + id, Json.write(hello));
      store.commit(new Transaction(List.of(), List.of(put)));
    }
    if (link == null || !link.hello.host().equals(hello.host())) {
      if (link != null) {
        link.stop();
      }
      link = new Link(hello);
      links.put(id, link);
    }
    link.hello = hello;
    link.renew();
    return new AgentApi.Lease((int) lease.toSeconds(), peers(), images(), members(), needed());
  }

  /** The host is no longer in the grid; an agent of it that says hello is a new one. */
  synchronized void forget(HostId host) {
    Link link = links.remove(host);
    if (link != null) {
      link.stop();
    }
    store.commit(new Transaction(List.of(), List.of(new Change.Delete(AGENTS + host))));
  }

  /** Looks for leases that have run out; to be called about every second. */
  synchronized void check() throws InterruptedException {
    links.values().forEach(Link::stopIfExpired);
    for (Map.Entry<HostId, GridState.HostRecord> host : loop.state().hosts().entrySet()) {
      Link link = links.get(host.getKey());
      if (host.getValue().online() && (link == null || link.expired())) {
        loop.tell(new Event.HostExpired(host.getKey()));
      }
    }
  }

  /** Every image of the grid, with the agents that have it. */
  SortedMap<String, List<String>> images() {
    SortedMap<String, List<String>> images = new TreeMap<>();
    for (Link link : links.values()) {
      for (String image : link.hello.images()) {
        images.computeIfAbsent(image, _ -> new ArrayList<>()).add(link.hello.host().agentUrl());
      }
    }
    return images;
  }

  /** Images of vjobs that have not ended. */
  private Set<String> needed() {
    Set<String> needed = new TreeSet<>();
    for (GridState.VjobRecord vjob : loop.state().vjobs().values()) {
      if (vjob.state() != VjobState.TERMINATED) {
        vjob.spec().machines().forEach(group -> needed.add(group.image()));
      }
    }
    return needed;
  }

  /** What the content stores of all agents were used for. */
  SortedMap<HostId, AgentApi.ContentUse> content() {
    SortedMap<HostId, AgentApi.ContentUse> content = new TreeMap<>();
    links.forEach((host, link) -> link.hello.content().ifPresent(use -> content.put(host, use)));
    return content;
  }

  /** The same of one host; empty when it has no content store. */
  SortedMap<HostId, AgentApi.ContentUse> content(HostId host) {
    SortedMap<HostId, AgentApi.ContentUse> content = content();
    content.keySet().retainAll(List.of(host));
    return content;
  }

  private List<AgentApi.Member> members() {
    return links.values().stream()
        .filter(link -> !link.expired())
        .map(link -> {
          Host host = link.hello.host();
          boolean repository =
              link.hello.content().map(AgentApi.ContentUse::repository).orElse(false);
          return new AgentApi.Member(host.id(), host.site(), host.agentUrl(), repository);
        })
        .toList();
  }

  /** Hosts on line that build images, always in the same order. */
  List<Host> builders() {
    return links.values().stream()
        .filter(link -> !link.expired() && link.hello.farm().isPresent())
        .map(link -> link.hello.host())
        .toList();
  }

  /** Hosts on line. */
  List<Host> online() {
    return links.values().stream()
        .filter(link -> !link.expired())
        .map(link -> link.hello.host())
        .toList();
  }

  List<String> images(HostId host) {
    Link link = links.get(host);
    return link == null ? List.of() : link.hello.images();
  }

  private List<String> peers() {
    SortedSet<String> peers = new TreeSet<>();
    links.values().forEach(link -> peers.add(link.hello.host().address()));
    return List.copyOf(peers);
  }

  /** One agent. Fields are guarded by the links' lock, but for those that its thread reads. */
  private final class Link {
    private volatile AgentApi.Hello hello;
    private volatile boolean connected;
    private volatile long renewedNanos = System.nanoTime();
    private Thread thread = Thread.ofVirtual().unstarted(() -> {});
    private boolean running;

    Link(AgentApi.Hello hello) {
      this.hello = hello;
    }

    void renew() {
      renewedNanos = System.nanoTime();
      if (!running && !closed) {
        running = true;
        thread = Thread.ofVirtual().name("agent-" + hello.host().id()).start(this::listen);
      }
    }

    boolean expired() {
      return System.nanoTime() - renewedNanos > lease.toNanos();
    }

    /** Whether another host of that name is well and in the grid. */
    boolean elsewhere(Host host) {
      return connected && !expired() && !hello.host().address().equals(host.address());
    }

    void stopIfExpired() {
      if (running && expired()) {
        log.info("lost: {}", hello.host().id());
        stop();
      }
    }

    void stop() {
      running = false;
      connected = false;
      thread.interrupt();
    }

    private void listen() {
      Duration pause = FIRST_PAUSE;
      try {
        while (true) {
          boolean was = once();
          pause = was ? FIRST_PAUSE : longer(pause);
          Thread.sleep(pause);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } catch (Refused stopping) {
        log.debug("no longer listening: {}", stopping.getMessage());
      }
    }

    /** One connection; whether it came to be. */
    private boolean once() throws InterruptedException {
      try {
        dialer.dial(hello.host()).events(this::hear);
      } catch (IOException broken) {
        log.debug("events of {}: {}", hello.host().id(), broken.getMessage());
      } catch (Interrupted _) {
        throw new InterruptedException();
      }
      boolean was = connected;
      connected = false;
      return was;
    }

    private void hear(AgentEvent event) {
      try {
        HostId id = hello.host().id();
        switch (event) {
          case AgentEvent.HelloSaid(AgentApi.HostReport report) -> {
            connected = true;
            sender.tellReport(report, id, 0);
          }
          case AgentEvent.OperationMoved(AgentApi.OperationStatus status) -> sender.tellEnd(status);
          case AgentEvent.MachineChanged(var machine) ->
              loop.tell(new Event.MachineReported(id, machine));
        }
      } catch (InterruptedException stopped) {
        throw new Interrupted(stopped);
      }
    }
  }

  /** Carries an interrupt through a listener that cannot throw it. */
  private static final class Interrupted extends RuntimeException {
    private static final long serialVersionUID = 1;

    Interrupted(InterruptedException cause) {
      super(cause);
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  @Override
  public synchronized void close() {
    closed = true;
    links.values().forEach(Link::stop);
  }
}
