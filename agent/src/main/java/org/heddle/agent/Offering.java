package org.heddle.agent;

import java.io.IOException;
import org.heddle.api.AgentApi.Offer;
import org.heddle.api.AgentApi.OfferedFile;

/** The side of an offer that wants it. */
final class Offering {
  private Offering() {}

  /** Asks an agent. */
  interface Question {
    Offer ask() throws IOException, InterruptedException;
  }

  /** Asks until the offer is ready; the agent keeps each question for some seconds. */
  static Offer await(Question question) throws IOException, InterruptedException {
    while (true) {
      Offer offer = question.ask();
      if (offer.ready()) {
        return offer;
      }
    }
  }

  /**
   * The offered file of that index.
   *
   * @throws IOException it is not offered
   */
  static OfferedFile find(Offer offer, IndexName index) throws IOException {
    return offer.files().stream()
        .filter(file -> file.index().equals(index.text()))
        .findFirst()
        .orElseThrow(() -> new IOException("it does not offer " + index.text()));
  }
}
