package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.api.AgentApi.Offer;
import org.heddle.api.Json;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.store.Progress;
import org.heddle.store.transfer.RateLimit;
import tools.jackson.core.JacksonException;

/**
 * Copies of saved states: what a host keeps of others when it is its site's repository, and how a
 * copy gets there. The files come first and the offer that lists them last, so a copy that is seen
 * is complete. Thread-safe.
 */
final class Copies {
  private final Content content;
  private final boolean repository;
  private final Path scratch;

  /**
   * @param repository whether this host keeps copies
   * @param scratch a folder of its own
   */
  Copies(Content content, boolean repository, Path scratch) throws IOException {
    this.content = content;
    this.repository = repository;
    this.scratch = DurableFiles.folder(scratch);
  }

  /** The reports with what this host keeps copies of. */
  List<MachineReport> in(List<MachineReport> reports) throws IOException {
    SortedMap<MachineId, List<String>> copies = all();
    List<MachineReport> with = new ArrayList<>();
    for (MachineReport report : reports) {
      List<String> its = copies.remove(report.machine());
      with.add(its == null ? report : report.withCopies(its));
    }
    copies.forEach((machine, ids) ->
        with.add(new MachineReport(machine, 0, Live.NONE, List.of(), ids, Optional.empty())));
    return with;
  }

  private SortedMap<MachineId, List<String>> all() throws IOException {
    SortedMap<MachineId, List<String>> copies = new TreeMap<>();
    for (String name : repository ? content.names() : List.<String>of()) {
      if (IndexName.parse(name).orElse(null)
          instanceof IndexName.Copy(MachineId machine, String state)) {
        copies.computeIfAbsent(machine, _ -> new ArrayList<>()).add(state);
      }
    }
    return copies;
  }

  /** What the copy of a saved state consists of; empty when there is none here. */
  Optional<Offer> find(MachineId machine, String stateId) throws IOException {
    IndexName name = new IndexName.Copy(machine, stateId);
    if (!repository || content.find(name).isEmpty()) {
      return Optional.empty();
    }
    Path file = Files.createTempFile(scratch, "offer", ".json");
    try {
      content.extract(name, file);
      return Optional.of(Json.read(Files.readAllBytes(file), Offer.class));
    } catch (JacksonException unreadable) {
      throw new IOException("the copy of " + stateId + " of " + machine + ": " + unreadable);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Gives a copy up. */
  void remove(MachineId machine, String stateId) throws IOException {
    if (repository) {
      content.remove(new IndexName.Copy(machine, stateId));
    }
  }

  /**
   * Sends what makes the copy count; all files of the offer must be there.
   *
   * @param url base URL of the repository
   */
  void publish(IndexName.Copy state, Offer offer, String url, RateLimit limit)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile(scratch, "offer", ".json");
    try {
      Files.write(file, Json.bytes(offer));
      content.make(file, state, true, Progress.NONE);
      content.push(state, url, limit);
    } finally {
      content.remove(state);
      Files.deleteIfExists(file);
    }
  }
}
