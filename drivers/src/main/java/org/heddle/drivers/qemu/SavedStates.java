package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.Folders;
import org.heddle.model.MachineId;
import org.heddle.model.Outcome.Code;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The saved states of a host: {@code states/MACHINE/ID/}, each with a manifest that is written
 * last. A folder without one is no saved state. Nothing in a saved state is ever changed.
 */
final class SavedStates {
  private static final String MANIFEST = "manifest.json";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path states;
  private final Path received;

  SavedStates(Path stateDirectory) throws IOException {
    states = Files.createDirectories(stateDirectory.resolve("states"));
    received = Files.createDirectories(stateDirectory.resolve("receiving"));
  }

  /** Removes what an interrupted save or fetch left. */
  void removeIncomplete() throws IOException {
    Folders.empty(received);
    for (MachineId machine : machines()) {
      for (Path folder : children(states.resolve(machine.toString()))) {
        if (!Files.exists(folder.resolve(MANIFEST))) {
          Folders.remove(folder);
        }
      }
      removeIfEmpty(states.resolve(machine.toString()));
    }
  }

  List<MachineId> machines() throws IOException {
    List<MachineId> machines = new ArrayList<>();
    for (Path folder : children(states)) {
      machines.add(MachineId.parse(folder.getFileName().toString()));
    }
    return machines;
  }

  List<String> of(MachineId machine) throws IOException {
    TreeSet<String> ids = new TreeSet<>();
    for (Path folder : children(states.resolve(machine.toString()))) {
      if (Files.exists(folder.resolve(MANIFEST))) {
        ids.add(folder.getFileName().toString());
      }
    }
    return List.copyOf(ids);
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  boolean complete(MachineId machine, String stateId) throws DriverException {
    return Files.exists(folder(machine, stateId).resolve(MANIFEST));
  }

  /** The folder of a complete saved state. */
  Path require(MachineId machine, String stateId) throws DriverException {
    if (!complete(machine, stateId)) {
      throw new DriverException(
          Code.BAD_STATE, "machine " + machine + " has no saved state " + stateId + " here");
    }
    return folder(machine, stateId);
  }

  Manifest manifest(MachineId machine, String stateId) throws DriverException {
    return manifest(require(machine, stateId), machine, stateId);
  }

  private static Manifest manifest(Path folder, MachineId machine, String stateId)
      throws DriverException {
    try {
      Manifest manifest =
          JSON.readValue(Files.readAllBytes(folder.resolve(MANIFEST)), Manifest.class);
      if (manifest.format() != Manifest.FORMAT
          || !manifest.machine().equals(machine)
          || !manifest.stateId().equals(stateId)) {
        throw manifest.bad("lies in the wrong place or has a form unknown to this version");
      }
      return manifest;
    } catch (IOException | JacksonException e) {
      throw new DriverException(
          Code.BAD_STATE,
          "saved state " + stateId + " of " + machine + " has no readable manifest",
          e);
    }
  }

  /** An empty folder in which a saved state is to be written. */
  Path begin(MachineId machine, String stateId) throws DriverException, IOException {
    Path folder = folder(machine, stateId);
    Files.deleteIfExists(folder.resolve(MANIFEST));
    return Folders.empty(folder);
  }

  /** Makes it count, durably. All its files must be durable already. */
  void seal(Manifest manifest) throws DriverException, IOException {
    Path folder = folder(manifest.machine(), manifest.stateId());
    Path fresh = folder.resolve(MANIFEST + ".new");
    try (FileChannel out =
        FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(manifest));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(fresh, folder.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
    forceUpTo(manifest.machine(), folder);
  }

  private void forceUpTo(MachineId machine, Path folder) throws IOException {
    SparseFile.force(folder);
    SparseFile.force(states.resolve(machine.toString()));
    SparseFile.force(states);
  }

  void discard(MachineId machine, String stateId) throws DriverException, IOException {
    Path folder = folder(machine, stateId);
    Files.deleteIfExists(folder.resolve(MANIFEST));
    Folders.remove(folder);
    removeIfEmpty(states.resolve(machine.toString()));
  }

  private static void removeIfEmpty(Path folder) throws IOException {
    if (children(folder).isEmpty()) {
      Files.deleteIfExists(folder);
    }
  }

  Path receiving(MachineId machine, String stateId) throws DriverException, IOException {
    return Folders.empty(folder(received, machine, stateId));
  }

  void admit(MachineId machine, String stateId) throws DriverException, IOException {
    Path arrived = folder(received, machine, stateId);
    if (!complete(machine, stateId)) {
      Manifest manifest = manifest(arrived, machine, stateId);
      for (String name : manifest.files().keySet()) {
        Path file = arrived.resolve(name);
        if (!Files.isRegularFile(file)) {
          throw manifest.bad("is incomplete: file '" + name + "' is missing");
        }
        manifest.verify(name, SparseFile.digest(file, () -> false));
        SparseFile.force(file);
      }
      SparseFile.force(arrived.resolve(MANIFEST));
      SparseFile.force(arrived);
      Path folder = begin(machine, stateId);
      Files.move(arrived, folder, StandardCopyOption.ATOMIC_MOVE);
      forceUpTo(machine, folder);
    }
    Folders.remove(arrived);
    removeIfEmpty(received.resolve(machine.toString()));
  }

  private Path folder(MachineId machine, String stateId) throws DriverException {
    return folder(states, machine, stateId);
  }

  private static Path folder(Path root, MachineId machine, String stateId) throws DriverException {
    if (!ID.matcher(stateId).matches()) {
      throw new DriverException(Code.BAD_STATE, "saved state '" + stateId + "' is no legal name");
    }
    return root.resolve(machine.toString()).resolve(stateId);
  }
}
