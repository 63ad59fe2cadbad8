package org.heddle.drivers.qemu;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.LiveProcess;
import tools.jackson.databind.JsonNode;

/** A live QEMU process and the connections to it. */
final class Session implements AutoCloseable {
  private static final Duration AGENT_WITHIN = Duration.ofSeconds(2);

  private final LiveProcess process;
  private final Qmp qmp;
  private final GuestAgent agent;
  private volatile boolean expectedToEnd;

  Session(LiveProcess process, Qmp qmp, GuestAgent agent) {
    this.process = process;
    this.qmp = qmp;
    this.agent = agent;
  }

  LiveProcess process() {
    return process;
  }

  Qmp qmp() {
    return qmp;
  }

  GuestAgent agent() {
    return agent;
  }

  /** From now on the end of the process, or of the connection, is nobody's surprise. */
  void expectEnd() {
    expectedToEnd = true;
  }

  boolean expectedToEnd() {
    return expectedToEnd;
  }

  /** QEMU's run state, such as {@code running}, {@code paused}, {@code inmigrate}. */
  String status() throws DriverException {
    return qmp.execute("query-status").path("status").asString("");
  }

  /** Whether the guest's agent has opened its end of the channel. */
  boolean agentConnected() throws DriverException {
    for (JsonNode chardev : qmp.execute("query-chardev")) {
      if (chardev.path("label").asString("").equals("qga")) {
        return chardev.path("frontend-open").asBoolean(false);
      }
    }
    return false;
  }

  /** Asks the guest to power off and waits for that; it need not obey. */
  void askGuestToEnd(Duration grace) {
    long deadline = System.nanoTime() + grace.toNanos();
    try {
      if (agentConnected()) {
        Duration patience = grace.compareTo(AGENT_WITHIN) < 0 ? grace : AGENT_WITHIN;
        agent.tell("guest-shutdown", Map.of("mode", "powerdown"), patience);
      } else {
        qmp.execute("system_powerdown");
      }
    } catch (DriverException e) {
      return; // It does not listen.
    }
    process.ends(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
  }

  /** Switches on the given migration capabilities and off the others that we use. */
  void migrationCapabilities(boolean sharedMemory, boolean pauseBeforeSwitchover)
      throws DriverException {
    qmp.execute(
        "migrate-set-capabilities",
        Map.of(
            "capabilities",
            List.of(
                capability("events", true),
                capability("x-ignore-shared", sharedMemory),
                capability("pause-before-switchover", pauseBeforeSwitchover))));
  }

  private static Map<String, ?> capability(String name, boolean on) {
    return Map.of("capability", name, "state", on);
  }

  @Override
  public void close() {
    expectEnd();
    agent.close();
    qmp.close();
  }
}
