package org.heddle.dist.box;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.images.Farm;
import org.jspecify.annotations.Nullable;

/** The programs of a box: which commands make its controller and its agents. */
interface Programs {
  /**
   * @param token known to the controller, the agents and the commands
   */
  Daemon controller(Box box, BoxFolder folder, String token) throws IOException;

  Daemon agent(Box box, Box.Host host, BoxFolder folder, String token) throws IOException;

  /**
   * The real ones: this same Java program with the commands {@code controller} and {@code agent}.
   */
  static Programs heddle(String mainClass) {
    return new Heddle(mainClass);
  }

  /** Started by the jars that this process was started by, or rather by a copy of them. */
  final class Heddle implements Programs {
    /**
     * Four agents on one machine: small heaps that begin smaller still, and one collector thread.
     * All compilers, because only the last one uses the processor's SHA instructions, without which
     * a suspend takes ten times as long; but they compile only what is run ten times as often as
     * usual (5 MiB less). What they leave of the C heap is given back every 5 s (136 MiB of an
     * agent became 116).
     */
    private static final List<String> SMALL =
        List.of(
            "-XX:+UseSerialGC",
            "-Xms8m",
            "-Xss512k",
            "-XX:-UsePerfData",
            "-XX:CompileThresholdScaling=10",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=25",
            "-XX:-ShrinkHeapInSteps",
            "-Djdk.nio.maxCachedBufferSize=65536",
            "-XX:TrimNativeHeapInterval=5000");

    /** What a transfer needs for a moment; its collector then gives it back to the machine. */
    private static final String AGENT_HEAP = "-Xmx128m";

    /** Recipes come with files. */
    private static final String BUILDER_HEAP = "-Xmx192m";

    private static final String CONTROLLER_HEAP = "-Xmx256m";

    private final String mainClass;
    private @Nullable String classPath;

    Heddle(String mainClass) {
      this.mainClass = mainClass;
    }

    @Override
    public Daemon controller(Box box, BoxFolder folder, String token) throws IOException {
      Path state = folder.controller();
      List<String> command = java(folder, CONTROLLER_HEAP);
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
    public Daemon agent(Box box, Box.Host host, BoxFolder folder, String token) throws IOException {
      Path state = folder.host(host);
      boolean first = host.equals(box.hosts().getFirst());
      List<String> command = java(folder, first ? BUILDER_HEAP : AGENT_HEAP);
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
              "--cores",
              String.valueOf(box.spec().hostCores()),
              "--memory",
              box.spec().hostMemoryMiB() + "MiB",
              "--disk",
              box.spec().hostDiskMiB() + "MiB"));
      command.addAll(List.of("--trust", BoxFarm.key(folder).toString()));
      if (first) {
        // The others fetch an image from it when they need it, as hosts of a real grid do.
        command.addAll(List.of("--images", folder.images().toString()));
        command.addAll(List.of("--builder", "--farm", folder.farm().toString()));
        command.addAll(List.of("--recipes", folder.library().toString()));
      }
      if (host.equals(repository(box, host.site()))) {
        command.add("--repository");
      }
      return new Daemon(
          "agent of " + host.name(),
          Optional.of(host.namespace()),
          command,
          first ? builder(box, folder, token) : environment(box, token),
          state,
          "agent");
    }

    private static Map<String, String> builder(Box box, BoxFolder folder, String token) {
      Map<String, String> environment = new HashMap<>(environment(box, token));
      environment.put(Farm.NETWORK, folder.network().toString());
      BoxFarm.inherit(System.getenv(), environment);
      return environment;
    }

    /** The last host of a site, since machines go to the first ones first. */
    private static Box.Host repository(Box box, Box.Site site) {
      return box.hosts().stream().filter(host -> host.site().equals(site)).toList().getLast();
    }

    private static Map<String, String> environment(Box box, String token) {
      return Map.of("HEDDLE_TOKEN", token, BoxProcesses.MARK, BoxProcesses.mark(box));
    }

    private List<String> java(BoxFolder folder, String heap) throws IOException {
      List<String> words = new ArrayList<>();
      words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      words.add(heap);
      words.addAll(SMALL);
      words.add("--enable-native-access=ALL-UNNAMED");
      words.add("-cp");
      words.add(classPath(folder));
      words.add(mainClass);
      return words;
    }

    private String classPath(BoxFolder folder) throws IOException {
      String copied = classPath;
      if (copied == null) {
        copied = new ProgramCopy(folder.programs()).of(System.getProperty("java.class.path"));
        classPath = copied;
      }
      return copied;
    }
  }
}
