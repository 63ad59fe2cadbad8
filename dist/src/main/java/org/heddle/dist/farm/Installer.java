package org.heddle.dist.farm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.heddle.dist.guest.Cluster;
import org.heddle.dist.guest.Guest;
import org.heddle.dist.guest.Tool;

/**
 * Installs a system into a new disk, as a person would who answers its installer's questions on the
 * serial console: the answers are a preseed file in the installer's initrd. The guest reaches the
 * mirror's hosts, through a proxy, and nothing else.
 */
final class Installer {
  /** Where kernel and initrd lie on CD-ROMs of Debian and its relatives, and in its packages. */
  private static final List<String> KERNELS =
      List.of("install.amd/vmlinuz", "install/vmlinuz", "casper/vmlinuz", "linux", "vmlinuz");

  private static final List<String> INITRDS =
      List.of("install.amd/initrd.gz", "install/initrd.gz", "casper/initrd", "initrd.gz", "initrd");

  /** QEMU's own network gives this address to what it forwards. */
  private static final String PROXY = "http://10.0.2.100:3142";

  /** In looks: so long a question may stand there. */
  private static final int PATIENCE = 15;

  /** The key of the program that shows the installer's windows, and the window of the log. */
  private static final String SHOW_LOG = "\u00014";

  private static final Duration LOOK = Duration.ofSeconds(2);

  /** What it tells when it has come to a new part of its work, in the text front end. */
  private static final Pattern PART =
      Pattern.compile(
          "(?:^|[\\r\\n])(?:\\e\\[[0-9;]*m)*([A-Z][A-Za-z ]{6,60})\\s*(?:\\.\\.\\.|-{3,})");

  /** What is only to be read: how little memory there is, for one. */
  private static final Pattern NOTE = Pattern.compile("\\[Press enter to continue\\]\\s*");

  /** The installer waits; below may be the line of the program that shows its windows. */
  private static final Pattern QUESTION =
      Pattern.compile("Prompt:[^\\n]*(?:\\n\\[[^\\n]*\\]\\s*)*$");

  private final Path folder;
  private final Consumer<String> say;

  Installer(Path folder, Consumer<String> say) {
    this.folder = folder;
    this.say = say;
  }

  /**
   * What to install.
   *
   * @param from a CD-ROM image, or a folder with kernel and initrd
   * @param mirror host and folder that packages come from
   * @param hosts that the guest may reach
   */
  record Wish(
      Path from,
      Path preseed,
      long sizeMiB,
      int memoryMiB,
      Duration limit,
      Mirror mirror,
      Set<String> hosts) {}

  /** An address in the installer's parts. */
  record Mirror(String host, String folder) {}

  /** Answers the disk that the installer has filled and switched off. */
  Path run(Wish wish) throws IOException, InterruptedException {
    Path disk = folder.resolve("disk.qcow2");
    Tool.run("qemu-img", "create", "-q", "-f", "qcow2", disk.toString(), wish.sizeMiB() + "M");
    Path socket = folder.resolve("proxy");
    Path relay = folder.resolve("relay.pl");
    try (InputStream text = Installer.class.getResourceAsStream("relay.pl")) {
      Files.write(relay, Objects.requireNonNull(text).readAllBytes());
    }
    List<String> words = new ArrayList<>(boot(wish));
    words.addAll(Cluster.drive(disk));
    words.add("-netdev");
    words.add(
        "user,id=net,ipv6=off,restrict=on,guestfwd=tcp:10.0.2.100:3142-cmd:perl "
            + relay
            + " "
            + socket);
    words.addAll(List.of("-device", "virtio-net-pci,netdev=net"));
    try (MirrorProxy _ = MirrorProxy.start(socket, wish.hosts());
        Guest guest =
            Guest.start(
                new Guest.Shape("install", wish.memoryMiB(), words), folder.resolve("guest"))) {
      watch(guest, wish.limit());
    }
    return disk;
  }

