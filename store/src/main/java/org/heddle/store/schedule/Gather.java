package org.heddle.store.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes schedules by which hosts bring what they hold to one repository, and takes the one by which
 * the hosts are free soonest on average, without the whole taking much longer than it must. Pure.
 *
 * <ul>
 *   <li>naive: all at once; each is free only when nearly all are
 *   <li>queue: as many at once as fill the repository's link, the others after them
 *   <li>halving: half of the hosts of a site send what they hold to the other half, and so on until
 *       one holds all, or as many as the repository's link can serve at once
 *   <li>halving beside the queue: the repository's link is never idle, and hosts that wait for it
 *       join by two meanwhile if that takes no longer than their turn is away
 * </ul>
 */
public final class Gather {
  private final Network network;
  private final Load load;
  private final SequencedMap<String, List<String>> holds;
  private final String repository;

  /**
   * @param holds the items of each host that has some
   * @param repository the host that is to have all
   */
  public Gather(
      Network network, Load load, SequencedMap<String, List<String>> holds, String repository) {
    this.network = network;
    this.load = load;
    this.holds = new LinkedHashMap<>(holds);
    this.holds.remove(repository);
    this.holds.values().removeIf(List::isEmpty);
    this.repository = repository;
    network.host(repository);
  }

  /** All that are known, ranked. */
  public Plans plans() {
    List<Forecast> others = new ArrayList<>();
    List<Schedule> ways = new ArrayList<>(List.of(queue(), halving(1), beside()));
    if (lanes() >= 2 * sites().size()) {
      ways.add(halving(lanes()));
    }
    for (Schedule schedule : ways) {
      others.add(Simulation.gather(network, load, holds, schedule));
    }
    return Plans.of(Simulation.gather(network, load, holds, naive()), others);
  }

  Schedule naive() {
    Schedule.Draft draft = new Schedule.Draft();
    holds.forEach((host, items) -> draft.add(host, repository, items, List.of()));
    return draft.named("naive");
  }

  /** The hosts of each site that have something. */
  private SequencedMap<String, List<String>> sites() {
    SequencedMap<String, List<String>> sites = new LinkedHashMap<>();
    for (String host : holds.keySet()) {
      sites.computeIfAbsent(network.host(host).site(), _ -> new ArrayList<>()).add(host);
    }
    return sites;
  }

  /** How many moves of these hosts of a site to the repository at once fill the way there. */
  private int lanes(List<String> hosts) {
    Network.Host to = network.host(repository);
    Network.Host first = network.host(hosts.getFirst());
    double way = to.bytesPerSecond();
    if (!first.site().equals(to.site())) {
      way = Math.min(way, network.site(first).bytesPerSecond());
      way = Math.min(way, network.site(to).bytesPerSecond());
    }
    double slowest =
        hosts.stream().mapToDouble(host -> network.host(host).bytesPerSecond()).min().orElse(way);
    // While one begins the link must not be idle.
    int beginning = network.startSeconds() > 0 ? 1 : 0;
    return (int) Math.clamp(Math.ceil(way / slowest - 1e-9) + beginning, 1, hosts.size());
  }

  private int lanes() {
    return sites().values().stream().mapToInt(this::lanes).sum();
  }

  private double toRepository(String host) {
    return network.rate(network.host(host), network.host(repository));
  }

  Schedule queue() {
    Schedule.Draft draft = new Schedule.Draft();
    for (List<String> hosts : sites().values()) {
      int lanes = lanes(hosts);
      List<String> order = new ArrayList<>(hosts);
      order.sort(Comparator.comparingDouble(host -> load.bytes(items(host), true)));
      List<Integer> moves = new ArrayList<>();
      for (int i = 0; i < order.size(); i++) {
        List<Integer> after = i < lanes ? List.of() : List.of(moves.get(i - lanes));
        moves.add(draft.add(order.get(i), repository, items(order.get(i)), after));
      }
    }
    return draft.named("queue of " + lanes());
  }

  private List<String> items(String host) {
    return holds.getOrDefault(host, List.of());
  }

  /** One that holds something, and the moves that brought it there. */
  private record Holder(String host, List<String> items, List<Integer> since) {
    Holder with(Holder other, int move) {
      List<String> all = new ArrayList<>(items);
      all.addAll(other.items);
      List<Integer> moves = new ArrayList<>(since);
      moves.add(move);
      return new Holder(host, all, moves);
    }
  }

  /**
   * @param last so many hosts go to the repository in the end, one of each site at least
   */
  Schedule halving(int last) {
    Schedule.Draft draft = new Schedule.Draft();
    Map<String, List<Holder>> sites = new LinkedHashMap<>();
    holds.forEach((host, items) ->
        sites
            .computeIfAbsent(network.host(host).site(), _ -> new ArrayList<>())
            .add(new Holder(host, items, List.of())));
    List<Holder> ready = new ArrayList<>();
    int subset = Math.max(1, last / Math.max(1, sites.size()));
    for (List<Holder> site : sites.values()) {
      List<Holder> holders = site;
      while (holders.size() > subset) {
        holders = halved(holders, Math.max(subset, (holders.size() + 1) / 2), draft);
      }
      ready.addAll(holders);
    }
    for (Holder holder : ready) {
      draft.add(holder.host, repository, holder.items, holder.since);
    }
    return draft.named("halving to " + ready.size());
  }

