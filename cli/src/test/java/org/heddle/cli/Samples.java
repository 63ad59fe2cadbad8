package org.heddle.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.api.GridApi.ContentView;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.GridStatus;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.StepView;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineKind;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;

/** A grid of two sites with two hosts each, in the middle of a context switch. */
final class Samples {
  private Samples() {}

  static final long NOW = Run.NOW;

  static VjobSpec spec(String name) {
    MachineGroup nodes =
        new MachineGroup(
            "node", 3, "debian", new Resources(1, 512, 2048), MachineKind.VM, Optional.empty());
    return new VjobSpec(new VjobId(name), 10, "ann", List.of(nodes), Optional.of("mpirun mb"));
  }

  static VjobView vjob(String name, String state) {
    return vjob(name, state, "", Optional.empty());
  }

  static VjobView vjob(String name, String state, String reason, Optional<Integer> exitCode) {
    boolean ended = state.equals("terminated");
    List<MachineView> machines =
        ended
            ? List.of()
            : List.of(
                machine(1, name, "running", "host1", "lyon"),
                machine(2, name, "running", "host2", "lyon"),
                machine(3, name, "running", "host3", "rennes"));
    return new VjobView(
        name,
        state,
        ended ? "terminated" : "running",
        10,
        "ann",
        reason,
        NOW - 300_000,
        ended ? Optional.of(NOW - 60_000) : Optional.empty(),
        exitCode,
        ended ? "line 1\nline 2\n" : "",
        spec(name),
        machines);
  }

  static MachineView machine(int number, String vjob, String state, String host, String site) {
    return new MachineView(
        "node" + number + "." + vjob,
        vjob,
        state,
        Optional.of(host),
        Optional.of(site),
        "10.128.0." + (number + 1),
        "52:54:00:00:00:0" + number,
        "debian",
        new Resources(1, 512, 2048));
  }

  static HostView host(int number, List<String> machines) {
    return new HostView(
        "host" + number,
        number < 3 ? "lyon" : "rennes",
        "online",
        false,
        new Resources(2, 2048, 20_480),
        new Resources(machines.size(), 512L * machines.size(), 2048L * machines.size()),
        number == 1 ? List.of("ssd") : List.of(),
        "10.64.0." + number,
        machines,
        List.of("tiny", "debian"),
        content());
  }

  static ContentView content() {
    return new ContentView(
        400L << 20,
        30L << 20,
        92,
        5L << 30,
        List.of("host1"),
        new TreeMap<>(Map.of("host1", "the disk is full")));
  }

  static SwitchAction action(
      String verb, String machine, String from, String to, String progress, long... times) {
    return new SwitchAction(
        verb,
        machine,
        Optional.of(from).filter(host -> !host.isEmpty()),
        Optional.of(to).filter(host -> !host.isEmpty()),
        progress,
        times[0],
        times[1],
        times[2],
        progress.equals("failed") ? "no room left on device" : "");
  }

  /** Ended well, apart from one action. */
  static SwitchView ended() {
    SortedMap<String, Long> skew = new TreeMap<>();
    skew.put("slow", 12L);
    return new SwitchView(
        7,
        "urgent comes first",
        NOW - 60_000,
        Optional.of(NOW - 52_000),
        List.of(
            action("suspend", "node1.slow", "host1", "", "done", 0, 2000, 0),
            action("suspend", "node2.slow", "host2", "", "done", 0, 2400, 0),
            action("migrate", "a1.farm", "host3", "host4", "done", 100, 3900, 38),
            action("boot", "u1.urgent", "", "host1", "done", 2400, 5600, 0),
            action("boot", "u2.urgent", "", "host2", "failed", 2400, 1000, 0),
            action("resume", "node1.slow", "host1", "host3", "dropped", 0, 0, 0)),
        skew);
  }

  static SwitchView current() {
    return new SwitchView(
        8,
        "host2 is drained",
        NOW - 4000,
        Optional.empty(),
        List.of(
            action("migrate", "a1.farm", "host2", "host4", "done", 0, 2000, 35),
            action("migrate", "a2.farm", "host2", "host3", "active", 2000, 0, 0),
            action("migrate", "a3.farm", "host2", "host3", "pending", 0, 0, 0)),
        new TreeMap<>());
  }

  static PlanView plan() {
    SortedMap<String, String> refused = new TreeMap<>();
    refused.put("big", "wants 4 cores, no host has more than 2");
    return new PlanView(
        List.of(
            new StepView(
                0,
                "suspend",
                "node1.slow",
                Optional.of("host1"),
                Optional.empty(),
                List.of(),
                0,
                2000,
                "makes room for urgent"),
            new StepView(
                1,
                "boot",
                "u1.urgent",
                Optional.empty(),
                Optional.of("host1"),
                List.of(0),
                2000,
                8000,
                "urgent comes first")),
        1536,
        8000,
        refused);
  }

  static GridStatus status() {
    SortedMap<String, Integer> vjobs = new TreeMap<>();
    vjobs.put("running", 2);
    vjobs.put("sleeping", 1);
    vjobs.put("waiting", 0);
    return new GridStatus(
        "0.1.0",
        false,
        4,
        3,
        vjobs,
        new Resources(8, 8192, 81_920),
        new Resources(5, 2560, 10_240),
        Optional.of(current()),
        content(),
        NOW - 3_720_000);
  }

  static List<EventView> events() {
    return List.of(
        new EventView(41, NOW - 5000, "vjob", "slow", "running -> suspending"),
        new EventView(42, NOW - 3000, "action", "node1.slow", "suspend done on host1"));
  }
}
