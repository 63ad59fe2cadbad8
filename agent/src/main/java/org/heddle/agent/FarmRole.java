package org.heddle.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.heddle.agent.AgentOptions.FarmOptions;
import org.heddle.agent.farm.Builds;
import org.heddle.agent.farm.FarmWorkshop;
import org.heddle.api.AgentApi.FarmUse;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.ImageRecord;
import org.heddle.images.Limits;
import org.heddle.images.recipe.Library;
import org.heddle.store.Progress;

/** What an agent with the builder role has beside the others: a farm, and the queue of builds. */
final class FarmRole implements AutoCloseable {
  private final Farm farm;
  private final String key;
  private final int atOnce;
  private final Builds builds;
  private final FarmWorkshop workshop;

  private FarmRole(Farm farm, FarmWorkshop workshop, int atOnce) throws IOException {
    this.farm = farm;
    this.workshop = workshop;
    this.atOnce = atOnce;
    this.builds = new Builds(workshop, atOnce);
    this.key = Files.readString(keyFile(farm)).strip();
  }

  /** Opens the farm; nothing is built before its routes are asked. */
  static Farm open(FarmOptions.Builder options) throws IOException {
    try {
      return Farm.open(options.farm(), Limits.USUAL, options.variables(), InstantSource.system());
    } catch (FarmException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  /**
   * @param state the agent's folder
   * @param given where images lie that the agent offers to others
   * @param changed told when they have changed
   */
  static FarmRole of(
      Farm farm,
      FarmOptions.Builder options,
      Content content,
      Path state,
      Path given,
      Runnable changed)
      throws IOException {
    FarmWorkshop workshop =
        new FarmWorkshop(
            farm,
            new Library(options.recipes()),
            state.resolve("recipes"),
            given,
            new FarmWorkshop.Store() {
              @Override
              public void keep(Path file, String sha256) throws IOException, InterruptedException {
                content.make(file, new IndexName.ImageFile(sha256), false, Progress.NONE);
              }

              @Override
              public void write(String sha256, long from, long to, OutputStream out)
                  throws IOException {
                content.read(new IndexName.ImageFile(sha256), from, to, out);
              }

              @Override
              public void changed() {
                changed.run();
              }
            });
    return new FarmRole(farm, workshop, options.atOnce());
  }

  static Path keyFile(Farm farm) throws IOException {
    try {
      return farm.publicKey();
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopping);
    }
  }

  /** Vouches for an image that whoever administers this host has given to it. */
  byte[] sign(byte[] description) throws IOException, InterruptedException {
    return farm.sign(description);
  }

  FarmUse use() {
    return new FarmUse(atOnce, key);
  }

  FarmRoutes routes(Images images, String host) {
    return new FarmRoutes(workshop, builds, images, host, key);
  }

  /** Digests of files that the content store keeps as long as the farm has their images. */
  Set<String> kept() throws IOException {
    Set<String> kept = new HashSet<>();
    for (ImageRecord image : farm.list()) {
      image.files().forEach(file -> kept.add(file.sha256()));
    }
    return kept;
  }

  @Override
  public void close() {
    builds.close();
  }
}
