package org.heddle.api;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.heddle.model.Host;
import org.heddle.model.Launch;
import org.heddle.model.MachineReport;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;

/**
 * Bodies of the agent's API, and of the agent's calls to the controller. Every request carries
 * {@code Authorization: Bearer TOKEN}.
 *
 * <pre>
 * GET    /v1/host                               HostReport: all that the host has
 * PUT    /v1/operations/{id}                    OperationRequest -> 202 OperationStatus (idempotent by id)
 * GET    /v1/operations/{id}                    OperationStatus or 404
 * GET    /v1/events                             server-sent events: "operation" OperationStatus (progress and end),
 *                                               "machine" MachineReport (changed by itself); first a "hello" HostReport
 * GET    /v1/machines/{machine}/console?from=N&amp;follow=true    bytes
 * POST   /v1/machines/{machine}/console         bytes to the serial line
 * POST   /v1/machines/{machine}/exec            ExecRequest -> ExecResponse
 * GET    /v1/machines/{machine}/run             MachineReport.RunStatus
 * between agents:
 * PUT    /v1/incoming/{machine}                 IncomingRequest -> Incoming: prepare to receive a live migration
 * POST   /v1/incoming/{machine}/arrived         -> Arrived: wait until it runs here
 * DELETE /v1/incoming/{machine}                 give it up (409 when it runs here already)
 * GET    /v1/states/{machine}/{stateId}         files of a saved state, without the pages that are zero
 * GET    /v1/images/{name}                      image.json; /v1/images/{name}/{file}: a file of it
 * on the controller:
 * PUT    /v1/agents/{host}                      Hello -> Lease: joins the grid and keeps the lease
 * </pre>
 */
public final class AgentApi {
  private AgentApi() {}

  /** Sent by an agent when it starts and every third of the lease. */
  public record Hello(Host host, String version, String driver, List<String> images) {}

  /**
   * @param peers IP addresses of all hosts of the grid, for the tunnels of private networks
   * @param images for each image name the agents (base URLs) that have it
   */
  public record Lease(
      int leaseSeconds, List<String> peers, SortedMap<String, List<String>> images) {}

  /**
   * @param operations those that have not ended, and the last that have (others can be asked for by
   *     id)
   */
  public record HostReport(
      Host host, List<MachineReport> machines, List<OperationStatus> operations) {}

  public record OperationRequest(Operation operation) {}

  /**
   * @param progress 0 to 1
   * @param outcome empty while it goes on
   */
  public record OperationStatus(
      String id, Operation operation, double progress, Optional<Outcome> outcome) {}

  public record ExecRequest(List<String> command, String input, int timeoutSeconds) {}

  public record ExecResponse(int exitCode, String output, String error, boolean truncated) {}

  /**
   * Asks a host to prepare for a live migration.
   *
   * @param imageDigest of the image under the machine's disk; the host must have the very same
   */
  public record IncomingRequest(Launch launch, String imageDigest) {}

  public record Incoming(String address, int memoryPort, int diskPort) {}

  /** When the machine's processors started on the receiving host, milliseconds of the epoch. */
  public record Arrived(long atEpochMs) {}
}
