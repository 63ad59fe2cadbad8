package org.heddle.dist.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.box.BoxSpec;
import org.heddle.dist.box.GridInABox;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineKind;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;

/**
 * Boot, suspend, resume and live migration of one guest, by hand with bare QEMU and by the grid, in
 * one run. The grid's times are what its user waits: from the request to the state that was asked
 * for, planning, agents and durable bookkeeping included.
 */
final class SwitchBench {
  static final int MEMORY_MIB = 256;

  /** Two hosts on one site with an unshaped-like link: the programs are measured, not the link. */
  private static final BoxSpec TWO_HOSTS = new BoxSpec(1, 2, 4, 1024, 8192, 30, 10_000, 10_000);

  private static final long PATIENCE_MS = 240_000;
  private static final long POLL_MS = 5;
  private static final long REST_MS = 30_000;

  private final Path state;
  private final String mainClass;
  private final Consumer<String> say;

  SwitchBench(Path state, String mainClass, Consumer<String> say) {
    this.state = state;
    this.mainClass = mainClass;
    this.say = say;
  }

  /**
   * Times in milliseconds, one entry a round; by what was done.
   *
   * @param byHand with bare QEMU
   * @param byGrid from request to state
   * @param skewMs between the pauses of a vjob of two machines
   * @param memoryMiB resident memory of each program of the grid after the last round
   * @param memoryAtRestMiB the same when the grid has had nothing to do for half a minute
   */
  record Result(
      Map<String, List<Double>> byHand,
      Map<String, List<Double>> byGrid,
      List<Long> skewMs,
      Map<String, Long> memoryMiB,
      Map<String, Long> memoryAtRestMiB) {}

  Result run(int rounds) throws IOException, InterruptedException, BoxException {
    Map<String, List<Double>> byHand = new TreeMap<>();
    Path image = state.resolve("images/tiny");
    for (int i = 1; i <= rounds; i++) {
      say.accept("by hand, round " + i + " of " + rounds);
      try (BareQemu bare =
          new BareQemu(
              image, MEMORY_MIB, state.resolve("bench"), Path.of("/dev/shm/heddle-bench"))) {
        BareQemu.Times times = bare.run();
        add(byHand, "boot to agent-ready", times.bootMs());
        add(byHand, "suspend", times.suspendMs());
        add(byHand, "resume", times.resumeMs());
        add(byHand, "live migration", times.migrateMs());
        add(byHand, "downtime", times.downtimeMs());
      }
    }
    Files.deleteIfExists(Path.of("/dev/shm/heddle-bench"));
    return byGrid(rounds, byHand);
  }

  private Result byGrid(int rounds, Map<String, List<Double>> byHand)
      throws IOException, InterruptedException, BoxException {
    Path folder = state.resolve("bench/grid");
    Files.createDirectories(folder.resolve("images"));
    Path link = folder.resolve("images/tiny");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, state.resolve("images/tiny").toAbsolutePath());
    }
    GridInABox box = new GridInABox(folder, mainClass, say);
    Map<String, List<Double>> times = new TreeMap<>();
    List<Long> skews = new ArrayList<>();
    try {
      GridInABox.Up up = box.up(_ -> TWO_HOSTS);
      try (GridClient grid = GridClient.http(URI.create(up.url()), box.token())) {
        for (int i = 1; i <= rounds; i++) {
          say.accept("by the grid, round " + i + " of " + rounds);
          round(grid, times);
          skews.add(skew(grid));
        }
      }
      Map<String, Long> memory = ProgramMemory.of(up.box().folder());
      say.accept("resting for half a minute");
      Thread.sleep(REST_MS);
      return new Result(byHand, times, skews, memory, ProgramMemory.of(up.box().folder()));
    } finally {
      box.down(true);
    }
  }

  private void round(GridClient grid, Map<String, List<Double>> times) throws InterruptedException {
    add(
        times,
        "boot to agent-ready",
        timed(() -> grid.submit(vjob("one", 1)), running(grid, "one")));
    add(times, "suspend", timed(() -> grid.suspend("one"), is(grid, "one", "sleeping")));
    add(times, "resume", timed(() -> grid.resume("one"), running(grid, "one")));
    String from = grid.machine("node.one").host().orElseThrow();
    String to = from.equals("host1") ? "host2" : "host1";
    add(
        times,
        "live migration",
        timed(
            () -> grid.migrate("node.one", to),
            () ->
                grid.machine("node.one").host().equals(Optional.of(to))
                    && grid.machine("node.one").state().equals("running")));
    add(times, "downtime", downtime(grid));
    end(grid, "one");
  }

  private static double downtime(GridClient grid) throws InterruptedException {
    settle(grid);
    return grid.switches(1).stream()
        .flatMap(view -> view.actions().stream())
        .filter(action -> action.action().equals("migrate"))
        .mapToLong(SwitchAction::downtimeMs)
        .max()
        .orElseThrow();
  }

  private static long skew(GridClient grid) throws InterruptedException {
    grid.submit(vjob("pair", 2));
    await("pair running", running(grid, "pair"));
    grid.suspend("pair");
    await("pair asleep", is(grid, "pair", "sleeping"));
    settle(grid);
    long skew =
        grid.switches(1).stream()
            .map(SwitchView::pauseSkewMs)
            .flatMap(map -> map.values().stream())
            .mapToLong(Long::longValue)
            .max()
            .orElseThrow();
    end(grid, "pair");
    return skew;
  }

  private static void end(GridClient grid, String vjob) throws InterruptedException {
    grid.cancel(vjob);
    await(vjob + " to end", is(grid, vjob, "terminated"));
    settle(grid);
  }

  private static void settle(GridClient grid) throws InterruptedException {
    await("the grid to settle", () -> grid.status().settled());
  }

  private static Supplier<Boolean> running(GridClient grid, String vjob) {
    return is(grid, vjob, "running");
  }

  private static Supplier<Boolean> is(GridClient grid, String vjob, String state) {
    Predicate<VjobView> wanted = view -> view.state().equals(state);
    return () -> wanted.test(grid.vjob(vjob));
  }

  private static double timed(Runnable request, Supplier<Boolean> done)
      throws InterruptedException {
    long begin = System.nanoTime();
    request.run();
    await("the state that was asked for", done);
    return (System.nanoTime() - begin) / 1e6;
  }

  private static void await(String what, Supplier<Boolean> done) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (!done.get()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited " + PATIENCE_MS / 1000 + " s for " + what);
      }
      Thread.sleep(POLL_MS);
    }
  }

  private static VjobSpec vjob(String name, int count) {
    MachineGroup group =
        new MachineGroup(
            "node",
            count,
            "tiny",
            new Resources(1, MEMORY_MIB, 0),
            MachineKind.VM,
            Optional.empty());
    return new VjobSpec(new VjobId(name), 0, "bench", List.of(group), Optional.empty());
  }

  private static void add(Map<String, List<Double>> times, String what, double ms) {
    times.computeIfAbsent(what, _ -> new ArrayList<>()).add(ms);
  }
}
