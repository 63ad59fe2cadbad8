package org.heddle.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.Launch;
import org.heddle.model.MachineReport;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.SiteId;

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
 * DELETE /v1/images/{name}                      give up an image that was fetched (409 while a machine needs it)
 * ...    /v1/farm...                            the image farm, of an agent that builds: as {@link FarmApi}
 * between agents:
 * PUT    /v1/incoming/{machine}                 IncomingRequest -> Incoming: prepare to receive a live migration
 * POST   /v1/incoming/{machine}/arrived         -> Arrived: wait until it runs here
 * DELETE /v1/incoming/{machine}                 give it up (409 when it runs here already)
 * GET    /v1/images/{name}                      image.json
 * POST   /v1/images/{name}/offer?fetch=true     Offer: the image's files, to be pulled from the agent's content store;
 *                                               with fetch=true an agent that lacks it fetches it for the caller first
 * POST   /v1/states/{machine}/{stateId}/offer   Offer: the files of a saved state, or of a copy of one; with mend=true,
 *                                               here and above, what of them is damaged in the store is made anew
 * GET    /v1/images/{name}/signature            image.json.sig: who vouches for it (docs/farm.md)
 * POST   /heddle/store/2                        the content store's own protocol (docs/transfer.md)
 * on the controller:
 * PUT    /v1/agents/{host}                      Hello -> Lease: joins the grid and keeps the lease
 * </pre>
 */
public final class AgentApi {
  private AgentApi() {}

  /**
   * Sent by an agent when it starts and every third of the lease.
   *
   * @param content absent from agents that have no content store
   * @param farm absent from agents that build no images
   */
  public record Hello(
      Host host,
      String version,
      String driver,
      List<String> images,
      Optional<ContentUse> content,
      Optional<FarmUse> farm) {}

  /**
   * An agent that builds images.
   *
   * @param atOnce builds at the same time; more wait
   * @param key what it signs images with: an Ed25519 public key in base64
   */
  public record FarmUse(int atOnce, String key) {}

  /**
   * What an agent's content store was used for, since the state folder was made.
   *
   * @param repository whether it keeps copies of its site's saved states
   * @param wholeBytes bytes of the images and saved states that came here or went to the
   *     repository, zeros not counted: what would have been sent without the store
   * @param sentBytes bytes that were sent for them, both ways
   * @param storedBytes what the store takes on the disk
   * @param quotaBytes most that it may take; 0: what the disk has, but for a reserve
   * @param trouble why the store could not do something lately, or empty
   */
  public record ContentUse(
      boolean repository,
      long wholeBytes,
      long sentBytes,
      long storedBytes,
      long quotaBytes,
      String trouble) {}

  /**
   * @param peers IP addresses of all hosts of the grid, for the tunnels of private networks
   * @param images for each image name the agents (base URLs) that have it
   * @param members agents that are on line
   * @param needed images of vjobs that have not ended
   */
  public record Lease(
      int leaseSeconds,
      List<String> peers,
      SortedMap<String, List<String>> images,
      List<Member> members,
      Set<String> needed) {}

  /**
   * An agent as others see it.
   *
   * @param url base URL of its API
   * @param repository whether it keeps copies of its site's saved states
   */
  public record Member(HostId host, SiteId site, String url, boolean repository) {}

  /**
   * Files that can be pulled from the agent's content store.
   *
   * @param ready whether they are there; if not, ask again
   * @param imageDigest of the image, or of the image under the machine's disk
   */
  public record Offer(boolean ready, String imageDigest, List<OfferedFile> files) {
    /** To be asked for again. */
    public static final Offer NOT_YET = new Offer(false, "", List.of());
  }

  /**
   * @param name of the file in its folder
   * @param index its name in the store
   * @param id of the index, in hexadecimal digits
   * @param bytes of the file, zeros not counted
   */
  public record OfferedFile(String name, String index, String id, long bytes) {}

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
