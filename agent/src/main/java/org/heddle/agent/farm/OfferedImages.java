package org.heddle.agent.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.heddle.drivers.Folders;
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

  /** How often each file is being downloaded, by its digest. */
  private final ConcurrentMap<String, Integer> downloads = new ConcurrentHashMap<>();

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
    if (!boots(record.format()) || !record.withKernel()) {
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

  /** What vjobs can call it now; empty when no host has it to boot. */
  String offered(ImageRecord record) {
    return has(record) ? nameFor(record) : "";
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
      store.changed();
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

  private static ImageRecord.FileOf main(ImageRecord record, Path main) {
    String name = String.valueOf(main.getFileName());
    return record.files().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("an image without " + name));
  }

  private ImageRecord.FileOf keepMain(ImageRecord record) throws IOException, InterruptedException {
    Path main = Refusals.tried(() -> farm.mainFile(record));
    ImageRecord.FileOf file = main(record, main);
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
    Folders.remove(folder);
  }

  /** Withdraws it, unless it is being downloaded. */
  boolean release(ImageRecord record) throws IOException, InterruptedException {
    if (record.files().stream().anyMatch(file -> downloads.containsKey(file.sha256()))) {
      return false;
    }
    withdraw(record);
    return true;
  }

  /** Digests of files that are being downloaded. */
  Set<String> downloading() {
    return Set.copyOf(downloads.keySet());
  }

  /** Its main file, out of the content store. */
  Workshop.Download download(ImageRecord record) throws IOException, InterruptedException {
    ImageRecord.FileOf file = main(record, Refusals.tried(() -> farm.mainFile(record)));
    downloads.merge(file.sha256(), 1, Integer::sum);
    boolean kept = false;
    try {
      farm.use(record);
      keepMain(record);
      kept = true;
    } finally {
      if (!kept) {
        ended(file.sha256());
      }
    }
    return new Open(record.name() + "-" + file.name(), file);
  }

  private void ended(String sha256) {
    downloads.computeIfPresent(sha256, (_, count) -> count > 1 ? count - 1 : null);
  }

  private final class Open implements Workshop.Download {
    private final String name;
    private final ImageRecord.FileOf file;
    private final AtomicBoolean closed = new AtomicBoolean();

    Open(String name, ImageRecord.FileOf file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public String name() {
      return name;
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

    @Override
    public void close() {
      if (!closed.getAndSet(true)) {
        ended(file.sha256());
      }
    }
  }
}
