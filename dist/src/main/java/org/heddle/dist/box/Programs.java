package org.heddle.dist.box;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The programs of a box: which commands make its controller and its agents. */
interface Programs {
  /**
   * @param token known to the controller, the agents and the commands
   */
  Daemon controller(Box box, BoxFolder folder, String token);

  Daemon agent(Box box, Box.Host host, BoxFolder folder, String token);

  /**
   * The real ones: this same Java program with the commands {@code controller} and {@code agent}.
   */
  static Programs heddle(String mainClass) {
    return new Heddle(mainClass);
  }

  /**
   * @param mainClass of the programs
   */
  record Heddle(String mainClass) implements Programs {
    /**
     * Four agents on one machine: small heaps and one collector thread. All compilers, because only
     * the last one uses the processor's SHA instructions, without which a suspend takes ten times
     * as long.
     */
    private static final List<String> SMALL =
        List.of("-XX:+UseSerialGC", "-Xss512k", "-XX:-UsePerfData");

    private static final String AGENT_HEAP = "-Xmx48m";
    private static final String CONTROLLER_HEAP = "-Xmx256m";

    @Override
    public Daemon controller(Box box, BoxFolder folder, String token) {
      Path state = folder.controller();
      List<String> command = java(CONTROLLER_HEAP);
      command.addAll(
          List.of(
              "controller",
              "--state",
              state.toString(),
              "--listen",
              "127.0.0.1:" + box.commandPort(),
              "--listen",
              box.controllerAddress() + ":" + box.agentPort(),
              "--lease",
              box.spec().leaseSeconds() + "s"));
      return new Daemon(
          "controller", Optional.empty(), command, environment(box, token), state, "controller");
    }

    @Override
    public Daemon agent(Box box, Box.Host host, BoxFolder folder, String token) {
      Path state = folder.host(host);
      List<String> command = java(AGENT_HEAP);
      command.addAll(
          List.of(
              "agent",
              "--controller",
              "http://" + box.controllerAddress() + ":" + box.agentPort(),
              "--site",
              host.site().name(),
              "--name",
              host.name(),
              "--address",
              host.address(),
              "--listen",
              host.address() + ":" + box.agentPort(),
              "--state",
              state.toString(),
              "--ram",
              box.ramFolder(host),
              "--images",
              folder.images().toString(),
              "--cores",
              String.valueOf(box.spec().hostCores()),
              "--memory",
              box.spec().hostMemoryMiB() + "MiB",
              "--disk",
              box.spec().hostDiskMiB() + "MiB"));
      return new Daemon(
          "agent of " + host.name(),
          Optional.of(host.namespace()),
          command,
          environment(box, token),
          state,
          "agent");
    }

    private static Map<String, String> environment(Box box, String token) {
      return Map.of("HEDDLE_TOKEN", token, BoxProcesses.MARK, BoxProcesses.mark(box));
    }

    private List<String> java(String heap) {
      List<String> words = new ArrayList<>();
      words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      words.add(heap);
      words.addAll(SMALL);
      words.add("--enable-native-access=ALL-UNNAMED");
      words.add("-cp");
      words.add(classPath());
      words.add(mainClass);
      return words;
    }

    /** Ours, with absolute paths: the programs run in other folders. */
    private static String classPath() {
      return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
          .filter(entry -> !entry.isEmpty())
          .map(entry -> Path.of(entry).toAbsolutePath().normalize().toString())
          .collect(Collectors.joining(":"));
    }
  }
}
