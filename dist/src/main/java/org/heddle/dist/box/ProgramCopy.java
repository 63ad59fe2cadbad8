package org.heddle.dist.box;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.heddle.drivers.Folders;
import org.heddle.drivers.LiveProcess;

/**
 * A copy of our jars in the state folder, for programs that run longer than we do: a Java machine
 * whose jars are overwritten by the next build dies of it. Named by its content, so that the same
 * program is copied once and another one is seen to be another.
 */
final class ProgramCopy {
  private final Path folder;

  /**
   * @param folder where the copies lie, one folder each
   */
  ProgramCopy(Path folder) {
    this.folder = folder;
  }

  /**
   * The class path of the copy. Folders of classes (in a developer's tests) are taken as they are.
   *
   * @param classPath ours
   */
  String of(String classPath) throws IOException {
    List<Path> jars = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    for (String entry : classPath.split(":", -1)) {
      Path path = Path.of(entry).toAbsolutePath().normalize();
      if (Files.isRegularFile(path)) {
        jars.add(path);
      } else if (!entry.isEmpty()) {
        folders.add(path.toString());
      }
    }
    List<String> words = new ArrayList<>(folders);
    if (folders.isEmpty()) {
      words.addAll(copies(jars));
    } else {
      jars.forEach(jar -> words.add(jar.toString()));
    }
    return String.join(":", words);
  }

  private List<String> copies(List<Path> jars) throws IOException {
    Path whole = folder.resolve(name(jars));
    if (!Files.exists(whole)) {
      Path fresh = folder.resolve("new");
      Folders.remove(fresh);
      Files.createDirectories(fresh);
      for (int i = 0; i < jars.size(); i++) {
        Files.copy(jars.get(i), fresh.resolve(copyName(i, jars.get(i))));
      }
      Files.move(fresh, whole, StandardCopyOption.ATOMIC_MOVE);
    }
    List<String> copies = new ArrayList<>();
    for (int i = 0; i < jars.size(); i++) {
      copies.add(whole.resolve(copyName(i, jars.get(i))).toString());
    }
    return copies;
  }

  /** Numbered, for two jars may have one name and their order matters. */
  private static String copyName(int position, Path jar) {
    return "%03d-%s".formatted(position, jar.getFileName());
  }

  /** A checksum and not a digest: it tells builds apart, and is read at every start. */
  private static String name(List<Path> jars) throws IOException {
    CRC32 content = new CRC32();
    long size = 0;
    for (Path jar : jars) {
      byte[] bytes = Files.readAllBytes(jar);
      content.update(bytes);
      size += bytes.length;
    }
    return "%d-%08x".formatted(size, content.getValue());
  }

  /** Removes the copies that none of these processes runs. */
  void prune(List<LiveProcess> running) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> copies = Files.newDirectoryStream(folder)) {
      for (Path copy : copies) {
        String mark = copy + "/";
        boolean used =
            running.stream()
                .anyMatch(p -> p.command().stream().anyMatch(word -> word.contains(mark)));
        if (!used) {
          Folders.remove(copy);
        }
      }
    }
  }
}
