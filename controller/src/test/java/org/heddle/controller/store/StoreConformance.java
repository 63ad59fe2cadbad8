package org.heddle.controller.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.heddle.controller.store.KeyValueStore.Change;
import org.heddle.controller.store.KeyValueStore.Changed;
import org.heddle.controller.store.KeyValueStore.Compare;
import org.heddle.controller.store.KeyValueStore.Entry;
import org.heddle.controller.store.KeyValueStore.Range;
import org.heddle.controller.store.KeyValueStore.Result;
import org.heddle.controller.store.KeyValueStore.Transaction;
import org.heddle.controller.store.KeyValueStore.Watch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link KeyValueStore} keeps. A subclass says how to open one over the same data. */
abstract class StoreConformance {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final Duration AT_ONCE = Duration.ZERO;

  private KeyValueStore store;

  /** Opens the same data each time within one test. */
  abstract KeyValueStore open();

  /** How many revisions the store remembers at least; more than 500. */
  abstract int past();

  /** Makes the store believe that time has passed. */
  abstract void pass(Duration time);

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private Result put(String key, String value) {
    return commit(List.of(), new Change.Put(key, value));
  }

  private Result commit(List<Compare> compares, Change... changes) {
    return store.commit(new Transaction(compares, List.of(changes)));
  }

  private String value(String key) {
    return store.get(key).map(entry -> entry.value()).orElse("-");
  }

  private static List<String> told(List<Changed> changes) {
    return changes.stream()
        .map(it -> it.key() + it.value().map(value -> "=" + value).orElse(" gone"))
        .toList();
  }

  @Test
  void whatIsPutIsThereWithItsRevisions() {
    long first = put("a", "1").revision();
    long second = put("a", "2").revision();
    assertThat(second).isEqualTo(first + 1);
    Entry entry = store.get("a").orElseThrow();
    assertThat(entry.value()).isEqualTo("2");
    assertThat(entry.createdAt()).isEqualTo(first);
    assertThat(entry.changedAt()).isEqualTo(second);
    assertThat(store.get("b")).isEmpty();
  }

  @Test
  void aKeyThatWasDeletedIsCreatedAnew() {
    put("a", "1");
    commit(List.of(), new Change.Delete("a"));
    assertThat(store.get("a")).isEmpty();
    long again = put("a", "2").revision();
    assertThat(store.get("a").orElseThrow().createdAt()).isEqualTo(again);
  }

  @Test
  void aRangeIsAllKeysThatBeginSoInOrder() {
    for (String key : List.of("b/2", "b/1", "a/9", "b", "c", "b0", "b/10")) {
      put(key, key);
    }
    Range range = store.range("b/");
    assertThat(range.entries()).extracting(Entry::key).containsExactly("b/1", "b/10", "b/2");
    assertThat(range.revision()).isEqualTo(put("z", "").revision() - 1);
    assertThat(store.range("b/", "b/10", 1).entries())
        .extracting(Entry::key)
        .containsExactly("b/10");
  }

  @Test
  void aTransactionIsOneRevisionForAllItsChanges() {
    put("old", "x");
    Result result =
        commit(
            List.of(),
            new Change.Put("a", "1"),
            new Change.Delete("old"),
            new Change.Put("b", "2"));
    assertThat(store.get("a").orElseThrow().changedAt()).isEqualTo(result.revision());
    assertThat(store.get("b").orElseThrow().changedAt()).isEqualTo(result.revision());
    assertThat(store.get("old")).isEmpty();
  }

