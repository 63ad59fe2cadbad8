package org.heddle.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.heddle.api.AgentApi.Member;
import org.heddle.api.AgentApi.Offer;
import org.heddle.api.AgentApi.OfferedFile;
import org.heddle.drivers.DriverException;
import org.heddle.model.HostId;
import org.heddle.model.MachineReport;
import org.heddle.store.transfer.RateLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for the content store in the background: this host's saved states go to the site's
 * repository, and what nobody needs any more is taken away, of a builder's farm too. It looks at
 * what there is, so what was missed is done the next time.
 */
final class Keeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  /** Also without being told of anything. */
  private static final Duration INTERVAL = Duration.ofMinutes(5);

  /**
   * What was saved for a more urgent vjob shall not slow its start, nor one that resumes at once.
   */
  private static final Duration LATER = Duration.ofSeconds(3);

  private final Content content;
  private final Machines machines;
  private final Offers offers;
  private final Supplier<Optional<Member>> repository;
  private final long rate;
  private final Copies copies;
  private final Set<IndexName.Copy> copied = new HashSet<>();
  private @Nullable HostId copiedTo;
  private final Rounds rounds;

  /**
   * @param repository the agent of the site that keeps copies, if it is another one
   * @param rate bytes a second at which copies are made and sent; 0: no limit
   * @param first what makes that less is needed: done before what is not needed goes
   */
  Keeper(
      Content content,
      ContentSweep sweep,
      Machines machines,
      Offers offers,
      Supplier<Optional<Member>> repository,
      long rate,
      Copies copies,
      Runnable first) {
    this.content = content;
    this.machines = machines;
    this.offers = offers;
    this.repository = repository;
    this.rate = rate;
    this.copies = copies;
    this.rounds =
        new Rounds(
            "keeper",
            INTERVAL,
            LATER,
            List.of(
                new Rounds.Part("copying saved states", this::copyAll),
                new Rounds.Part("taking away what is not needed", first::run),
                new Rounds.Part(
                    "sweeping the content store",
                    () -> sweep.sweep(InstantSource.system().instant(), false)),
                // What transfers have used goes back to the system, which machines need more.
                new Rounds.Part("giving memory back", System::gc)));
  }

  void start() {
    rounds.start();
  }

  /** Something was saved or discarded. */
  void look() {
    rounds.wake();
  }

  private void copyAll() throws InterruptedException {
    Optional<Member> to = repository.get();
    Set<IndexName.Copy> here = new HashSet<>();
    for (MachineReport report : machines.reports()) {
      for (String state : report.savedStates()) {
        here.add(new IndexName.Copy(report.machine(), state));
      }
    }
    copied.retainAll(here);
    if (to.isEmpty()) {
      return;
    }
    if (!to.get().host().equals(copiedTo)) {
      copied.clear();
      copiedTo = to.get().host();
    }
    for (IndexName.Copy state : here) {
      List<String> still = machines.report(state.machine()).savedStates();
      if (!copied.contains(state) && still.contains(state.stateId())) {
        copy(state, to.get());
      }
    }
  }

  private void copy(IndexName.Copy state, Member to) throws InterruptedException {
    Instant begun = InstantSource.system().instant();
    try {
      Offer offer =
          offers.offer(
              state.machine(), state.stateId(), false, new Pace(rate, content::isWaitedFor));
      RateLimit limit = new RateLimit(rate);
      for (OfferedFile file : offer.files()) {
        content.push(
            new IndexName.StateFile(state.machine(), state.stateId(), file.name()),
            to.url(),
            limit);
      }
      copies.publish(state, offer, to.url(), limit);
      copied.add(state);
      LOG.info(
          "saved state {} of {} copied to {}, {} ms",
          state.stateId(),
          state.machine(),
          to.host(),
          Duration.between(begun, InstantSource.system().instant()).toMillis());
    } catch (InterruptedIOException closing) {
      throw new InterruptedException();
    } catch (DriverException | IOException failed) {
      // The state is good without a copy, and the next look tries again.
      LOG.warn(
          "saved state {} of {} could not be copied to {}: {}",
          state.stateId(),
          state.machine(),
          to.host(),
          failed.getMessage());
    }
  }

  @Override
  public void close() {
    rounds.close();
  }
}
