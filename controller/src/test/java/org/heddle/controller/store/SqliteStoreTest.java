package org.heddle.controller.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.heddle.controller.store.KeyValueStore.Change;
import org.heddle.controller.store.KeyValueStore.Entry;
import org.heddle.controller.store.KeyValueStore.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreConformance {
  private static final int PAST = 600;
  @TempDir Path folder;
  private final AtomicLong now = new AtomicLong();

  @Override
  KeyValueStore open() {
    return new SqliteStore(folder.resolve("state.db"), now::get, PAST);
  }

  @Override
  int past() {
    return PAST;
  }

  @Override
  void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  /** Stores something, and dies without a word. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] arguments) {
      KeyValueStore store = new SqliteStore(Path.of(arguments[0]));
      store.commit(new Transaction(List.of(), List.of(new Change.Put("a", "b"))));
      Runtime.getRuntime().halt(9);
    }
  }

  @Test
  void aProcessThatIsKilledLeavesNothingButTheDatabase() throws Exception {
    Path state = Files.createDirectory(folder.resolve("killed"));
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path old = Files.createDirectory(state.resolve("native"));
    Files.createFile(old.resolve("sqlite-of-an-earlier-start.so"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + temporary,
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Killed.class.getName(),
                state.resolve("state.db").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isEqualTo(9);
    assertThat(temporary).isEmptyDirectory();
    try (var left = Files.list(state)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .contains("state.db")
          .allMatch(name -> name.startsWith("state.db"));
    }
  }

  /** Puts pairs for ever, and says the revision of each when it is stored. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      try (KeyValueStore store = new SqliteStore(Path.of(arguments[0]))) {
        while (true) {
          String value = "" + store.range("").revision();
          long revision =
              store
                  .commit(
                      new Transaction(
                          List.of(),
                          List.of(new Change.Put("a", value), new Change.Put("b", value))))
                  .revision();
          System.out.println(revision);
        }
      }
    }
  }

  @Test
  void aKilledWriterLosesNothingThatItHasReportedAndLeavesNoHalf() throws Exception {
    Path file = folder.resolve("killed.db");
    long reported = 0;
    for (int round = 0; round < 3; round++) {
      long now = writeAndKill(file, 30 + 40 * round);
      assertThat(now).isGreaterThan(reported);
      reported = now;
      try (KeyValueStore store = new SqliteStore(file)) {
        Entry a = store.get("a").orElseThrow();
        Entry b = store.get("b").orElseThrow();
        assertThat(store.range("").revision()).isGreaterThanOrEqualTo(reported);
        assertThat(a.value()).isEqualTo(b.value());
        assertThat(a.changedAt()).isEqualTo(b.changedAt());
      }
    }
  }

  /** Returns the last revision that the writer reported before it was killed. */
  private static long writeAndKill(Path file, int lines) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      long last = 0;
      for (int i = 0; i < lines; i++) {
        last = Long.parseLong(out.readLine());
      }
      writer.toHandle().destroyForcibly();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        last = line.isEmpty() ? last : Long.parseLong(line);
      }
      assertThat(writer.waitFor()).isEqualTo(137);
      return last;
    } finally {
      writer.destroyForcibly();
    }
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    Path file = folder.resolve("damaged.db");
    Files.writeString(file, "this is no database, whatever its name says".repeat(50));
    assertThatThrownBy(() -> new SqliteStore(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("damaged.db");
  }

  @Test
  void aFileOfANewerVersionIsRefused() throws Exception {
    Path file = folder.resolve("newer.db");
    try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> new SqliteStore(file)).hasMessageContaining("newer version");
  }
}