  @Test
  void aTransactionWhoseConditionFailsChangesNothing() {
    long at = put("a", "1").revision();
    Compare stale = new Compare.Unchanged("a", at - 1);
    Result no = commit(List.of(stale), new Change.Put("a", "2"), new Change.Delete("x"));
    assertThat(no).isEqualTo(new Result(false, at));
    assertThat(value("a")).isEqualTo("1");
    assertThat(commit(List.of(new Compare.Unchanged("a", at)), new Change.Put("a", "2")).done())
        .isTrue();
    assertThat(commit(List.of(new Compare.Unchanged("new", 0)), new Change.Put("new", "n")).done())
        .isTrue();
    assertThat(commit(List.of(new Compare.Unchanged("new", 0)), new Change.Put("new", "m")).done())
        .isFalse();
    assertThat(commit(List.of(new Compare.Exists("none")), new Change.Delete("a")).done())
        .isFalse();
    assertThat(commit(List.of(new Compare.Exists("a")), new Change.Delete("a")).done()).isTrue();
  }

  @Test
  void deletingWhatIsAbsentChangesNothing() {
    long before = put("a", "1").revision();
    assertThat(commit(List.of(), new Change.Delete("b"))).isEqualTo(new Result(true, before));
  }

  @Test
  void aKeyMayNotBeChangedTwiceInOneTransaction() {
    assertThatThrownBy(() -> commit(List.of(), new Change.Put("a", "1"), new Change.Delete("a")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFailedTransactionLeavesNoTrace() {
    long before = put("a", "1").revision();
    assertThatThrownBy(
            () -> commit(List.of(), new Change.Put("b", "2"), new Change.Put("c", "3", 4711)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(value("b")).isEqualTo("-");
    assertThat(put("a", "2").revision()).isEqualTo(before + 1);
  }

  @Test
  void allIsThereAfterOpeningAgain() {
    put("a", "1");
    long last = put("b", "2").revision();
    store.close();
    store = open();
    assertThat(value("a")).isEqualTo("1");
    assertThat(store.range("").revision()).isEqualTo(last);
    assertThat(put("c", "3").revision()).isEqualTo(last + 1);
  }

  @Test
  void aWatchSeesThePastFromItsRevisionAndThenWhatComes() throws InterruptedException {
    put("k/1", "a");
    long from = put("k/2", "b").revision();
    put("other", "x");
    commit(List.of(), new Change.Delete("k/1"), new Change.Put("k/3", "c"));
    try (Watch watch = store.watch("k/", from)) {
      assertThat(told(watch.next(SOON))).containsExactly("k/2=b", "k/1 gone", "k/3=c");
      assertThat(watch.next(AT_ONCE)).isEmpty();
      put("other", "y");
      assertThat(watch.next(AT_ONCE)).isEmpty();
      put("k/4", "d");
      assertThat(told(watch.next(SOON))).containsExactly("k/4=d");
    }
  }

  @Test
  void aWatchWaitsForWhatAnotherThreadPuts() throws InterruptedException {
    long now = put("a", "0").revision();
    try (Watch watch = store.watch("a", now + 1)) {
      Thread writer = Thread.ofVirtual().start(() -> put("a", "1"));
      assertThat(told(watch.next(SOON))).containsExactly("a=1");
      writer.join();
    }
  }

  @Test
  void closingAWatchEndsItsWait() throws InterruptedException {
    Watch watch = store.watch("a", 1);
    AtomicReference<List<Changed>> got = new AtomicReference<>();
    Thread reader =
        Thread.ofVirtual()
            .start(() -> {
              try {
                got.set(watch.next(Duration.ofMinutes(5)));
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
    watch.close();
    assertThat(reader.join(SOON)).isTrue();
    assertThat(got.get()).isEmpty();
  }

  @Test
  void aWatchThatAsksForTheForgottenPastIsTold() {
    List<Change> change = new ArrayList<>(List.of(new Change.Put("a", "x")));
    long first = store.commit(new Transaction(List.of(), change)).revision();
    for (int i = 0; i < past() * 3 / 2; i++) {
      store.commit(new Transaction(List.of(), change));
    }
    assertThatThrownBy(() -> store.watch("a", first)).isInstanceOf(KeyValueStore.Compacted.class);
  }

  @Test
  void theKeysOfALeaseGoWhenItIsNotKeptAlive() throws InterruptedException {
    long lease = store.grant(Duration.ofSeconds(60));
    long at = commit(List.of(), new Change.Put("leader", "me", lease)).revision();
    put("other", "stays");
    pass(Duration.ofSeconds(59));
    assertThat(store.keepAlive(lease)).isTrue();
    pass(Duration.ofSeconds(59));
    assertThat(value("leader")).isEqualTo("me");
    pass(Duration.ofSeconds(2));
    try (Watch watch = store.watch("leader", at + 1)) {
      assertThat(told(watch.next(SOON))).containsExactly("leader gone");
    }
    assertThat(value("other")).isEqualTo("stays");
    assertThat(store.keepAlive(lease)).isFalse();
  }

  @Test
  void aLeaseEndsWhenItIsRevoked() {
    long lease = store.grant(Duration.ofMinutes(5));
    commit(List.of(), new Change.Put("leader", "me", lease));
    store.revoke(lease);
    assertThat(store.get("leader")).isEmpty();
    assertThat(store.keepAlive(lease)).isFalse();
    store.revoke(lease);
  }

  @Test
  void aKeyPutAgainWithoutItsLeaseStays() {
    long lease = store.grant(Duration.ofMinutes(5));
    commit(List.of(), new Change.Put("a", "1", lease));
    put("a", "2");
    store.revoke(lease);
    assertThat(value("a")).isEqualTo("2");
  }

  @Test
  void aLeaseHasItsFullTimeAgainAfterOpening() {
    long lease = store.grant(Duration.ofSeconds(60));
    commit(List.of(), new Change.Put("a", "1", lease));
    pass(Duration.ofSeconds(50));
    store.close();
    store = open();
    pass(Duration.ofSeconds(50));
    assertThat(value("a")).isEqualTo("1");
    assertThat(store.keepAlive(lease)).isTrue();
  }

  @Test
  void ofTwoThatCompareAndSwapExactlyOneWinsEachTime() throws InterruptedException {
    put("n", "0");
    int threads = 4;
    int each = 50;
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      all.add(Thread.ofVirtual().start(() -> count(each)));
    }
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(value("n")).isEqualTo("" + threads * each);
  }

  private void count(int times) {
    for (int done = 0; done < times; ) {
      Entry entry = store.get("n").orElseThrow();
      int n = Integer.parseInt(entry.value());
      Compare same = new Compare.Unchanged("n", entry.changedAt());
      if (commit(List.of(same), new Change.Put("n", "" + (n + 1))).done()) {
        done++;
      }
    }
  }

  @Test
  void randomTransactionsGiveWhatAPlainMapGives() throws InterruptedException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TreeMap<String, String> expected = new TreeMap<>();
    List<String> history = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      TreeMap<String, Change> changes = new TreeMap<>();
      for (int j = random.nextInt(4); j >= 0; j--) {
        String key = "k" + random.nextInt(20);
        Change put = new Change.Put(key, "" + random.nextInt());
        changes.put(key, random.nextInt(3) == 0 ? new Change.Delete(key) : put);
      }
      for (Change change : changes.values()) {
        if (change instanceof Change.Put(String key, String value, long _)) {
          expected.put(key, value);
          history.add(key + "=" + value);
        } else if (expected.remove(change.key()) != null) {
          history.add(change.key() + " gone");
        }
      }
      store.commit(new Transaction(List.of(), List.copyOf(changes.values())));
      if (random.nextInt(20) == 0) {
        store.close();
        store = open();
      }
    }
    TreeMap<String, String> found = new TreeMap<>();
    store.range("").entries().forEach(entry -> found.put(entry.key(), entry.value()));
    assertThat(found).as("seed %d", seed).isEqualTo(expected);
    try (Watch watch = store.watch("", 1)) {
      assertThat(told(watch.next(AT_ONCE))).as("seed %d", seed).isEqualTo(history);
    }
  }
}
