package org.heddle.drivers;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongConsumer;
import org.heddle.model.MachineId;

/** What a driver may be able to do beyond starting and stopping. */
public sealed interface Capability {
  /** Stop and start processors. */
  non-sealed interface Pausing extends Capability {
    /**
     * Pauses at the given instant (at once if past); returns when the processors stopped, also when
     * that was by an earlier call.
     */
    Instant pause(MachineId machine, Instant at) throws DriverException;

    /**
     * Continues at the given instant (at once if past) and then, without waiting for it, sets the
     * guest's clock; returns when the processors started, also when that was by an earlier call.
     */
    Instant proceed(MachineId machine, Instant at) throws DriverException;
  }

  /** Suspend to disk and resume, here or from a folder fetched from another host. */
  non-sealed interface Suspending extends Capability {
    /**
     * Writes the state of a paused machine as a saved state of that id. When it returns the state
     * is durable (manifest last), the process is gone and its memory is free. Until then nothing
     * counts and the machine can be continued, which gives the attempt up.
     */
    void save(MachineId machine, String stateId) throws DriverException;

    /**
     * Loads a saved state that lies on this host; the machine is then paused. The saved state
     * itself stays as it is. Digests are verified.
     */
    void restore(MachineConfig config, String stateId) throws DriverException;

    /** Deletes a saved state; does nothing when there is none. */
    void discard(MachineId machine, String stateId) throws DriverException;

    /** Folder of a complete saved state, for sending it to another host. */
    Path savedState(MachineId machine, String stateId) throws DriverException;

    /**
     * An empty folder to receive a saved state into; {@link #admit} makes it count. What an
     * interrupted transfer left there is removed.
     */
    Path receiving(MachineId machine, String stateId) throws DriverException;

    /**
     * Verifies what was received and makes it a durable saved state of this host. What does not
     * match its digests is {@code BAD_STATE} and must be received anew.
     */
    void admit(MachineId machine, String stateId) throws DriverException;
  }

  /** Live migration between two hosts with the same driver. */
  non-sealed interface LiveMigrating extends Capability {
    /**
     * Starts an empty machine that waits to be filled. Calling it again begins anew. {@link
     * Driver#stop} gives it up.
     *
     * @param listenAddress IP address of this host on which to listen
     */
    Incoming prepare(MachineConfig config, String listenAddress) throws DriverException;

    /**
     * Sends the machine to a prepared one; returns when all of it is sent, and it starts there by
     * itself. On failure it goes on running here. Afterwards this host's process only waits for
     * {@link Driver#stop}.
     *
     * @param progress called with bytes sent so far
     * @return when the processors stopped here
     */
    Instant migrate(MachineId machine, Incoming to, LongConsumer progress) throws DriverException;

    /**
     * On the receiving side: waits until the machine runs; frees what only the transfer needed. An
     * exception other than {@code TIMED_OUT} says that it does not run here.
     *
     * @return when the processors started here
     */
    Instant arrive(MachineId machine, Duration timeout) throws DriverException;

    /**
     * On the sending side, after {@link #migrate} has returned: lets the machine run here again.
     * Only for a caller who knows that it does not run on the other side and never will, because
     * {@link #arrive} failed there and what was prepared is stopped.
     */
    Instant takeBack(MachineId machine) throws DriverException;

    /** Where a prepared machine listens. Port numbers; {@code diskPort} is 0 without a disk. */
    record Incoming(String address, int memoryPort, int diskPort) {}
  }

  /** The serial console: all it printed since the machine came to this host, and input. */
  non-sealed interface Console extends Capability {
    /** Output from a byte offset; blocks for more when {@code follow}, until the machine ends. */
    InputStream output(MachineId machine, long from, boolean follow) throws DriverException;

    OutputStream input(MachineId machine) throws DriverException;
  }

  /** Run a program in the guest by its agent. */
  non-sealed interface GuestExec extends Capability {
    ExecResult exec(MachineId machine, List<String> command, byte[] input, Duration timeout)
        throws DriverException;

    /**
     * What it printed, as UTF-8. A program that the guest does not have gives exit code 127.
     *
     * @param truncated the guest agent's limit was reached
     */
    record ExecResult(int exitCode, String output, String error, boolean truncated) {}
  }

  /** Set the guest's clock. */
  non-sealed interface GuestClock extends Capability {
    void setClock(MachineId machine, Instant now) throws DriverException;
  }
}
