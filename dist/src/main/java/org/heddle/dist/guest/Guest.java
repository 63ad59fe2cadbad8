package org.heddle.dist.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One QEMU process with a serial console and, where the guest has one, a guest agent. Ends when it
 * is closed or this program ends.
 */
public final class Guest implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);

  private final String name;
  private final Path folder;
  private final Process process;
  private final SerialConsole console;
  private final Thread onEnd = new Thread(this::kill, "guest-end");

  private Guest(String name, Path folder, Process process)
      throws IOException, InterruptedException {
    this.name = name;
    this.folder = folder;
    this.process = process;
    Runtime.getRuntime().addShutdownHook(onEnd);
    try {
      this.console = SerialConsole.open(folder.resolve("tty"), folder.resolve("console"), START);
    } catch (IOException | InterruptedException failed) {
      close();
      throw failed;
    }
  }

  /**
   * What a guest is.
   *
   * @param arguments of QEMU beside processor, memory, console and agent: kernel, disks, cards
   */
  public record Shape(String name, int memoryMiB, List<String> arguments) {
    public Shape {
      arguments = List.copyOf(arguments);
    }
  }

  /** How a command in the guest ended. */
  public record Ran(int code, String output) {}

  /**
   * Starts it by software emulation, which every machine has.
   *
   * @param folder for its sockets and what its console says ({@code console}); is made
   * @throws IOException with what QEMU says, when it does not start
   */
  public static Guest start(Shape shape, Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path said = folder.resolve("qemu.out");
    Process process =
        new ProcessBuilder(command(shape, folder))
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      return new Guest(shape.name(), folder, process);
    } catch (IOException failed) {
      throw new IOException(
          "QEMU of " + shape.name() + " did not start: " + Files.readString(said).strip(), failed);
    }
  }

  private static List<String> command(Shape shape, Path folder) {
    List<String> words = new ArrayList<>(List.of("qemu-system-x86_64", "-name", shape.name()));
    words.addAll(List.of("-M", "q35", "-accel", "tcg,thread=multi,tb-size=128", "-cpu", "qemu64"));
    words.addAll(List.of("-m", shape.memoryMiB() + "M", "-nodefaults", "-no-user-config"));
    words.addAll(List.of("-display", "none", "-no-reboot"));
    words.add("-chardev");
    words.add("socket,id=tty,path=" + folder.resolve("tty") + ",server=on,wait=off");
    words.addAll(List.of("-serial", "chardev:tty", "-chardev"));
    words.add("socket,id=qga,path=" + folder.resolve("qga") + ",server=on,wait=off");
    words.addAll(List.of("-device", "virtio-serial-pci"));
    words.addAll(List.of("-device", "virtserialport,chardev=qga,name=org.qemu.guest_agent.0"));
    words.addAll(List.of("-device", "virtio-rng-pci"));
    words.addAll(shape.arguments());
    return words;
  }

  public String name() {
    return name;
  }

  public SerialConsole console() {
    return console;
  }

  /**
   * Waits until the guest's agent answers, which in our images means that the machine is ready.
   *
   * @throws IOException when it has not by then, with the end of what the console said
   */
  public void awaitAgent(Duration within) throws IOException, InterruptedException {
    try (AgentChannel agent = AgentChannel.open(folder.resolve("qga"))) {
      agent.synchronizeWithin(within);
    } catch (IOException failed) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "the guest agent of %s did not answer within %d s (%s); its console ends with:%n%s",
              name,
              within.toSeconds(),
              failed.getMessage(),
              console.end()),
          failed);
    }
  }

  /** Runs shell text as root in the guest, to its end. */
  public Ran run(String script, Duration within) throws IOException, InterruptedException {
    try (AgentChannel agent = AgentChannel.open(folder.resolve("qga"))) {
      return agent.run(script, within);
    }
  }

  /** Waits until the guest has switched itself off; whether it has. */
  public boolean awaitEnd(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(onEnd);
    } catch (IllegalStateException ending) {
      // The program ends anyway.
    }
    if (console != null) {
      console.close();
    }
  }
}
