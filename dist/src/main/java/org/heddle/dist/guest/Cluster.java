package org.heddle.dist.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.heddle.model.VjobSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The machines of one vjob on this machine, without a grid: each with its seed (see
 * ARCHITECTURE.md), on a wire that only they share.
 */
public final class Cluster implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ADDRESSES = "10.77.0.";

  private final List<Guest> guests = new ArrayList<>();

  private Cluster() {}

  /** Where the files of an image lie (with {@code image.json}). */
  public interface Images {
    Path folder(String image) throws IOException;
  }

  /**
   * Starts all machines.
   *
   * @param folder for disks, seeds, sockets and consoles; new
   */
  public static Cluster start(VjobSpec vjob, Images images, Path folder)
      throws IOException, InterruptedException {
    Cluster cluster = new Cluster();
    try {
      Keys keys = Keys.make(folder);
      int wire = ThreadLocalRandom.current().nextInt(20_000, 60_000);
      List<VjobSpec.Member> members = vjob.members();
      for (int number = 1; number <= members.size(); number++) {
        VjobSpec.Member member = members.get(number - 1);
        Path own = Files.createDirectories(folder.resolve(member.id().name()));
        Path seed = seed(vjob, number, keys, own);
        Path image = images.folder(member.group().image());
        cluster.guests.add(Guest.start(shape(member, image, seed, number, wire, own), own));
      }
      return cluster;
    } catch (IOException | InterruptedException failed) {
      cluster.close();
      throw failed;
    }
  }

  private record Keys(String secret, String open) {
    static Keys make(Path folder) throws IOException, InterruptedException {
      Path key = folder.resolve("id_ed25519");
      Tool.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "check", "-f", key.toString());
      return new Keys(Files.readString(key), Files.readString(folder.resolve("id_ed25519.pub")));
    }
  }

  private static String mac(int number) {
    return String.format(Locale.ROOT, "52:54:00:77:00:%02x", number);
  }

  private static Path seed(VjobSpec vjob, int number, Keys keys, Path folder)
      throws IOException, InterruptedException {
    VjobSpec.Member member = vjob.members().get(number - 1);
    SortedMap<String, String> files = new TreeMap<>();
    files.put(
        "machine",
        "NAME=%s\nVJOB=%s\nMAC=%s\nADDRESS=%s%d\nPREFIX=24\nMTU=1450\n"
            .formatted(member.id().name(), vjob.name(), mac(number), ADDRESSES, number));
    StringBuilder hosts = new StringBuilder();
    int at = 1;
    for (VjobSpec.Member other : vjob.members()) {
      String name = other.id().name();
      hosts.append(ADDRESSES + at++ + " " + name + " " + name + "." + vjob.name() + "\n");
    }
    files.put("hosts", hosts.toString());
    files.put("id_ed25519", keys.secret());
    files.put("authorized_keys", keys.open());
    member.group().start().ifPresent(text -> files.put("start", text));
    Path contents =
        Files.createDirectory(
            folder.resolve("seed"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (var file : files.entrySet()) {
      Files.writeString(contents.resolve(file.getKey()), file.getValue());
    }
    Path tar = folder.resolve("seed.tar");
    List<String> words = new ArrayList<>(List.of("tar", "-C", contents.toString(), "-cf"));
    words.add(tar.toString());
    words.addAll(files.keySet());
    Tool.run(words.toArray(String[]::new));
    return tar;
  }

  private static Guest.Shape shape(
      VjobSpec.Member member, Path image, Path seed, int number, int wire, Path folder)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(boot(image, folder, member.group().demand().diskMiB()));
    words.add("-blockdev");
    words.add("driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename=" + seed);
    words.addAll(List.of("-device", "virtio-blk-pci,drive=seed,serial=heddle-seed"));
    words.add("-netdev");
    words.add("socket,id=wire,localaddr=127.0.0.1,mcast=230.77.0.1:" + wire);
    words.addAll(List.of("-device", "virtio-net-pci,netdev=wire,mac=" + mac(number)));
    return new Guest.Shape(
        member.id().name(), Math.toIntExact(member.group().demand().memoryMiB()), words);
  }

  /**
   * QEMU's arguments for starting an image: its kernel, and a disk of its own over the image's.
   *
   * @param diskMiB size of that disk; smaller than the image's: as large as the image's
   */
  public static List<String> boot(Path image, Path folder, long diskMiB)
      throws IOException, InterruptedException {
    JsonNode described = JSON.readTree(Files.readAllBytes(image.resolve("image.json")));
    List<String> words = new ArrayList<>();
    words.addAll(List.of("-kernel", image.resolve("vmlinuz").toString()));
    words.addAll(List.of("-initrd", image.resolve("initrd").toString()));
    words.addAll(List.of("-append", described.path("kernelArguments").asString("")));
    if (described.has("disk")) {
      Path whole = image.resolve(described.path("disk").asString(""));
      long size = Math.max(diskMiB, described.path("diskMiB").asLong());
      words.addAll(drive(overlay(whole, folder, List.of(size + "M"))));
    }
    return words;
  }

  /** A disk over an image's, as large as that. */
  public static Path overlay(Path image, Path folder) throws IOException, InterruptedException {
    return overlay(image, folder, List.of());
  }

  private static Path overlay(Path image, Path folder, List<String> size)
      throws IOException, InterruptedException {
    Path disk = folder.resolve("disk.qcow2");
    String format = image.toString().endsWith(".qcow2") ? "qcow2" : "raw";
    List<String> words = new ArrayList<>(List.of("qemu-img", "create", "-q", "-f", "qcow2"));
    words.addAll(List.of("-b", image.toAbsolutePath().toString(), "-F", format));
    words.add(disk.toString());
    words.addAll(size);
    Tool.run(words.toArray(String[]::new));
    return disk;
  }

  /** QEMU's arguments for a qcow2 disk. */
  public static List<String> drive(Path disk) {
    return List.of(
        "-blockdev",
        "driver=qcow2,node-name=disk,file.driver=file,file.filename=" + disk,
        "-device",
        "virtio-blk-pci,drive=disk");
  }

  /** Waits until the agents of all machines answer. */
  public void awaitReady(Duration within) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    for (Guest guest : guests) {
      guest.awaitAgent(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }
  }

  /** The machine that carries the vjob's command. */
  public Guest first() {
    return guests.getFirst();
  }

  @Override
  public void close() {
    guests.forEach(Guest::close);
  }
}
