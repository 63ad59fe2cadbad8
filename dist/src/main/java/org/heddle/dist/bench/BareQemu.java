package org.heddle.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The peer of {@code bench switch}: what a person does by hand with QEMU and coreutils, for the
 * same guest with the same durability (RAM copied sparse to disk and fsynced before a suspend
 * counts).
 */
final class BareQemu implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SHARED =
      "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
          + "{\"capability\":\"x-ignore-shared\",\"state\":true}]}}";

  private final Path image;
  private final int memoryMiB;
  private final Path disk;
  private final Path ram;
  private final List<Process> processes = new CopyOnWriteArrayList<>();
  private final Thread onInterrupt = new Thread(this::killAll, "bare-qemu");

  BareQemu(Path image, int memoryMiB, Path diskFolder, Path ramFolder) throws IOException {
    this.image = image;
    this.memoryMiB = memoryMiB;
    this.disk = Files.createTempDirectory(Files.createDirectories(diskFolder), "bare");
    this.ram = Files.createTempDirectory(Files.createDirectories(ramFolder), "bare");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
  }

  /** Milliseconds of each thing done by hand, in the order in which they were done. */
  record Times(
      double bootMs, double suspendMs, double resumeMs, double migrateMs, double downtimeMs) {}

  Times run() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Guest guest = start("a", List.of());
    awaitAgent(guest);
    double boot = since(begin);

    begin = System.nanoTime();
    suspend(guest);
    double suspend = since(begin);

    begin = System.nanoTime();
    Guest resumed = resume();
    double resume = since(begin);
    awaitAgent(resumed);

    begin = System.nanoTime();
    double downtime = migrate(resumed);
    double migrate = since(begin);
    return new Times(boot, suspend, resume, migrate, downtime);
  }

  private record Guest(String name, Process process, LineSocket monitor) {}

  private void suspend(Guest guest) throws IOException, InterruptedException {
    guest.monitor.ask("{\"execute\":\"stop\"}");
    guest.monitor.ask(SHARED);
    Path state = disk.resolve("state");
    guest.monitor.ask("{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"file:" + state + "\"}}");
    awaitMigration(guest.monitor);
    Path saved = disk.resolve("ram");
    shell("cp", "--sparse=always", ram.resolve("a.ram").toString(), saved.toString());
    sync(state);
    sync(saved);
    guest.monitor.ask("{\"execute\":\"quit\"}");
    guest.process.waitFor();
    guest.monitor.close();
    Files.delete(ram.resolve("a.ram"));
  }

  private Guest resume() throws IOException, InterruptedException {
    shell("cp", "--sparse=always", disk.resolve("ram").toString(), ram.resolve("b.ram").toString());
    Guest guest = start("b", List.of("-incoming", "defer"));
    guest.monitor.ask(SHARED);
    guest.monitor.ask(
        "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"file:"
            + disk.resolve("state")
            + "\"}}");
    awaitMigration(guest.monitor);
    guest.monitor.ask("{\"execute\":\"cont\"}");
    return guest;
  }

  private double migrate(Guest from) throws IOException, InterruptedException {
    Guest to = start("c", List.of("-incoming", "tcp:127.0.0.1:0"));
    int port =
        to.monitor
            .ask("{\"execute\":\"query-migrate\"}")
            .get("socket-address")
            .get(0)
            .get("port")
            .asInt();
    from.monitor.ask(
        "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
            + "{\"capability\":\"x-ignore-shared\",\"state\":false}]}}");
    from.monitor.ask(
        "{\"execute\":\"migrate-set-parameters\",\"arguments\":{\"max-bandwidth\":0,\"downtime-limit\":100}}");
    from.monitor.ask(
        "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"tcp:127.0.0.1:" + port + "\"}}");
    double resumed = to.monitor.awaitEvent("RESUME");
    awaitMigration(from.monitor);
    double stopped = from.monitor.awaitEvent("STOP");
    from.monitor.ask("{\"execute\":\"quit\"}");
    from.process.waitFor();
    return resumed - stopped;
  }

  private static void awaitMigration(LineSocket monitor) throws IOException, InterruptedException {
    while (true) {
      JsonNode status = monitor.ask("{\"execute\":\"query-migrate\"}").get("status");
      if (status != null && status.asString().equals("completed")) {
        return;
      }
      if (status != null && status.asString().equals("failed")) {
        throw new IOException("the migration by hand failed");
      }
      Thread.sleep(2);
    }
  }

  private Guest start(String name, List<String> more) throws IOException, InterruptedException {
    Path file = ram.resolve(name + ".ram");
    List<String> command =
        new ArrayList<>(
            List.of(
                "qemu-system-x86_64",
                "-name",
                "bare-" + name,
                "-accel",
                "tcg,tb-size=128",
                "-cpu",
                "qemu64",
                "-smp",
                "1",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-machine",
                "q35,memory-backend=ram",
                "-m",
                memoryMiB + "M"));
    command.addAll(
        List.of(
            "-object",
            "memory-backend-file,id=ram,size=" + memoryMiB + "M,share=on,mem-path=" + file,
            "-kernel",
            image.resolve("vmlinuz").toString(),
            "-initrd",
            image.resolve("initrd").toString(),
            "-append",
            "console=ttyS0 quiet no_timer_check mitigations=off",
            "-serial",
            "file:" + ram.resolve(name + ".log"),
            "-qmp",
            "unix:" + ram.resolve(name + ".qmp") + ",server=on,wait=off",
            "-chardev",
            "socket,id=qga,path=" + ram.resolve(name + ".qga") + ",server=on,wait=off",
            "-device",
            "virtio-serial-pci",
            "-device",
            "virtserialport,chardev=qga,name=org.qemu.guest_agent.0",
            "-device",
            "virtio-rng-pci"));
    command.addAll(more);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ram.resolve(name + ".out").toFile())
            .start();
    processes.add(process);
    return new Guest(
        name, process, LineSocket.open(ram.resolve(name + ".qmp"), PATIENCE).negotiate());
  }

  /**
   * Asks until the guest's agent answers: what is sent before it opens the port may be lost.
   *
   * @throws IOException it has not answered in time, and the connection was closed for that
   */
  private void awaitAgent(Guest guest) throws IOException, InterruptedException {
    try (LineSocket agent = LineSocket.open(ram.resolve(guest.name + ".qga"), PATIENCE)) {
      Thread asker = Thread.startVirtualThread(() -> askAgain(agent));
      agent.awaitAnswer();
      asker.interrupt();
    }
  }

  private static void askAgain(LineSocket agent) {
    try (agent) {
      for (long asked = 0; asked < PATIENCE.toSeconds(); asked++) {
        agent.send("{\"execute\":\"guest-ping\"}");
        Thread.sleep(1_000);
      }
    } catch (IOException | InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void shell(String... command) throws IOException, InterruptedException {
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + exit);
    }
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  /** Ends the guests and removes their files; what has gone already is no trouble. */
  private void killAll() {
    processes.forEach(Process::destroyForcibly);
    for (Path folder : List.of(disk, ram)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      } catch (IOException | UncheckedIOException e) {
        System.err.println("heddle: cannot remove " + folder + ": " + e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(onInterrupt);
    killAll();
  }
}
