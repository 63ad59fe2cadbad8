package org.heddle.dist.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.heddle.dist.Main;

/** The program as processes of its own, with what they say in files of a folder. */
final class StoreProcesses {
  private static final long PATIENCE_S = 120;

  private final Path folder;

  StoreProcesses(Path folder) {
    this.folder = folder;
  }

  record Run(int exit, String out, String err) {}

  /** {@code heddle store} with these words; one with a leading @ is a file of the folder. */
  Run heddle(String... words) throws IOException, InterruptedException {
    List<String> command = java();
    for (String word : words) {
      command.add(word.startsWith("@") ? folder.resolve(word.substring(1)).toString() : word);
    }
    return run(command);
  }

  Run run(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " does not end: " + Files.readString(err));
    }
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static List<String> java() {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "store"));
  }

  /** A served store; its address is the last word of its first line. */
  record Served(Process process, String url) implements AutoCloseable {
    @Override
    public void close() {
      process.destroy();
      process.onExit().orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
    }
  }

  Served serve(Path store, String... more) throws IOException {
    List<String> command = java();
    command.addAll(List.of("serve", "--listen", "127.0.0.1:0", "--store", store.toString()));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader said = process.inputReader();
    String line = said.readLine();
    if (line == null || !line.contains("http://")) {
      process.destroyForcibly();
      throw new IOException("no store is served: " + line + "\n" + said.lines().toList());
    }
    return new Served(process, line.substring(line.indexOf("http://")));
  }

  /** A script of this text in the folder. */
  Path script(String name, String text) throws IOException {
    Path script = folder.resolve(name);
    Files.createDirectories(script.getParent());
    Files.writeString(script, "#!/bin/sh\n" + text + "\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }

  /** A folder with a command {@code heddle} in it, which is this program. */
  Path bin() throws IOException {
    List<String> quoted = new ArrayList<>();
    List<String> words = java();
    for (String word : words.subList(0, words.size() - 1)) {
      quoted.add("'" + word + "'");
    }
    script("bin/heddle", "exec " + String.join(" ", quoted) + " \"$@\"");
    return folder.resolve("bin");
  }
}
