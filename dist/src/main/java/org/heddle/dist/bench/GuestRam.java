package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * RAM files of tiny guests that do nothing, each taken at two times: {@code ram0.1}, {@code
 * ram0.2}.
 */
final class GuestRam implements AutoCloseable {
  private static final int GUESTS = 4;
  private static final int MEMORY_MIB = 256;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long SETTLE_MS = 10_000;
  private static final long BETWEEN_MS = 30_000;

  private record Guest(Process process, LineSocket monitor, Path ram) {}

  private final Path image;
  private final Path folder;
  private final List<Guest> guests = new ArrayList<>();

  GuestRam(Path image, Path folder) {
    this.image = image;
    this.folder = folder;
  }

  /** The files of the first time, then those of the second; made unless they are there. */
  static List<Path> files(Path image, Path folder) throws IOException, InterruptedException {
    List<Path> files = new ArrayList<>();
    for (int time = 1; time <= 2; time++) {
      for (int guest = 0; guest < GUESTS; guest++) {
        files.add(folder.resolve("ram" + guest + "." + time));
      }
    }
    if (!files.stream().allMatch(Files::exists)) {
      try (GuestRam ram = new GuestRam(image, folder)) {
        ram.make(files);
      }
    }
    return files;
  }

  private void make(List<Path> files) throws IOException, InterruptedException {
    for (int i = 0; i < GUESTS; i++) {
      guests.add(start(i));
    }
    for (int i = 0; i < GUESTS; i++) {
      awaitAgent(i);
    }
    Thread.sleep(SETTLE_MS);
    take(files.subList(0, GUESTS));
    Thread.sleep(BETWEEN_MS);
    take(files.subList(GUESTS, 2 * GUESTS));
  }

  private void take(List<Path> files) throws IOException, InterruptedException {
    for (int i = 0; i < GUESTS; i++) {
      Guest guest = guests.get(i);
      guest.monitor.ask("{\"execute\":\"stop\"}");
      new Shell(folder)
          .run(List.of("cp", "--sparse=always", guest.ram.toString(), files.get(i).toString()));
      guest.monitor.ask("{\"execute\":\"cont\"}");
    }
  }

  private Guest start(int number) throws IOException, InterruptedException {
    Path ram = folder.resolve("guest" + number + ".ram");
    String command =
        "qemu-system-x86_64 -accel tcg,tb-size=64 -cpu qemu64 -smp 1 -nodefaults -no-user-config"
            + " -display none -machine q35,memory-backend=ram -m %dM".formatted(MEMORY_MIB)
            + " -object memory-backend-file,id=ram,size=%dM,share=on,mem-path=%s"
                .formatted(MEMORY_MIB, ram)
            + " -kernel %s -initrd %s".formatted(image.resolve("vmlinuz"), image.resolve("initrd"))
            + " -serial null -qmp unix:%s,server=on,wait=off".formatted(socket(number, "qmp"))
            + " -chardev socket,id=qga,path=%s,server=on,wait=off".formatted(socket(number, "qga"))
            + " -device virtio-serial-pci -device"
            + " virtserialport,chardev=qga,name=org.qemu.guest_agent.0 -device virtio-rng-pci";
    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
    words.add("-append");
    words.add("console=ttyS0 quiet no_timer_check mitigations=off");
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("guest.log").toFile())
            .start();
    return new Guest(process, LineSocket.open(socket(number, "qmp"), PATIENCE).negotiate(), ram);
  }

  private Path socket(int number, String kind) {
    return folder.resolve("guest" + number + "." + kind);
  }

  private void awaitAgent(int number) throws IOException, InterruptedException {
    try (LineSocket agent = LineSocket.open(socket(number, "qga"), PATIENCE)) {
      Thread asker = Thread.startVirtualThread(() -> ask(agent));
      agent.awaitAnswer();
      asker.interrupt();
    }
  }

  private static void ask(LineSocket agent) {
    try {
      while (true) {
        agent.send("{\"execute\":\"guest-ping\"}");
        Thread.sleep(1_000);
      }
    } catch (IOException | InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    for (int i = 0; i < guests.size(); i++) {
      guests.get(i).process.destroyForcibly();
      guests.get(i).monitor.close();
      Files.deleteIfExists(guests.get(i).ram);
      Files.deleteIfExists(socket(i, "qmp"));
      Files.deleteIfExists(socket(i, "qga"));
    }
  }
}
