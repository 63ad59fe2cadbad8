package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.drivers.ConformanceFiles;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverWorld;
import org.heddle.drivers.Folders;
import org.heddle.drivers.MachineConfig;
import org.heddle.drivers.MachineConfig.ImageFiles;
import org.heddle.model.MachineId;
import org.heddle.model.Resources;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Hosts as folders of this machine, with the image {@code tiny}. */
final class QemuWorld implements DriverWorld {
  private static final long MEMORY_MIB = 128;

  private final Path folder;
  private final Path ram;
  private final ImageFiles image;

  QemuWorld(Path folder) throws IOException {
    this.folder = folder;
    this.ram = Files.createTempDirectory(Path.of("/dev/shm"), "heddle-test-");
    Files.setPosixFilePermissions(
        ram, java.nio.file.attribute.PosixFilePermissions.fromString("rwx--x--x"));
    this.image = tiny();
  }

  static ImageFiles tiny() throws IOException {
    Path tiny = images().resolve("tiny");
    if (!Files.exists(tiny.resolve("image.json"))) {
      throw new IOException("image 'tiny' is not in " + tiny + ": run ./heddle setup first");
    }
    JsonNode json = JsonMapper.builder().build().readTree(tiny.resolve("image.json").toFile());
    return new ImageFiles(
        tiny.resolve(json.get("kernel").asString()),
        tiny.resolve(json.get("initrd").asString()),
        json.get("kernelArguments").asString(),
        Optional.empty());
  }

  private static Path images() {
    String named = System.getProperty("heddle.images", System.getenv("HEDDLE_IMAGES"));
    return named == null
        ? Path.of("../.heddle/images").toAbsolutePath().normalize()
        : Path.of(named);
  }

  QemuConfig config(String host) {
    return QemuConfig.standard(folder.resolve(host), ram.resolve(host));
  }

  @Override
  public Driver open(String host) throws IOException {
    return new QemuDriver(config(host));
  }

  @Override
  public MachineConfig config(MachineId machine, long incarnation) {
    TreeMap<String, String> seed = new TreeMap<>();
    seed.put(
        "machine",
        "NAME=%s\nVJOB=%s\nMAC=52:54:00:00:00:01\nADDRESS=10.128.0.1\nPREFIX=24\nMTU=1450\n"
            .formatted(machine.name(), machine.vjob()));
    seed.put("hosts", "10.128.0.1 " + machine.name() + " " + machine + "\n");
    return new MachineConfig(
        machine, incarnation, new Resources(1, MEMORY_MIB, 0), image, seed, Optional.empty());
  }

  @Override
  public String address() {
    return "127.0.0.1";
  }

  long pid(String host, MachineId machine) throws IOException {
    Path file = MachineFiles.of(config(host), machine).pid();
    return Long.parseLong(Files.readString(file, UTF_8).strip());
  }

  @Override
  public void kill(String host, MachineId machine) throws IOException {
    ProcessHandle.of(pid(host, machine)).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Override
  public void damage(String host, MachineId machine, String stateId, Path state)
      throws IOException {
    ConformanceFiles.flip(state);
  }

  @Override
  public void close() throws IOException {
    Folders.remove(ram);
  }
}
