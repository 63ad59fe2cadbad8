package org.heddle.store.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Makes schedules by which many hosts get the same, and takes the one by which they are ready
 * soonest on average, without the whole taking much longer than it must. Pure. The link to a site
 * carries one copy but in the naive one.
 *
 * <ul>
 *   <li>naive: all from the origin at once
 *   <li>chain: in each site one from the origin, the next from that one while it still gets it
 *   <li>tree: likewise, but each passes it on to two
 *   <li>doubling: who has all sends all to one who has nothing; those who have it double
 * </ul>
 */
public final class Scatter {
  private final Network network;
  private final Load load;
  private final String origin;
  private final SequencedMap<String, List<String>> sites = new LinkedHashMap<>();
  private final List<String> items;

  /**
   * @param load one item
   * @param origin has it
   * @param hosts are to have it
   */
  public Scatter(Network network, Load load, String origin, List<String> hosts) {
    this.network = network;
    this.load = load;
    this.origin = origin;
    this.items = List.copyOf(load.items().keySet());
    // The fastest first: what they pass on goes no faster than they are.
    List<String> ordered = new ArrayList<>(hosts);
    ordered.remove(origin);
    ordered.sort(Comparator.comparingDouble(host -> -network.host(host).bytesPerSecond()));
    for (String host : ordered) {
      sites.computeIfAbsent(network.host(host).site(), _ -> new ArrayList<>()).add(host);
    }
    network.host(origin);
  }

  /** All that are known, ranked. */
  public Plans plans() {
    List<Forecast> others = new ArrayList<>();
    for (Schedule schedule : List.of(passing(1, "chain"), passing(2, "tree"), doubling())) {
      others.add(Simulation.scatter(network, load, origin, schedule));
    }
    return Plans.of(Simulation.scatter(network, load, origin, naive()), others);
  }

  Schedule naive() {
    Schedule.Draft draft = new Schedule.Draft();
    sites
        .values()
        .forEach(hosts -> hosts.forEach(host -> draft.addBehind(origin, host, items, -1)));
    return draft.named("naive");
  }

  /** Each passes it on to so many while it still gets it. */
  Schedule passing(int fan, String name) {
    Schedule.Draft draft = new Schedule.Draft();
    for (List<String> hosts : sites.values()) {
      int[] moves = new int[hosts.size()];
      moves[0] = draft.addBehind(origin, hosts.getFirst(), items, -1);
      for (int i = 1; i < hosts.size(); i++) {
        int from = (i - 1) / fan;
        moves[i] = draft.addBehind(hosts.get(from), hosts.get(i), items, moves[from]);
      }
    }
    return draft.named(name);
  }

  Schedule doubling() {
    Schedule.Draft draft = new Schedule.Draft();
    for (Map.Entry<String, List<String>> site : sites.entrySet()) {
      List<String> hosts = site.getValue();
      boolean near = network.host(origin).site().equals(site.getKey());
      // Of each that has it: its name, and its last move.
      List<String> have = new ArrayList<>();
      List<Integer> last = new ArrayList<>();
      int next = 0;
      if (near) {
        have.add(origin);
        last.add(-1);
      } else {
        have.add(hosts.getFirst());
        last.add(draft.add(origin, hosts.getFirst(), items, List.of()));
        next = 1;
      }
      while (next < hosts.size()) {
        int senders = have.size();
        for (int i = 0; i < senders && next < hosts.size(); i++, next++) {
          List<Integer> after = last.get(i) < 0 ? List.of() : List.of(last.get(i));
          int move = draft.add(have.get(i), hosts.get(next), items, after);
          last.set(i, move);
          have.add(hosts.get(next));
          last.add(move);
        }
      }
    }
    return draft.named("doubling");
  }
}
