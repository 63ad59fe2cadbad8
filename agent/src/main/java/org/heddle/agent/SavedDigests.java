package org.heddle.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.heddle.model.MachineId;

/**
 * For each saved state of this host the digest of the image under it: on another image its disk
 * would be rubbish. Thread-safe: a file for each.
 */
final class SavedDigests {
  /** A state whose image nobody noted. */
  static final String UNKNOWN = "";

  private final Path folder;

  SavedDigests(Path folder) throws IOException {
    this.folder = DurableFiles.folder(folder);
  }

  void put(MachineId machine, String stateId, String imageDigest) throws IOException {
    DurableFiles.write(file(machine, stateId), imageDigest.getBytes(StandardCharsets.UTF_8));
  }

  String find(MachineId machine, String stateId) throws IOException {
    try {
      return Files.readString(file(machine, stateId));
    } catch (NoSuchFileException unknown) {
      return UNKNOWN;
    }
  }

  void remove(MachineId machine, String stateId) throws IOException {
    Files.deleteIfExists(file(machine, stateId));
  }

  private Path file(MachineId machine, String stateId) {
    return folder.resolve(machine + "@" + stateId);
  }
}
