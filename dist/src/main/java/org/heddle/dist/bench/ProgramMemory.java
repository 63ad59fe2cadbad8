package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Resident memory of the programs of a grid in a box, read from the kernel. */
final class ProgramMemory {
  private ProgramMemory() {}

  /** MiB by program: {@code controller}, {@code agent host1} and so on. */
  static Map<String, Long> of(String stateFolder) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        try {
          String command = Files.readString(process.resolve("cmdline")).replace('\0', ' ');
          if (command.contains(stateFolder + "/controller")) {
            found.put("controller", resident(process));
          } else if (command.contains(" agent ") && command.contains(stateFolder + "/hosts/")) {
            String host = command.replaceAll(".* --name (\\S+) .*", "$1");
            found.put("agent " + host, resident(process));
          }
        } catch (IOException ended) {
          // It ended while we looked.
        }
      }
    }
    return found;
  }

  private static long resident(Path process) throws IOException {
    return Files.readAllLines(process.resolve("status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
