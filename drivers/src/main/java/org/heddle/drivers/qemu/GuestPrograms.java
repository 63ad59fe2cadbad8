package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.heddle.drivers.Capability.GuestExec.ExecResult;
import org.heddle.drivers.DriverException;
import org.heddle.model.MachineId;
import org.heddle.model.Outcome.Code;
import tools.jackson.databind.JsonNode;

/** What the agent in one guest is asked to do. */
final class GuestPrograms {
  private static final int NOT_FOUND = 127;
  private static final int SIGNALLED = 128;
  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final long FIRST_LOOK_MS = 5;
  private static final long LAST_LOOK_MS = 200;

  private final MachineId machine;
  private final GuestAgent agent;

  GuestPrograms(MachineId machine, GuestAgent agent) {
    this.machine = machine;
    this.agent = agent;
  }

  ExecResult exec(List<String> command, byte[] input, Duration timeout) throws DriverException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("path", command.getFirst());
    arguments.put("arg", command.subList(1, command.size()));
    arguments.put("capture-output", true);
    if (input.length > 0) {
      arguments.put("input-data", Base64.getEncoder().encodeToString(input));
    }
    try {
      long pid = agent.request("guest-exec", arguments, until(deadline)).path("pid").asLong();
      return result(pid, deadline);
    } catch (GuestAgent.Refused e) {
      String why = String.valueOf(e.getMessage());
      if (why.contains("No such file or directory")) {
        return new ExecResult(NOT_FOUND, "", why + "\n", false);
      }
      throw new DriverException(
          Code.DRIVER, "the guest agent of " + machine + " refused the program: " + why, e);
    }
  }

  private ExecResult result(long pid, long deadline) throws DriverException, GuestAgent.Refused {
    long pauseMs = FIRST_LOOK_MS;
    while (true) {
      JsonNode status = agent.request("guest-exec-status", Map.of("pid", pid), ANSWER);
      if (status.path("exited").asBoolean(false)) {
        return result(status);
      }
      if (System.nanoTime() > deadline) {
        kill(pid);
        throw new DriverException(
            Code.TIMED_OUT, "the program in " + machine + " did not end in time and was killed");
      }
      sleep(pauseMs);
      pauseMs = Math.min(LAST_LOOK_MS, 2 * pauseMs);
    }
  }

  private static ExecResult result(JsonNode status) {
    int exitCode =
        status.has("signal")
            ? SIGNALLED + status.path("signal").asInt()
            : status.path("exitcode").asInt(0);
    return new ExecResult(
        exitCode,
        decoded(status.path("out-data")),
        decoded(status.path("err-data")),
        status.path("out-truncated").asBoolean(false)
            || status.path("err-truncated").asBoolean(false));
  }

  private static String decoded(JsonNode data) {
    return new String(Base64.getDecoder().decode(data.asString("")), UTF_8);
  }

  private void kill(long pid) throws DriverException, GuestAgent.Refused {
    agent.request(
        "guest-exec", Map.of("path", "kill", "arg", List.of("-9", Long.toString(pid))), ANSWER);
  }

  /**
   * Sets the clock by the guest's {@code date}, and where that knows no fractions (busybox) or is
   * missing by the agent itself. The agent comes second because it also runs {@code hwclock}, which
   * keeps it from all else for a second or more, for a hardware clock that QEMU keeps right anyway.
   */
  void setClock(Instant now) throws DriverException {
    String time = "@%d.%09d".formatted(now.getEpochSecond(), now.getNano());
    if (exec(List.of("date", "-u", "-s", time), new byte[0], ANSWER).exitCode() != 0) {
      setClockByAgent(now);
    }
  }

  /** Believes the clock, not the agent: it complains where there is no hardware clock to set. */
  private void setClockByAgent(Instant now) throws DriverException {
    try {
      agent.request("guest-set-time", Map.of("time", nanoseconds(now)), ANSWER);
    } catch (GuestAgent.Refused e) {
      Instant clock = clock();
      if (clock.isBefore(now) || clock.isAfter(now.plus(ANSWER))) {
        throw new DriverException(
            Code.DRIVER, "clock of " + machine + " cannot be set: " + e.getMessage(), e);
      }
    }
  }

  private Instant clock() throws DriverException {
    try {
      long time = agent.request("guest-get-time", Map.of(), ANSWER).asLong();
      return Instant.ofEpochSecond(0, time);
    } catch (GuestAgent.Refused e) {
      throw new DriverException(Code.DRIVER, "clock of " + machine + " cannot be read", e);
    }
  }

  private static long nanoseconds(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  private static Duration until(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime())).plusMillis(1);
  }

  private static void sleep(long milliseconds) throws DriverException {
    try {
      TimeUnit.MILLISECONDS.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DriverException(Code.DRIVER, "interrupted while a program ran in a guest", e);
    }
  }
}
