package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.heddle.api.Json;
import org.heddle.planner.order.Forecast;
import org.heddle.planner.order.MigrationLoad;
import tools.jackson.databind.JsonNode;

/**
 * The measured migrations of mVM's authors: plans of ten migrations each, and when they really
 * started and ended in four executions. Sizes are taken in MiB. The executor started an action when
 * those had ended whose planned end is its planned start, and those that leave the host it goes to;
 * with this rule every measured start is explained to the second.
 */
final class MeasuredMigrations {
  private static final int SCENARIOS = 25;
  private static final int EXECUTIONS = 4;
  private static final Pattern ROW =
      Pattern.compile("\\{action=migrate\\(vm=vm#(\\d+),.*;(\\d+);(\\d+);\\d+");

  /** A planned migration, and what it has to copy. */
  private record Planned(int machine, int from, int to, double mbit, long start, long end) {}

  /** When a migration really started and ended, in seconds after the first start. */
  record Measured(double start, double end) {
    double seconds() {
      return end - start;
    }
  }

  /**
   * A plan and its executions.
   *
   * @param flows with what each waits for
   * @param executions each in the order of the flows
   */
  record Scenario(int number, List<Forecast.Flow> flows, List<List<Measured>> executions) {}

  /**
   * All scenarios.
   *
   * @param linkMbitPerS of each host's link: the best rate that any plan gives a migration of it
   */
  record Set(List<Double> linkMbitPerS, List<Scenario> scenarios) {
    double[] links() {
      return linkMbitPerS.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** The scenarios of odd or of even number. */
    Set half(boolean odd) {
      return new Set(
          linkMbitPerS,
          scenarios.stream().filter(each -> (each.number() % 2 == 1) == odd).toList());
    }
  }

  private MeasuredMigrations() {}

  static Set read(Path folder) throws IOException {
    TreeMap<Integer, Double> links = new TreeMap<>();
    List<Scenario> scenarios = new ArrayList<>();
    for (int number = 1; number <= SCENARIOS; number++) {
      Path file = folder.resolve("random." + number + ".json");
      if (Files.isRegularFile(file)) {
        scenarios.add(scenario(folder, number, file, links));
      }
    }
    return new Set(List.copyOf(links.values()), scenarios);
  }

  private static Scenario scenario(Path folder, int number, Path file, Map<Integer, Double> links)
      throws IOException {
    JsonNode json = Json.MAPPER.readTree(Files.readString(file));
    JsonNode attributes = json.at("/origin/attributes/vms");
    List<Planned> planned = new ArrayList<>();
    for (JsonNode action : json.get("actions")) {
      Planned each =
          new Planned(
              action.get("vm").intValue(),
              action.get("from").intValue(),
              action.get("to").intValue(),
              action.get("bw").doubleValue(),
              action.get("start").longValue(),
              action.get("end").longValue());
      planned.add(each);
      links.merge(each.from(), each.mbit(), Math::max);
      links.merge(each.to(), each.mbit(), Math::max);
    }
    List<Forecast.Flow> flows = new ArrayList<>();
    for (Planned each : planned) {
      flows.add(
          new Forecast.Flow(
              load(attributes.get(String.valueOf(each.machine()))),
              each.from(),
              each.to(),
              0,
              after(each, planned)));
    }
    return new Scenario(number, flows, executions(folder, number, planned));
  }

  private static MigrationLoad load(JsonNode machine) {
    return new MigrationLoad(
        machine.get("memUsed").doubleValue(),
        machine.get("dirtyRate").doubleValue(),
        machine.get("maxDirtySize").doubleValue());
  }

  private static List<Integer> after(Planned each, List<Planned> all) {
    List<Integer> after = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Planned other = all.get(i);
      boolean next = other.end() == each.start();
      boolean leaves = other.end() <= each.start() && other.from() == each.to();
      if (next || leaves) {
        after.add(i);
      }
    }
    return after;
  }

  private static List<List<Measured>> executions(Path folder, int number, List<Planned> planned)
      throws IOException {
    List<List<Measured>> executions = new ArrayList<>();
    for (int run = 1; run <= EXECUTIONS; run++) {
      Map<Integer, Measured> byMachine = new HashMap<>();
      long zero = Long.MAX_VALUE;
      Path file = folder.resolve("run" + run + ".random." + number + ".csv");
      for (String line : Files.readAllLines(file)) {
        Matcher row = ROW.matcher(line);
        if (row.matches()) {
          long start = Long.parseLong(row.group(2));
          zero = Math.min(zero, start);
          byMachine.put(
              Integer.parseInt(row.group(1)), new Measured(start, Long.parseLong(row.group(3))));
        }
      }
      List<Measured> execution = new ArrayList<>();
      for (Planned each : planned) {
        Measured measured = byMachine.get(each.machine());
        if (measured == null) {
          throw new IOException(file + " lacks machine " + each.machine());
        }
        execution.add(new Measured(measured.start() - zero, measured.end() - zero));
      }
      executions.add(execution);
    }
    return executions;
  }
}
