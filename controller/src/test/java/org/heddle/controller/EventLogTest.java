package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.heddle.api.GridApi.EventView;
import org.heddle.controller.store.KeyValueStore;
import org.heddle.controller.store.KeyValueStore.Transaction;
import org.heddle.controller.store.SqliteStore;
import org.heddle.engine.Step.Notice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
  @TempDir Path folder;

  private KeyValueStore open() {
    return new SqliteStore(folder.resolve("state.db"));
  }

  private static void write(KeyValueStore store, EventLog log, int count) {
    List<Notice> notices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      notices.add(new Notice("kind", "subject", "message"));
    }
    assertThat(store.commit(new Transaction(List.of(), log.append(notices, 5))).done()).isTrue();
    log.stored(notices);
  }

  private static List<Long> ids(List<EventView> events) {
    return events.stream().map(EventView::id).toList();
  }

  @Test
  void theOldestAreForgottenAndNumbersGoOnAfterOpeningAgain() {
    try (KeyValueStore store = open()) {
      write(store, new EventLog(store, 3), 2);
    }
    try (KeyValueStore store = open()) {
      EventLog log = new EventLog(store, 3);
      write(store, log, 3);
      assertThat(ids(log.after(0, 10))).containsExactly(3L, 4L, 5L);
      assertThat(ids(log.after(3, 1))).containsExactly(4L);
      assertThat(log.after(5, 10)).isEmpty();
      assertThat(ids(log.newest(2))).containsExactly(4L, 5L);
      assertThat(ids(log.newest(10))).containsExactly(3L, 4L, 5L);
    }
  }

  @Test
  void whatIsNotStoredTakesNoNumber() {
    try (KeyValueStore store = open()) {
      EventLog log = new EventLog(store, 10);
      assertThat(log.append(List.of(new Notice("a", "b", "lost")), 1)).hasSize(1);
      write(store, log, 1);
      assertThat(ids(log.after(0, 10))).containsExactly(1L);
    }
  }

  @Test
  void aFollowerSeesEachEventOnceHoweverManyThereAre() throws InterruptedException {
    try (KeyValueStore store = open()) {
      EventLog log = new EventLog(store, 5_000);
      write(store, log, 1_200);
      List<Long> seen = new ArrayList<>();
      try (EventLog.Follower follower = log.follow(7)) {
        while (seen.size() < 1_193) {
          seen.addAll(ids(follower.next(Duration.ofMinutes(1))));
        }
        assertThat(follower.next(Duration.ZERO)).isEmpty();
        write(store, log, 2);
        seen.addAll(ids(follower.next(Duration.ofMinutes(1))));
      }
      for (int i = 0; i < seen.size(); i++) {
        assertThat(seen.get(i)).isEqualTo(8 + i);
      }
      assertThat(seen).hasSize(1_195);
    }
  }
}
