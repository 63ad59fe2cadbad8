package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.heddle.api.AgentApi.Offer;
import org.heddle.api.AgentApi.OfferedFile;
import org.heddle.api.AgentClient;
import org.heddle.api.ApiException;
import org.heddle.drivers.DriverException;
import org.heddle.model.HostRef;
import org.heddle.model.MachineId;
import org.heddle.model.Outcome;
import org.heddle.store.Progress;
import org.heddle.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a saved state by content: what of it this host has already, from an earlier state, from
 * another machine or from an image, does not come again. Thread-safe.
 */
final class StateFetch {
  private static final Logger LOG = LoggerFactory.getLogger(StateFetch.class);

  /** More than any driver keeps in a saved state. */
  private static final int MAX_FILES = 1000;

  /** The share of the work that lies on the link. */
  private static final double PULLED = 0.8;

  private final Content content;
  private final Peers peers;

  StateFetch(Content content, Peers peers) {
    this.content = content;
    this.peers = peers;
  }

  /**
   * Fills a folder with the files of a saved state.
   *
   * @return digest of the image under the machine's disk
   */
  String fetch(MachineId machine, String stateId, HostRef source, Path folder, Task task)
      throws DriverException, InterruptedException {
    String what = "saved state " + stateId + " of " + machine + " from " + source.id();
    Sources from = new Sources(source.agentUrl(), List.of());
    try {
      AgentClient agent = peers.at(source);
      long begun = System.nanoTime();
      Offer offer = pull(agent, machine, stateId, from, task);
      long pulled = System.nanoTime();
      for (OfferedFile file : offer.files()) {
        IndexName index = index(machine, stateId, file);
        content.extract(index, file.id(), folder.resolve(file.name()), from);
      }
      LOG.info(
          "{}: {} MiB; {} ms until all was here, {} ms to make its files",
          what,
          offer.files().stream().mapToLong(OfferedFile::bytes).sum() >> 20,
          (pulled - begun) / 1_000_000,
          (System.nanoTime() - pulled) / 1_000_000);
      return offer.imageDigest();
    } catch (ApiException refused) {
      throw new DriverException(
          refused.status() == 404 ? Outcome.Code.BAD_STATE : Problems.code(refused.problem()),
          "host " + source.id() + ": " + refused.getMessage(),
          refused);
    } catch (StoreException failed) {
      throw switch (failed.kind()) {
        case FULL -> Offers.failure(what, failed);
        // The source has mended what it could: nothing better will come from there.
        case NOT_FOUND, CORRUPT, MALFORMED ->
            new DriverException(Outcome.Code.BAD_STATE, what + ": " + failed.getMessage(), failed);
        case CONFLICT, INVALID ->
            new DriverException(Outcome.Code.DRIVER, what + ": " + failed.getMessage(), failed);
      };
    } catch (IOException failed) {
      throw new DriverException(
          Outcome.Code.UNREACHABLE, what + " did not come whole: " + failed.getMessage(), failed);
    }
  }

  /** The same from the copy that this host keeps. */
  String fromCopy(MachineId machine, String stateId, Offer copy, Path folder)
      throws DriverException {
    try {
      for (OfferedFile file : copy.files()) {
        content.extract(index(machine, stateId, file), folder.resolve(file.name()));
      }
      return copy.imageDigest();
    } catch (StoreException damaged) {
      throw new DriverException(
          damaged.kind() == StoreException.Kind.FULL
              ? Outcome.Code.NO_ROOM
              : Outcome.Code.BAD_STATE,
          "copy of saved state " + stateId + " of " + machine + ": " + damaged.getMessage(),
          damaged);
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
  }

  private Offer pull(AgentClient agent, MachineId machine, String stateId, Sources from, Task task)
      throws IOException, InterruptedException {
    Offer offer = Offering.await(() -> agent.offerState(machine, stateId, false));
    try {
      pull(offer, machine, stateId, from, task);
      return offer;
    } catch (StoreException damaged) {
      if (damaged.kind() == StoreException.Kind.FULL) {
        throw damaged;
      }
      Offer mended = Offering.await(() -> agent.offerState(machine, stateId, true));
      pull(mended, machine, stateId, from, task);
      return mended;
    }
  }

  private void pull(Offer offer, MachineId machine, String stateId, Sources from, Task task)
      throws IOException, InterruptedException {
    if (offer.files().size() > MAX_FILES) {
      throw new IOException("more than " + MAX_FILES + " files in a saved state");
    }
    double bytes = 1;
    for (OfferedFile file : offer.files()) {
      bytes += file.bytes();
    }
    double whole = bytes;
    long before = 0;
    for (OfferedFile file : offer.files()) {
      double begin = before / whole;
      double share = file.bytes() / whole;
      Progress progress =
          (done, all) ->
              task.progress(PULLED * (begin + share * done / (double) Math.max(1L, all)));
      content.pull(index(machine, stateId, file), file.id(), from, progress);
      before += file.bytes();
    }
  }

  private static IndexName index(MachineId machine, String stateId, OfferedFile file)
      throws IOException {
    if (!Image.validName(file.name())) {
      throw new IOException("a saved state may not hold a file named '" + file.name() + "'");
    }
    return new IndexName.StateFile(machine, stateId, file.name());
  }
}
