package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.heddle.api.AgentApi.Offer;
import org.heddle.api.AgentApi.OfferedFile;
import org.heddle.drivers.Capability.Suspending;
import org.heddle.drivers.DriverException;
import org.heddle.model.MachineId;
import org.heddle.model.Outcome;
import org.heddle.store.Progress;
import org.heddle.store.StoreException;

/** Puts what this host has into its content store, for others to pull. Thread-safe. */
final class Offers implements AutoCloseable {
  private final Machines machines;
  private final Images images;
  private final SavedDigests digests;
  private final Content content;
  private final Copies copies;
  private final Preparing preparing = new Preparing();

  Offers(Machines machines, Images images, SavedDigests digests, Content content, Copies copies) {
    this.machines = machines;
    this.copies = copies;
    this.images = images;
    this.digests = digests;
    this.content = content;
  }

  /**
   * The offer of an image, or {@link Offer#NOT_YET}.
   *
   * @param fetch also when this host lacks it
   * @param mend make anew what is damaged
   */
  Offer image(String name, boolean fetch, boolean mend)
      throws DriverException, InterruptedException {
    return preparing.ask(
        name + "?" + fetch + mend,
        () -> {
          Images.Local image = fetch ? images.relay(name) : here(name);
          return guarded("image '" + name + "'", mend, () -> offer(image, mend));
        });
  }

  private Images.Local here(String name) throws DriverException {
    return images
        .find(name)
        .orElseThrow(() ->
            new DriverException(Outcome.Code.NO_IMAGE, "image '" + name + "' is not on this host"));
  }

  private Offer offer(Images.Local image, boolean anew)
      throws DriverException, IOException, InterruptedException {
    List<OfferedFile> files = new ArrayList<>();
    for (Image.File file : image.image().files()) {
      IndexName index = new IndexName.ImageFile(file.sha256());
      Path path = image.folder().resolve(file.name());
      if ((anew || content.find(index).isEmpty()) && !ImageFetch.matches(path, file)) {
        throw new DriverException(
            Outcome.Code.NO_IMAGE,
            path + " is not what the image's description says: build the image again");
      }
      files.add(content.make(path, index, anew, Progress.NONE));
    }
    return new Offer(true, image.image().digest(), files);
  }

  /** The offer of a saved state, or of a copy of one, or {@link Offer#NOT_YET}. */
  Offer state(MachineId machine, String stateId, boolean mend)
      throws DriverException, InterruptedException {
    return preparing.ask(
        machine + "@" + stateId + "?" + mend,
        () ->
            guarded(
                "saved state " + stateId + " of " + machine,
                mend,
                () -> here(machine, stateId, mend)));
  }

  private Offer here(MachineId machine, String stateId, boolean mend)
      throws DriverException, IOException, InterruptedException {
    if (machines.report(machine).savedStates().contains(stateId)) {
      return offer(machine, stateId, mend, Progress.NONE);
    }
    return copies
        .find(machine, stateId)
        .orElseThrow(() ->
            new DriverException(
                Outcome.Code.BAD_STATE,
                "machine " + machine + " has no saved state " + stateId + " here"));
  }

  /**
   * Puts a saved state of this host into the store.
   *
   * @param anew also what is in the store already
   * @param progress told often; may take its time, which makes it slower
   */
  Offer offer(MachineId machine, String stateId, boolean anew, Progress progress)
      throws DriverException, IOException, InterruptedException {
    Path folder = machines.driver().require(Suspending.class).savedState(machine, stateId);
    List<OfferedFile> files = new ArrayList<>();
    for (Path file : files(folder)) {
      String name = String.valueOf(file.getFileName());
      Image.checkName("file of a saved state", name);
      files.add(
          content.make(file, new IndexName.StateFile(machine, stateId, name), anew, progress));
    }
    return new Offer(true, digests.find(machine, stateId), files);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  private interface Making {
    Offer go() throws DriverException, IOException, InterruptedException;
  }

  private Offer guarded(String what, boolean mend, Making making)
      throws DriverException, InterruptedException {
    try {
      if (!mend) {
        return making.go();
      }
      content.repair().alone();
      Offer offer = making.go();
      content.repair().alone(); // Nothing needs the damaged ones any more.
      return offer;
    } catch (IOException failed) {
      throw failure(what, failed);
    }
  }

  /** What a failure of the content store, of this host or another, means for an operation. */
  static DriverException failure(String what, IOException failed) {
    boolean refused =
        failed instanceof StoreException answer && answer.kind() == StoreException.Kind.FULL;
    boolean full = refused || String.valueOf(failed.getMessage()).contains("No space left");
    return new DriverException(
        full ? Outcome.Code.NO_ROOM : Outcome.Code.DRIVER,
        what + ": " + failed.getMessage(),
        failed);
  }

  @Override
  public void close() {
    preparing.close();
  }
}