  private List<String> boot(Wish wish) throws IOException {
    Path kernel = folder.resolve("kernel");
    Path initrd = folder.resolve("initrd");
    List<String> words = new ArrayList<>();
    if (Files.isDirectory(wish.from())) {
      Files.copy(among(wish.from(), KERNELS), kernel);
      Files.copy(among(wish.from(), INITRDS), initrd);
    } else {
      try (Iso9660 cdrom = Iso9660.open(wish.from())) {
        cdrom.copyFirst(KERNELS, kernel);
        cdrom.copyFirst(INITRDS, initrd);
      }
      words.addAll(List.of("-drive", "media=cdrom,format=raw,readonly=on,file=" + wish.from()));
    }
    addPreseed(initrd, wish.preseed());
    words.addAll(List.of("-kernel", kernel.toString(), "-initrd", initrd.toString()));
    words.addAll(List.of("-append", arguments(wish.mirror())));
    return words;
  }

  private static Path among(Path folder, List<String> names) throws IOException {
    return names.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() -> new IOException("none of " + names + " is in " + folder));
  }

  /** The kernel unpacks archives that follow each other; the installer looks for this name. */
  private static void addPreseed(Path initrd, Path preseed) throws IOException {
    byte[] answers = Files.readAllBytes(preseed);
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(initrd, StandardOpenOption.APPEND))) {
      entry(out, "preseed.cfg", answers);
      entry(out, "TRAILER!!!", new byte[0]);
    }
  }

  /** An entry of a cpio archive, form "newc" (cpio(5)): a file of root's. */
  private static void entry(OutputStream out, String name, byte[] content) throws IOException {
    StringBuilder head = new StringBuilder("070701");
    int[] fields = {0, 0100600, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length() + 1, 0};
    for (int field : fields) {
      head.append(String.format(Locale.ROOT, "%08x", field));
    }
    byte[] start = (head + name + "\0").getBytes(US_ASCII);
    out.write(Arrays.copyOf(start, (start.length + 3) / 4 * 4));
    out.write(Arrays.copyOf(content, (content.length + 3) / 4 * 4));
  }

  private static String arguments(Mirror mirror) {
    return String.join(
        " ",
        "console=ttyS0,115200n8",
        "auto=true",
        "priority=critical",
        "DEBIAN_FRONTEND=text",
        "net.ifnames=0",
        "mirror/country=manual",
        "mirror/http/hostname=" + mirror.host(),
        "mirror/http/directory=" + mirror.folder(),
        "mirror/http/proxy=" + PROXY,
        "apt-setup/security_host=" + mirror.host(),
        "---",
        "console=ttyS0");
  }

  /** Whether a console that ends so waits for an answer. */
  static boolean asks(String end) {
    return QUESTION.matcher(end).find();
  }

  /**
   * Says what it does, until it has switched itself off; a question that nobody answers ends it.
   */
  private void watch(Guest guest, Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    int asked = 0;
    String before = "";
    while (System.nanoTime() < deadline) {
      for (Optional<String> part = guest.console().next(PART);
          part.isPresent();
          part = guest.console().next(PART)) {
        if (!part.get().equals(before)) {
          before = part.get();
          say.accept(before);
        }
      }
      if (guest.console().next(NOTE).isPresent()) {
        guest.console().type("\n");
      }
      if (guest.awaitEnd(LOOK)) {
        return;
      }
      asked = asks(guest.console().end()) ? asked + 1 : 0;
      if (asked > PATIENCE) {
        String question = guest.console().end();
        guest.console().type(SHOW_LOG);
        Thread.sleep(LOOK);
        throw new IOException(
            "the installer asks what the preseed file does not answer:\n"
                + question
                + "\nand its log ends with:\n"
                + guest.console().end());
      }
    }
    throw new IOException(
        "the installation was not finished after "
            + limit.toMinutes()
            + " min; its console ends with:\n"
            + guest.console().end());
  }
}
