package org.heddle.images;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Limits of memory and processes by control groups, of either version, as far as this machine lets
 * us make some. Without any, the sandbox counts processes itself.
 */
final class ControlGroup implements AutoCloseable {
  /** As seen here, and as the first process sees it: {@code ip netns exec} mounts an empty one. */
  private static final List<Path> MOUNTS =
      List.of(Path.of("/sys/fs/cgroup"), Path.of("/proc/1/root/sys/fs/cgroup"));

  private static final int TRIES = 100;

  /** Is there where all controllers have one tree (cgroups(7), version 2). */
  private static final String UNIFIED = "cgroup.controllers";

  private final List<Path> folders;
  private final boolean limitsProcesses;

  private ControlGroup(List<Path> folders, boolean limitsProcesses) {
    this.folders = folders;
    this.limitsProcesses = limitsProcesses;
  }

  static ControlGroup make(String name, Limits limits) {
    long bytes = limits.memoryMiB() << 20;
    List<Path> folders = new ArrayList<>();
    boolean processes = false;
    Path mounts = mounts();
    if (Files.exists(mounts.resolve(UNIFIED))) {
      tell(mounts.resolve("cgroup.subtree_control"), "+memory +pids");
      Path folder = mounts.resolve(name);
      if (folder(folder)) {
        folders.add(folder);
        processes = tell(folder.resolve("pids.max"), Integer.toString(limits.processes()));
        tell(folder.resolve("memory.max"), Long.toString(bytes));
        tell(folder.resolve("memory.swap.max"), "0");
      }
    } else {
      Path pids = mounts.resolve("pids").resolve(name);
      if (folder(pids)) {
        folders.add(pids);
        processes = tell(pids.resolve("pids.max"), Integer.toString(limits.processes()));
      }
      Path memory = mounts.resolve("memory").resolve(name);
      if (folder(memory)) {
        folders.add(memory);
        tell(memory.resolve("memory.limit_in_bytes"), Long.toString(bytes));
      }
    }
    return new ControlGroup(folders, processes);
  }

  private static Path mounts() {
    return MOUNTS.stream()
        .filter(at -> Files.exists(at.resolve(UNIFIED)) || Files.exists(at.resolve("memory")))
        .findFirst()
        .orElse(MOUNTS.getFirst());
  }

  private static boolean folder(Path folder) {
    try {
      Files.createDirectory(folder);
      return true;
    } catch (IOException notOurs) {
      return false;
    }
  }

  private static boolean tell(Path file, String value) {
    try {
      Files.writeString(file, value);
      return true;
    } catch (IOException notOurs) {
      return false;
    }
  }

  List<Path> folders() {
    return List.copyOf(folders);
  }

  boolean limitsProcesses() {
    return limitsProcesses;
  }

  /** The kernel lets go of a group a little after its last process. */
  @Override
  public void close() throws IOException {
    for (Path folder : folders) {
      for (int attempt = 1; ; attempt++) {
        try {
          Files.deleteIfExists(folder);
          break;
        } catch (DirectoryNotEmptyException busy) {
          pause(attempt, busy);
        } catch (FileSystemException busy) {
          pause(attempt, busy);
        }
      }
    }
  }

  private static void pause(int attempt, FileSystemException busy) throws FileSystemException {
    if (attempt == TRIES) {
      throw busy;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
      throw busy;
    }
  }
}