  private static List<Holder> halved(List<Holder> holders, int stay, Schedule.Draft draft) {
    List<Holder> rest = new ArrayList<>(holders.subList(0, stay));
    for (int i = stay; i < holders.size(); i++) {
      Holder from = holders.get(i);
      Holder to = rest.get(i - stay);
      List<Integer> after = new ArrayList<>(from.since);
      after.addAll(to.since);
      rest.set(i - stay, to.with(from, draft.add(from.host, to.host, from.items, after)));
    }
    return rest;
  }

  /** A host in the making of the last schedule: busy until some time. */
  private static final class Turn {
    private Holder holder;
    private double free;

    Turn(Holder holder) {
      this.holder = holder;
    }
  }

  Schedule beside() {
    Schedule.Draft draft = new Schedule.Draft();
    sites().values().forEach(hosts -> beside(hosts, draft));
    return draft.named("halving beside a queue of " + lanes());
  }

  private void beside(List<String> hosts, Schedule.Draft draft) {
    List<Turn> turns = new ArrayList<>();
    hosts.forEach(host -> turns.add(new Turn(new Holder(host, items(host), List.of()))));
    double[] lanes = new double[lanes(hosts)];
    Map<Integer, Integer> laneMove = new HashMap<>();
    double now = 0;
    while (!turns.isEmpty()) {
      for (int lane = 0; lane < lanes.length; lane++) {
        Turn next = lanes[lane] <= now ? largestIdle(turns, now) : null;
        if (next != null) {
          turns.remove(next);
          List<Integer> after = new ArrayList<>(next.holder.since);
          Integer before = laneMove.get(lane);
          if (before != null) {
            after.add(before);
          }
          laneMove.put(lane, draft.add(next.holder.host, repository, next.holder.items, after));
          lanes[lane] = now + seconds(next.holder, toRepository(next.holder.host) / lanes.length);
        }
      }
      join(turns, lanes, now, draft);
      now = nextTime(turns, lanes, now);
    }
  }

  private double seconds(Holder holder, double rate) {
    return network.startSeconds() + load.bytes(holder.items, true) / rate;
  }

  private @Nullable Turn largestIdle(List<Turn> turns, double now) {
    return turns.stream()
        .filter(turn -> turn.free <= now)
        .max(Comparator.comparingDouble(turn -> load.bytes(turn.holder.items, true)))
        .orElse(null);
  }

  /** Joins those of a site who wait, two by two, the smallest first. */
  private void join(List<Turn> turns, double[] lanes, double now, Schedule.Draft draft) {
    List<Turn> idle = new ArrayList<>(turns.stream().filter(turn -> turn.free <= now).toList());
    idle.sort(Comparator.comparingDouble(turn -> load.bytes(turn.holder.items, true)));
    while (idle.size() > 1) {
      Turn from = idle.removeFirst();
      Turn to = idle.getFirst();
      double rate = network.rate(network.host(from.holder.host), network.host(to.holder.host));
      double takes = seconds(from.holder, rate);
      if (takes <= untilTurn(turns, lanes, now)) {
        idle.remove(to);
        turns.remove(from);
        List<Integer> after = new ArrayList<>(from.holder.since);
        after.addAll(to.holder.since);
        int move = draft.add(from.holder.host, to.holder.host, from.holder.items, after);
        to.holder = to.holder.with(from.holder, move);
        to.free = now + takes;
      }
    }
  }

  /** How long the repository can be kept busy without the two smallest that wait. */
  private double untilTurn(List<Turn> turns, double[] lanes, double now) {
    double busy = 0;
    for (double lane : lanes) {
      busy += Math.max(0, lane - now);
    }
    List<Double> waiting =
        turns.stream()
            .filter(turn -> turn.free <= now)
            .map(turn -> seconds(turn.holder, toRepository(turn.holder.host)))
            .sorted()
            .toList();
    for (double other : waiting.subList(Math.min(2, waiting.size()), waiting.size())) {
      busy += other;
    }
    return busy / lanes.length;
  }

  private static double nextTime(List<Turn> turns, double[] lanes, double now) {
    double next = Double.POSITIVE_INFINITY;
    for (Turn turn : turns) {
      next = turn.free > now ? Math.min(next, turn.free) : next;
    }
    for (double lane : lanes) {
      next = lane > now ? Math.min(next, lane) : next;
    }
    return next == Double.POSITIVE_INFINITY ? now : next;
  }
}
