package org.heddle.dist.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.cli.HeddleCommand;
import picocli.CommandLine.Command;

/**
 * The planner's part of the training for the JVM's cache of classes: small instances that are made
 * here, solved in the ways in which people solve theirs.
 */
@Command(name = "plan", hidden = true, description = "Training for the AOT cache.")
public final class PlanTraining implements Callable<Integer> {
  private static final int HOSTS = 120;
  private static final int MACHINES = 360;

  private static final List<String> COMMANDS =
      List.of(
          "plan solve @ --objective soonest-end -o json",
          "plan solve @ -o btrplace",
          "plan solve @ --iterations 2000",
          "bench plan-instance @ --seconds 0");

  private final Function<Environment, SequencedMap<String, Supplier<Object>>> programs;

  /**
   * @param programs the commands of the program that is trained
   */
  public PlanTraining(Function<Environment, SequencedMap<String, Supplier<Object>>> programs) {
    this.programs = programs;
  }

  @Override
  public Integer call() throws IOException {
    Path file = Files.createTempFile("heddle-training", ".json");
    int worst = ExitCode.OK.number();
    try {
      Files.writeString(file, instance());
      Environment around = Environment.silent(Map.of());
      for (String line : COMMANDS) {
        String[] words = line.split(" ", -1);
        for (int i = 0; i < words.length; i++) {
          words[i] = words[i].equals("@") ? file.toString() : words[i];
        }
        worst = Math.max(worst, HeddleCommand.run(around, programs.apply(around), words));
      }
    } finally {
      Files.delete(file);
    }
    return worst;
  }

  /** In BtrPlace's form: some machines grow, some start, a host stops, groups are kept apart. */
  static String instance() {
    StringBuilder text = new StringBuilder("{\"model\": {\"mapping\": {\"readyVMs\": [");
    int ready = MACHINES - HOSTS / 4;
    numbers(text, ready, MACHINES);
    text.append("], \"offlineNodes\": [], \"onlineNodes\": {");
    for (int h = 0; h < HOSTS; h++) {
      text.append(h > 0 ? ", " : "").append('"').append(h).append("\": {\"runningVMs\": [");
      numbers(text, h * ready / HOSTS, (h + 1) * ready / HOSTS);
      text.append("], \"sleepingVMs\": []}");
    }
    text.append(
        "}}, \"attributes\": {\"nodes\": {}, \"vms\": {\"0\": {\"boot\": 3}}}, \"views\": [");
    resource(text, "memory", 2, 16);
    text.append(", ");
    resource(text, "uCpu", 1, 6);
    text.append("]}, \"constraints\": [{\"id\": \"offline\", \"node\": 0}");
    for (int m = 0; m < MACHINES; m += 5) {
      constraint(text, "preserve", "\"vm\": " + m + ", \"rc\": \"uCpu\", \"amount\": 3");
    }
    for (int m = ready; m < MACHINES; m++) {
      constraint(text, "running", "\"vm\": " + m);
    }
    for (int m = 0; m < ready; m += 10) {
      String machines = "\"vms\": [" + m + ", " + (m + 4) + "]";
      constraint(text, "spread", machines);
      constraint(text, "among", machines + ", \"parts\": " + parts());
      constraint(text, "fence", "\"vm\": " + (m + 7) + ", \"nodes\": " + half(HOSTS / 2, HOSTS));
      constraint(text, "ban", "\"vm\": " + (m + 9) + ", \"nodes\": [1, 2]");
    }
    return text.append("], \"objective\": {\"id\": \"minimizeMTTR\"}}\n").toString();
  }

  private static void resource(StringBuilder text, String name, int demand, int capacity) {
    text.append("{\"id\": \"shareableResource\", \"rcId\": \"")
        .append(name)
        .append("\", \"defConsumption\": ")
        .append(demand)
        .append(", \"defCapacity\": ")
        .append(capacity)
        .append(", \"vms\": {\"1\": 3}, \"nodes\": {\"2\": ")
        .append(capacity)
        .append("}}");
  }

  private static void constraint(StringBuilder text, String id, String fields) {
    text.append(", {\"id\": \"").append(id).append("\", ").append(fields);
    text.append(", \"continuous\": false}");
  }

  private static String parts() {
    return "[" + half(0, HOSTS / 2) + ", " + half(HOSTS / 2, HOSTS) + "]";
  }

  private static String half(int from, int to) {
    StringBuilder text = new StringBuilder("[");
    numbers(text, from, to);
    return text.append(']').toString();
  }

  private static void numbers(StringBuilder text, int from, int to) {
    for (int i = from; i < to; i++) {
      text.append(i > from ? ", " : "").append(i);
    }
  }
}
