package org.heddle.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.heddle.agent.AgentOptions.FarmOptions;
import org.heddle.agent.farm.Builds;
import org.heddle.agent.farm.FarmWorkshop;
import org.heddle.api.AgentApi.FarmUse;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.ImageRecord;
import org.heddle.images.Limits;
import org.heddle.images.Quota;
import org.heddle.images.recipe.Library;
import org.heddle.store.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent with the builder role has beside the others: a farm, and the queue of builds. */
final class FarmRole implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FarmRole.class);

  /** Who has an image built, or finds it, submits a vjob that needs it soon. */
  private static final Duration FRESH = Duration.ofMinutes(10);

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
   * The grid around the farm.
   *
   * @param needed images of vjobs, as the controller said last; empty when it was never heard
   * @param changed told when the host's images have changed
   */
  record Grid(Supplier<Optional<Set<String>>> needed, Runnable changed) {}

  /**
   * @param state the agent's folder
   * @param given where images lie that the agent offers to others
   */
  static FarmRole of(
      Farm farm, FarmOptions.Builder options, Content content, Path state, Path given, Grid grid)
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
                grid.changed().run();
              }
            });
    if (options.quota() > 0) {
      farm.bound(
          new Quota(options.quota(), FRESH, image -> workshop.release(image, grid.needed().get())));
    }
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

  /** Keeps to the farm's quota as far as that is possible now. Trouble is for the log. */
  void tidy() {
    try {
      farm.tidy();
    } catch (IOException failed) {
      LOG.warn("keeping the farm within its quota: {}", failed.getMessage());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Digests of files that the content store keeps: those that are being downloaded, and, while
   * there is room, of all images. The latter can be made anew from the farm.
   */
  Set<String> kept(boolean pressed) throws IOException {
    Set<String> kept = new HashSet<>(workshop.downloading());
    if (pressed) {
      return kept;
    }
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
