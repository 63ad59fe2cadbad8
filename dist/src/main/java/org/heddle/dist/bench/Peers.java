package org.heddle.dist.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.heddle.dist.plan.InstanceFile;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.order.AttributeDurations;
import org.heddle.planner.order.Order;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.order.Ordering;

/**
 * Other engines on the same instances with the same time limit, each in a process of its own. They
 * only place; whether their placement can be reached in order is asked of our planner and checker.
 */
final class Peers {
  static final List<String> ENGINES = List.of("choco", "cp-sat");

  /** For making the model, which the engines' own limit does not count. */
  private static final int SETTING_UP_SECONDS = 60;

  private final Path libraries;
  private final int seconds;

  /**
   * What an engine reached.
   *
   * @param firstMs since the question was read; -1 when it found nothing
   * @param ordered whether a right plan leads to its last placement
   */
  record Result(
      String engine, String instance, long first, long firstMs, long best, boolean ordered) {
    boolean solved() {
      return firstMs >= 0;
    }
  }

  /**
   * @param home the checkout, where the module {@code peers} has been built
   */
  Peers(Path home, int seconds) throws IOException {
    this.libraries = home.resolve("peers/target/lib");
    this.seconds = seconds;
    if (!Files.isDirectory(libraries)) {
      throw new IOException(
          libraries + " is not there; build the other engines: mvn -Ppeers -pl peers package");
    }
  }

  Result run(String engine, Path file) throws IOException, InterruptedException {
    Instance instance = InstanceFile.instance(file);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                libraries + "/*",
                "org.heddle.peers.Main",
                engine,
                "" + seconds)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread end = Thread.ofVirtual().start(() -> endAtLast(process));
    try {
      ask(instance, process);
      return read(engine, file, instance, process);
    } finally {
      process.destroyForcibly();
      end.interrupt();
    }
  }

  private void endAtLast(Process process) {
    try {
      process.waitFor(seconds + SETTING_UP_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
    } catch (InterruptedException _) {
      // it has ended
    }
  }

  private static void ask(Instance instance, Process process) {
    try (PrintWriter out = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), false)) {
      out.println(instance.hosts() + " " + instance.machines() + " " + instance.resources());
      for (int h = 0; h < instance.hosts(); h++) {
        for (int r = 0; r < instance.resources(); r++) {
          out.print(instance.usable(h, r) + " ");
        }
        out.println();
      }
      for (int m = 0; m < instance.machines(); m++) {
        if (instance.state(m) != MachineState.RUNNING
            || instance.wanted(m) != MachineState.RUNNING) {
          throw new IllegalArgumentException("peers are asked of machines that go on running only");
        }
        out.print(instance.host(m) + " " + instance.memory(m));
        for (int r = 0; r < instance.resources(); r++) {
          out.print(" " + instance.next(m, r));
        }
        out.println();
      }
    }
  }

  private static Result read(String engine, Path file, Instance instance, Process process)
      throws IOException {
    List<long[]> values = new ArrayList<>();
    int[] placement = {};
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("value")) {
          values.add(new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])});
        } else if (words[0].equals("placement")) {
          placement = Arrays.stream(words).skip(1).mapToInt(Integer::parseInt).toArray();
        }
      }
    }
    String name = PlanTrial.name(file.toString());
    return values.isEmpty()
        ? new Result(engine, name, 0, -1, 0, false)
        : new Result(
            engine,
            name,
            values.getFirst()[0],
            values.getFirst()[1],
            values.getLast()[0],
            ordered(instance, placement));
  }

  /** An engine that was ended before it printed its placement has none. */
  private static boolean ordered(Instance instance, int[] placement) {
    return placement.length == instance.machines()
        && Order.schedule(
                instance,
                Arrangement.of(instance, placement),
                OrderLimits.of(new AttributeDurations(instance)).iterations(0))
            instanceof Ordering.Done done
        && InstanceChecker.check(instance, done.schedule()).isEmpty();
  }
}
