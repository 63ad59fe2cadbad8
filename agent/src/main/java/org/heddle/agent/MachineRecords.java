package org.heddle.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.heddle.api.Json;
import org.heddle.model.MachineId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** The records of the machines of this host, each in a file of its own. Thread-safe. */
final class MachineRecords {
  private static final Logger LOG = LoggerFactory.getLogger(MachineRecords.class);
  private static final String SUFFIX = ".json";

  private final Path folder;
  private final ConcurrentSkipListMap<MachineId, MachineRecord> records =
      new ConcurrentSkipListMap<>();

  MachineRecords(Path folder) throws IOException {
    this.folder = DurableFiles.folder(folder);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        read(file);
      }
    }
  }

  private void read(Path file) throws IOException {
    try {
      MachineRecord read = Json.read(Files.readAllBytes(file), MachineRecord.class);
      records.put(read.launch().machine(), read);
    } catch (JacksonException unreadable) {
      LOG.warn("{}: cannot be read and is left out: {}", file, unreadable.getOriginalMessage());
    }
  }

  Optional<MachineRecord> find(MachineId machine) {
    return Optional.ofNullable(records.get(machine));
  }

  SortedMap<MachineId, MachineRecord> all() {
    return new TreeMap<>(records);
  }

  synchronized void put(MachineRecord machine) throws IOException {
    MachineId id = machine.launch().machine();
    DurableFiles.write(file(id), Json.bytes(machine));
    records.put(id, machine);
  }

  /**
   * Changes the record if it is still of that incarnation.
   *
   * @return the new record; empty when the machine has gone meanwhile
   */
  synchronized Optional<MachineRecord> update(
      MachineId machine, long incarnation, UnaryOperator<MachineRecord> change) throws IOException {
    MachineRecord was = records.get(machine);
    if (was == null || was.launch().incarnation() != incarnation) {
      return Optional.empty();
    }
    MachineRecord now = change.apply(was);
    put(now);
    return Optional.of(now);
  }

  synchronized void remove(MachineId machine) throws IOException {
    records.remove(machine);
    Files.deleteIfExists(file(machine));
  }

  private Path file(MachineId machine) {
    return folder.resolve(machine + SUFFIX);
  }
}
