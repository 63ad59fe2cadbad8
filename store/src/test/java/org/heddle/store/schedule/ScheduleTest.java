package org.heddle.store.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
  private static final double RATE = 100;

  /** Some hosts of a site beside the repository, some of another behind a slower link. */
  private static Network network(int near, int far, double start, double hop) {
    List<Network.Host> hosts = new ArrayList<>();
    hosts.add(new Network.Host("repo", "a", RATE));
    for (int i = 0; i < near; i++) {
      hosts.add(new Network.Host("a" + i, "a", RATE));
    }
    for (int i = 0; i < far; i++) {
      hosts.add(new Network.Host("b" + i, "b", RATE));
    }
    return new Network(
        List.of(new Network.Site("a", RATE / 4, 0), new Network.Site("b", RATE / 4, 0)),
        hosts,
        start,
        hop);
  }

  private static SequencedMap<String, List<String>> holds(Network network) {
    SequencedMap<String, List<String>> holds = new LinkedHashMap<>();
    for (Network.Host host : network.hosts()) {
      if (!host.name().equals("repo")) {
        holds.put(host.name(), List.of("of " + host.name()));
      }
    }
    return holds;
  }

  private static Load load(SequencedMap<String, List<String>> holds, long own, long common) {
    SequencedMap<String, Long> items = new LinkedHashMap<>();
    holds.values().forEach(some -> some.forEach(item -> items.put(item, own)));
    return new Load(items, common);
  }

  private static Load image(long bytes) {
    SequencedMap<String, Long> items = new LinkedHashMap<>();
    items.put("image", bytes);
    return new Load(items, 0);
  }

  private static List<String> names(Network network) {
    return network.hosts().stream().map(Network.Host::name).toList();
  }

  @Test
  void linksAreSharedFairly() {
    Network network = network(2, 1, 0, 0);
    Schedule.Draft draft = new Schedule.Draft();
    draft.add("a0", "repo", List.of("x"), List.of());
    draft.add("a1", "repo", List.of("y"), List.of());
    draft.add("b0", "repo", List.of("z"), List.of());
    Shares shares = new Shares(network, draft.named("three").moves());
    double[] none = {RATE * 9, RATE * 9, RATE * 9};
    double[] all = shares.rates(new boolean[] {true, true, true}, none);
    assertThat(all[2]).as("the far one has its site's link").isCloseTo(25, within(1e-6));
    assertThat(all[0]).isCloseTo(37.5, within(1e-6));
    assertThat(all[1]).isCloseTo(37.5, within(1e-6));
    double[] capped = shares.rates(new boolean[] {true, true, false}, new double[] {10, 1e9, 1e9});
    assertThat(capped).containsExactly(new double[] {10, 90, 0}, within(1e-6));
  }

  @Test
  void naiveHostsAreAllFreeAtTheEndAndQueuedOnesOneAfterTheOther() {
    Network network = network(8, 0, 0, 0);
    SequencedMap<String, List<String>> holds = holds(network);
    Load load = load(holds, 1000, 0);
    Gather gather = new Gather(network, load, holds, "repo");
    Forecast naive = Simulation.gather(network, load, holds, gather.naive());
    assertThat(naive.mean()).isCloseTo(80, within(1e-6));
    assertThat(naive.total()).isCloseTo(80, within(1e-6));
    Forecast queue = Simulation.gather(network, load, holds, gather.queue());
    assertThat(queue.mean()).isCloseTo(45, within(1e-6));
    assertThat(queue.total()).isCloseTo(80, within(1e-6));
    Forecast halving = Simulation.gather(network, load, holds, gather.halving(1));
    // 4 free after 10 s, 2 after 30, 1 after 70, the last after 150.
    assertThat(halving.mean()).isCloseTo((4 * 10 + 2 * 30 + 70 + 150) / 8.0, within(1e-6));
    Forecast best = gather.plans().best();
    assertThat(best.schedule().name()).startsWith("halving beside");
    assertThat(best.mean()).isLessThan(queue.mean() * 0.8);
    assertThat(best.total()).isCloseTo(80, within(1e-6));
  }

  @Test
  void whatAllHaveInCommonCrossesASlowLinkOnceWhenHostsJoinFirst() {
    Network network = network(0, 8, 0, 0);
    SequencedMap<String, List<String>> holds = holds(network);
    Load load = load(holds, 100, 900);
    Plans plans = new Gather(network, load, holds, "repo").plans();
    Forecast naive = plans.naive();
    assertThat(naive.total()).isCloseTo(8 * 1000 / 25.0, within(1e-6));
    assertThat(plans.best().total()).isLessThan(naive.total() / 3);
    assertThat(plans.best().mean()).isLessThan(naive.mean() / 3);
  }

  @Test
  void aChainIsAsFastAsOneCopyAndAHopForEachHost() {
    Network network = network(8, 0, 1, 0.5);
    List<String> hosts = names(network).subList(1, 9);
    Scatter scatter = new Scatter(network, image(1000), "repo", hosts);
    Forecast naive = Simulation.scatter(network, image(1000), "repo", scatter.naive());
    assertThat(naive.total()).isCloseTo(81, within(1e-6));
    Forecast chain = Simulation.scatter(network, image(1000), "repo", scatter.passing(1, "chain"));
    assertThat(chain.total()).isCloseTo(1 + 10 + 7 * 0.5, within(1e-6));
    Forecast doubling = Simulation.scatter(network, image(1000), "repo", scatter.doubling());
    assertThat(doubling.total()).isCloseTo(4 * 11, within(1e-6));
    Forecast tree = Simulation.scatter(network, image(1000), "repo", scatter.passing(2, "tree"));
    assertThat(tree.total()).isBetween(21.0, 25.0);
    assertThat(scatter.plans().best().schedule().name()).isEqualTo("chain");
  }

  @Test
  void aLinkBetweenSitesCarriesOneCopy() {
    Network network = network(0, 6, 0, 0.1);
    Scatter scatter = new Scatter(network, image(1000), "repo", names(network).subList(1, 7));
    Forecast best = scatter.plans().best();
    assertThat(best.total()).isBetween(40.0, 41.0);
    assertThat(scatter.plans().naive().total()).isCloseTo(6 * 40, within(1e-6));
  }

  /** Nothing is sent by who has not got it, everything ends where it should, no link is overrun. */
  private static void assertSound(
      Forecast forecast, Map<String, Set<String>> held, Set<String> all, String goal, String seed) {
    List<Move> moves = new ArrayList<>(forecast.schedule().moves());
    moves.sort(
        java.util.Comparator.comparingDouble(move -> forecast.moves().get(move.number()).end()));
    for (Move move : moves) {
      Forecast.Span span = forecast.moves().get(move.number());
      assertThat(span.end()).as(seed).isGreaterThanOrEqualTo(span.begin()).isFinite();
      assertThat(held.get(move.from())).as("%s: %s", seed, move).containsAll(move.items());
      held.computeIfAbsent(move.to(), _ -> new HashSet<>()).addAll(move.items());
      for (int before : move.after()) {
        assertThat(forecast.moves().get(before).end()).as(seed).isLessThanOrEqualTo(span.begin());
      }
    }
    assertThat(held.getOrDefault(goal, Set.of())).as(seed).containsAll(all);
  }

  @Test
  void anySchedulesOfAnyNetworkAreSound() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      String text = "seed " + seed;
      int near = random.nextInt(10);
      int far = 1 + random.nextInt(10);
      List<Network.Host> hosts = new ArrayList<>();
      for (Network.Host host : network(near, far, 0, 0).hosts()) {
        hosts.add(new Network.Host(host.name(), host.site(), 10 + random.nextInt(200)));
      }
      Network network =
          new Network(
              List.of(
                  new Network.Site("a", 5 + random.nextInt(300), 0.02),
                  new Network.Site("b", 5 + random.nextInt(300), 0.1)),
              hosts,
              random.nextDouble(),
              random.nextDouble());
      SequencedMap<String, List<String>> holds = holds(network);
      SequencedMap<String, Long> items = new LinkedHashMap<>();
      holds.values().forEach(some -> items.put(some.getFirst(), (long) random.nextInt(5000)));
      Load load = new Load(items, random.nextInt(3000));
      Plans gathers = new Gather(network, load, holds, "repo").plans();
      for (Forecast forecast : gathers.ranked()) {
        Map<String, Set<String>> held = new HashMap<>();
        holds.forEach((host, some) -> held.put(host, new HashSet<>(some)));
        assertSound(forecast, held, items.keySet(), "repo", text);
        assertThat(forecast.release()).as(text).hasSize(near + far);
      }
      assertThat(gathers.best().total()).as(text).isLessThan(gathers.naive().total() * 1.1 + 1e-6);
      List<String> wanting = names(network).subList(1, 1 + near + far);
      for (Forecast forecast :
          new Scatter(network, image(random.nextInt(9000)), "repo", wanting).plans().ranked()) {
        Map<String, Set<String>> held = new HashMap<>();
        held.put("repo", Set.of("image"));
        for (String host : wanting) {
          assertSound(forecast, new HashMap<>(held), Set.of("image"), host, text);
        }
        assertThat(forecast.release().keySet()).as(text).containsAll(wanting);
      }
    }
  }
}
