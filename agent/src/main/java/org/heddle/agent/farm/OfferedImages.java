package org.heddle.agent.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.heddle.images.Farm;
import org.heddle.images.ImageRecord;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageFormat;

/**
 * Images of the farm where others can have them from: those that machines can boot lie in a folder
 * of images that the host offers, all of them in its content store. Thread-safe.
 */
final class OfferedImages {
  /** So that a name with the digest is still one that vjobs can use. */
  private static final int LONGEST_NAME = 50;

  private static final int DIGITS = 12;

  private final Farm farm;
  private final Path given;
  private final FarmWorkshop.Store store;

  /** Two builds may end with one image: it is put where others see it once. */
  private final ReentrantLock offering = new ReentrantLock();

  /**
   * @param given folder of images that the host offers to others
   */
  OfferedImages(Farm farm, Path given, FarmWorkshop.Store store) {
    this.farm = farm;
    this.given = given;
    this.store = store;
  }

  /** What the grid's machines boot. */
  static boolean boots(String format) {
    return format.equals(ImageFormat.QCOW2.word()) || format.equals(ImageFormat.INITRD.word());
  }

  /** What vjobs call it; empty when machines cannot boot it. */
  static String nameFor(ImageRecord record) {
    if (!boots(record.format())) {
      return "";
    }
    String name = record.name();
    String cut = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    return cut + "-" + content(record).substring(0, DIGITS);
  }

  private static String content(ImageRecord record) {
    List<Object> parts = new ArrayList<>();
    record.files().forEach(file -> parts.add(file.name() + " " + file.sha256()));
    parts.add(record.digest());
    return Canonical.digest(parts);
  }

  /** Whether others can have it as far as they could use it. */
  boolean has(ImageRecord record) {
    String name = nameFor(record);
    return name.isEmpty() || Files.exists(given.resolve(name).resolve("image.json"));
  }

  /** From now on others can have it. */
  void offer(ImageRecord record) throws IOException, InterruptedException {
    Path folder = farm.folder(record);
    if (nameFor(record).isEmpty()) {
      keepMain(record);
      return;
    }
    for (ImageRecord.FileOf file : record.files()) {
      store.keep(folder.resolve(file.name()), file.sha256());
    }
    offering.lockInterruptibly();
    try {
      if (has(record)) {
        return; // Perhaps of another build just now: it may be in use.
      }
      farm.give(record, given.resolve(nameFor(record)), nameFor(record));
    } finally {
      offering.unlock();
    }
    store.changed();
  }

  private ImageRecord.FileOf keepMain(ImageRecord record) throws IOException, InterruptedException {
    Path main = Refusals.tried(() -> farm.mainFile(record));
    String name = String.valueOf(main.getFileName());
    ImageRecord.FileOf file =
        record.files().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("an image without " + name));
    store.keep(main, file.sha256());
    return file;
  }

  /** Others cannot have it any more from here. */
  void withdraw(ImageRecord record) throws IOException, InterruptedException {
    String offered = nameFor(record);
    if (offered.isEmpty()) {
      return;
    }
    offering.lockInterruptibly();
    try {
      withdraw(given.resolve(offered));
    } finally {
      offering.unlock();
    }
  }

  /** Its description goes first, for good: nobody takes what a crash leaves for an image. */
  private static void withdraw(Path folder) throws IOException {
    if (Files.deleteIfExists(folder.resolve("image.json"))) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
    Uploads.delete(folder);
  }

  /** Its main file, out of the content store. */
  Workshop.Download download(ImageRecord record) throws IOException, InterruptedException {
    ImageRecord.FileOf file = keepMain(record);
    return new Workshop.Download() {
      @Override
      public String name() {
        return record.name() + "-" + Objects.requireNonNull(file.name());
      }

      @Override
      public long size() {
        return file.size();
      }

      @Override
      public String digest() {
        return file.sha256();
      }

      @Override
      public void write(long from, long to, OutputStream out) throws IOException {
        store.write(file.sha256(), from, to, out);
      }
    };
  }
}
