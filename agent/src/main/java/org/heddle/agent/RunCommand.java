package org.heddle.agent;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.heddle.drivers.Capability.GuestExec;
import org.heddle.drivers.Capability.GuestExec.ExecResult;
import org.heddle.drivers.DriverException;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.RunStatus;
import org.heddle.model.Outcome;

/**
 * The vjob's command in a guest: started once in the life of the guest, whatever is asked how
 * often, and known by files in the guest, so that it is suspended and moved with it. Works with
 * busybox as with Debian.
 */
final class RunCommand {
  /** Memory in a guest; the files go where the guest goes. */
  static final String FOLDER = "/run/heddle";

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofSeconds(20);

  /** At most this much of what the command printed is reported. */
  private static final int TAIL = 64 * 1024;

  /** Arguments: folder, command, runner. The folder run.lock says that it was started. */
  static final String STARTER =
      """
      mkdir -p "$1" && cd "$1" || exit 1
      mkdir run.lock 2>/dev/null || exit 0
      printf '%s\\n' "$2" > run.command || { rmdir run.lock; exit 1; }
      export HOME="${HOME:-/root}"
      export PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"
      setsid sh -c "$3" heddle-run "$1" </dev/null >/dev/null 2>&1 &
      exit 0
      """;

  /**
   * Runs the command and keeps the end of what it prints: run.out never grows beyond 768 KiB. dd
   * writes each piece as it comes. A process that the command leaves behind with its output open
   * does not hold up the end: five seconds later the exit code is written all the same.
   */
  static final String RUNNER =
      """
      cd "$1" || exit 1
      mkfifo run.pipe
      : > run.out
      keep() {
        while :; do
          before=$(wc -c < run.out)
          dd bs=4096 count=64 >> run.out 2>/dev/null
          size=$(wc -c < run.out)
          [ "$size" -gt "$before" ] || break
          if [ "$size" -gt 524288 ]; then
            tail -c 131072 run.out > run.tail && mv run.tail run.out
          fi
        done
      }
      keep < run.pipe &
      reader=$!
      ( cd "$HOME" 2>/dev/null || cd /; exec sh "$1/run.command" ) < /dev/null > run.pipe 2>&1
      code=$?
      ( sleep 5; kill $reader ) > /dev/null 2>&1 &
      timer=$!
      wait $reader
      kill $timer 2>/dev/null
      echo $code > run.exit.new && mv run.exit.new run.exit
      """;

  private final GuestExec guests;

  RunCommand(GuestExec guests) {
    this.guests = guests;
  }

  /** Starts it, unless it was started before. */
  void start(MachineId machine, String command) throws DriverException {
    ExecResult result =
        guests.exec(
            machine,
            List.of("sh", "-c", STARTER, "heddle-start", FOLDER, command, RUNNER),
            new byte[0],
            START);
    if (result.exitCode() != 0) {
      throw new DriverException(
          Outcome.Code.DRIVER,
          "the command could not be started in "
              + machine
              + ": exit code "
              + result.exitCode()
              + " "
              + result.error().strip());
    }
  }

  /** Whether it was ever started in this guest. */
  boolean started(MachineId machine) throws DriverException {
    return look(machine, "sh", "-c", "test -d " + FOLDER + "/run.lock").exitCode() == 0;
  }

  /** Its exit code, if it has ended. One small program in the guest. */
  Optional<Integer> exitCode(MachineId machine) throws DriverException {
    ExecResult result = look(machine, "cat", FOLDER + "/run.exit");
    try {
      return result.exitCode() == 0
          ? Optional.of(Integer.valueOf(result.output().strip()))
          : Optional.empty();
    } catch (NumberFormatException unreadable) {
      throw new DriverException(
          Outcome.Code.DRIVER, FOLDER + "/run.exit in " + machine + " holds no number", unreadable);
    }
  }

  /** The end of what it printed so far. */
  String output(MachineId machine) throws DriverException {
    return look(machine, "tail", "-c", String.valueOf(TAIL), FOLDER + "/run.out").output();
  }

  /** How it stands, with the end of what it printed; empty when it was never started. */
  Optional<RunStatus> status(MachineId machine) throws DriverException {
    Optional<Integer> exitCode = exitCode(machine);
    if (exitCode.isEmpty() && !started(machine)) {
      return Optional.empty();
    }
    return Optional.of(new RunStatus(exitCode, output(machine)));
  }

  private ExecResult look(MachineId machine, String... command) throws DriverException {
    return guests.exec(machine, List.of(command), new byte[0], LOOK);
  }
}
