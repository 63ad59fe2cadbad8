package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private static final Operation STOP = new Operation.Stop(Fixtures.machine("node"), true);
  private static final Outcome DONE = new Outcome.Done(1, 2, 3, 0);

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void file() {
    file = folder.resolve("operations");
  }

  @Test
  void remembersAcrossReopening() throws IOException {
    try (Journal journal = new Journal(file)) {
      journal.accepted("a", STOP);
      journal.accepted("b", STOP);
      journal.ended("a", DONE);
    }
    try (Journal journal = new Journal(file)) {
      assertThat(journal.find("a").orElseThrow().outcome()).contains(DONE);
      assertThat(journal.unfinished()).extracting(Journal.Entry::id).containsExactly("b");
      assertThat(journal.find("c")).isEmpty();
    }
  }

  @Test
  void aLineCutOffByACrashIsLeftOutAndDoesNoHarm() throws IOException {
    try (Journal journal = new Journal(file)) {
      journal.accepted("a", STOP);
      journal.ended("a", DONE);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int cut = 0; cut < whole.length; cut += 7) {
      Files.write(file, whole);
      Files.write(
          file,
          "{\"id\":\"torn\",\"operation\":{\"ty".substring(0, 1 + cut % 20).getBytes(UTF_8),
          StandardOpenOption.APPEND);
      try (Journal journal = new Journal(file)) {
        journal.accepted("b", STOP);
      }
      try (Journal journal = new Journal(file)) {
        assertThat(journal.find("a").orElseThrow().outcome()).contains(DONE);
        assertThat(journal.unfinished()).extracting(Journal.Entry::id).containsExactly("b");
      }
    }
  }

  @Test
  void keepsTheLastThatEndedAndAllThatDidNot() throws IOException {
    int kept = 10;
    int many = 10 * kept;
    try (Journal journal = new Journal(file, kept)) {
      journal.accepted("open", STOP);
      for (int i = 0; i < many; i++) {
        journal.accepted("op-" + i, STOP);
        journal.ended("op-" + i, DONE);
      }
      assertThat(journal.lastEnded(1).getFirst().id()).isEqualTo("op-" + (many - 1));
    }
    try (Journal journal = new Journal(file, kept)) {
      assertThat(journal.find("op-" + (many - kept))).isPresent();
      assertThat(journal.find("op-" + (many - kept - 1))).isEmpty();
      assertThat(journal.unfinished()).extracting(Journal.Entry::id).containsExactly("open");
    }
    assertThat(Files.readAllLines(file)).as("rewritten").hasSizeLessThan(5 * kept);
  }

  @Test
  void holdsWhatAModelHoldsOverRandomStepsAndRestarts() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Map<String, Optional<Outcome>> model = new LinkedHashMap<>();
    Set<String> open = new HashSet<>();
    Journal journal = new Journal(file);
    for (int step = 0; step < 200; step++) {
      switch (random.nextInt(8)) {
        case 0 -> {
          journal.close();
          journal = new Journal(file);
        }
        case 1, 2, 3 -> {
          if (!open.isEmpty()) {
            String id = open.stream().sorted().findFirst().orElseThrow();
            Outcome outcome = new Outcome.Failed(Outcome.Code.DRIVER, "step " + step);
            journal.ended(id, outcome);
            open.remove(id);
            model.put(id, Optional.of(outcome));
          }
        }
        default -> {
          String id = "id" + step;
          journal.accepted(id, STOP);
          open.add(id);
          model.put(id, Optional.empty());
        }
      }
      for (Map.Entry<String, Optional<Outcome>> known : model.entrySet()) {
        assertThat(journal.find(known.getKey()).orElseThrow().outcome())
            .as("seed %d step %d", seed, step)
            .isEqualTo(known.getValue());
      }
    }
    journal.close();
  }
}
