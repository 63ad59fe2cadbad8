package org.heddle.drivers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.heddle.drivers.ConformanceBench.EXEC;
import static org.heddle.drivers.ConformanceBench.MACHINE;
import static org.heddle.drivers.ConformanceBench.READY;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.heddle.drivers.Capability.Console;
import org.heddle.drivers.Capability.GuestClock;
import org.heddle.drivers.Capability.GuestExec.ExecResult;
import org.heddle.drivers.Capability.LiveMigrating;
import org.heddle.drivers.Capability.LiveMigrating.Incoming;
import org.heddle.drivers.Capability.Pausing;
import org.heddle.drivers.Capability.Suspending;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every driver must keep. A driver's test extends this with a {@link DriverWorld} and nothing
 * else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
public abstract class DriverConformance {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private ConformanceBench bench;

  protected abstract DriverWorld world(Path folder) throws Exception;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    bench = new ConformanceBench(world(folder), folder);
  }

  @AfterEach
  void clear() throws Exception {
    bench.clear();
  }

  @AfterAll
  void close() throws Exception {
    bench.close();
  }

  @Test
  void bootAndStopAreSafeToRepeat() throws Exception {
    Driver a = bench.on("a");
    a.boot(bench.config(7));
    a.boot(bench.config(7));
    a.awaitReady(MACHINE, READY);
    assertThat(a.machines()).hasSize(1);
    assertThat(bench.live(a)).isEqualTo(Live.RUNNING);
    assertThat(bench.report(a).incarnation()).isEqualTo(7);
    assertThat(code(() -> a.boot(bench.config(8)))).isEqualTo(Code.WRONG_STATE);
    a.stop(MACHINE, Duration.ofSeconds(10));
    a.stop(MACHINE, Duration.ofSeconds(10));
    assertThat(a.machines()).isEmpty();
  }

  @Test
  void driverThatOpensAgainFindsTheMachineAndUsesIt() throws Exception {
    bench.running("a");
    Driver again = bench.reopen("a");
    assertThat(bench.live(again)).isEqualTo(Live.RUNNING);
    assertThat(bench.report(again).incarnation()).isEqualTo(1);
    assertThat(bench.mark(again)).isEqualTo("golden");
    again.require(Pausing.class).pause(MACHINE, Instant.EPOCH);
    Driver third = bench.reopen("a");
    assertThat(bench.live(third)).isEqualTo(Live.PAUSED);
    third.require(Suspending.class).save(MACHINE, "s1");
    assertThat(bench.savedStates(bench.reopen("a"))).containsExactly("s1");
  }

  @Test
  void pausesAndContinuesAtTheTimeThatIsAsked() throws Exception {
    Driver a = bench.running("a");
    Pausing pausing = a.require(Pausing.class);
    Instant at = Instant.now().plusMillis(200);
    Instant paused = pausing.pause(MACHINE, at);
    assertThat(paused).isAfterOrEqualTo(at.minusMillis(1));
    assertThat(bench.live(a)).isEqualTo(Live.PAUSED);
    assertThat(pausing.pause(MACHINE, Instant.EPOCH)).isEqualTo(paused);
    assertThat(code(() -> bench.mark(a))).isEqualTo(Code.WRONG_STATE);
    Instant running = pausing.proceed(MACHINE, paused.plusMillis(100));
    assertThat(running).isAfterOrEqualTo(paused.plusMillis(99));
    assertThat(pausing.proceed(MACHINE, Instant.EPOCH)).isEqualTo(running);
    assertThat(bench.live(a)).isEqualTo(Live.RUNNING);
    assertThat(bench.mark(a)).isEqualTo("golden");
  }

  @Test
  void savedStateGivesTheSameMachineHoweverOftenItIsResumed() throws Exception {
    Driver a = bench.running("a");
    bench.mark(a, "first");
    save(a, "s1");
    save(a, "s1");
    assertThat(bench.live(a)).isEqualTo(Live.NONE);
    for (long incarnation = 2; incarnation < 4; incarnation++) {
      resume(a, incarnation, "s1");
      assertThat(bench.mark(a)).isEqualTo("first");
      assertThat(bench.report(a).incarnation()).isEqualTo(incarnation);
      bench.mark(a, "changed later");
      a.stop(MACHINE, Duration.ZERO);
    }
    assertThat(bench.savedStates(a)).containsExactly("s1");
  }

  @Test
  void suspendsAgainAfterAResumeAndKeepsBothStates() throws Exception {
    Driver a = bench.running("a");
    save(a, "s1");
    resume(a, 2, "s1");
    bench.mark(a, "second");
    save(a, "s2");
    assertThat(bench.savedStates(a)).containsExactly("s1", "s2");
    a.require(Suspending.class).discard(MACHINE, "s1");
    a.require(Suspending.class).discard(MACHINE, "s1");
    assertThat(bench.savedStates(a)).containsExactly("s2");
    assertThat(code(() -> resume(a, 3, "s1"))).isEqualTo(Code.BAD_STATE);
    resume(a, 3, "s2");
    assertThat(bench.mark(a)).isEqualTo("second");
  }

  @Test
  void resumesOnAnotherHostFromACopy() throws Exception {
    Driver a = bench.running("a");
    Driver b = bench.on("b");
    bench.mark(a, "from a");
    save(a, "s1");
    send(a, b, "s1");
    b.require(Suspending.class).admit(MACHINE, "s1");
    b.require(Suspending.class).admit(MACHINE, "s1");
    resume(b, 2, "s1");
    assertThat(bench.mark(b)).isEqualTo("from a");
    assertThat(bench.savedStates(a)).containsExactly("s1");
  }

  @Test
  void refusesASavedStateWithAFlippedBit() throws Exception {
    Driver a = bench.running("a");
    save(a, "s1");
    bench.world().damage("a", MACHINE, "s1", a.require(Suspending.class).savedState(MACHINE, "s1"));
    assertThat(code(() -> a.require(Suspending.class).restore(bench.config(2), "s1")))
        .isEqualTo(Code.BAD_STATE);
    assertThat(bench.live(a)).isEqualTo(Live.NONE);
  }

  @Test
  void refusesACopyThatIsDamagedOrIncompleteAndTakesTheNextOne() throws Exception {
    Driver a = bench.running("a");
    Driver b = bench.on("b");
    save(a, "s1");
    Suspending receiver = b.require(Suspending.class);
    ConformanceFiles.flip(send(a, b, "s1"));
    assertThat(code(() -> receiver.admit(MACHINE, "s1"))).isEqualTo(Code.BAD_STATE);
    Path folder = send(a, b, "s1");
    Files.delete(ConformanceFiles.files(folder).getFirst());
    assertThat(code(() -> receiver.admit(MACHINE, "s1"))).isEqualTo(Code.BAD_STATE);
    assertThat(bench.savedStates(b)).isEmpty();
    send(a, b, "s1");
    receiver.admit(MACHINE, "s1");
    assertThat(bench.savedStates(b)).containsExactly("s1");
  }

  @Test
  void saveCutShortLeavesAWholeStateOrNone() throws Exception {
    for (int delayMs : new int[] {0, 20, 60, 150}) {
      Driver a = bench.running("a");
      a.require(Pausing.class).pause(MACHINE, Instant.EPOCH);
      FutureTask<?> saving =
          start(() -> {
            a.require(Suspending.class).save(MACHINE, "s1");
            return null;
          });
      TimeUnit.MILLISECONDS.sleep(delayMs);
      a.stop(MACHINE, Duration.ZERO);
      boolean failed = fails(saving);
      assertThat(bench.live(a)).isEqualTo(Live.NONE);
      List<String> saved = bench.savedStates(bench.reopen("a"));
      assertThat(saved).isEqualTo(failed ? List.of() : List.of("s1"));
      if (!failed) {
        resume(bench.on("a"), 2, "s1");
        assertThat(bench.mark(bench.on("a"))).isEqualTo("golden");
      }
      bench.clear();
    }
  }

  @Test
  void migratesLive() throws Exception {
    Driver a = bench.running("a");
    Driver b = bench.on("b");
    bench.mark(a, "moving");
    Incoming incoming = prepare(b);
    assertThat(bench.live(b)).isEqualTo(Live.INCOMING);
    Instant stopped = a.require(LiveMigrating.class).migrate(MACHINE, incoming, _ -> {});
    Instant started = b.require(LiveMigrating.class).arrive(MACHINE, PATIENCE);
    assertThat(started).isAfterOrEqualTo(stopped);
    assertThat(a.require(LiveMigrating.class).migrate(MACHINE, incoming, _ -> {}))
        .isEqualTo(stopped);
    assertThat(b.require(LiveMigrating.class).arrive(MACHINE, PATIENCE)).isEqualTo(started);
    assertThat(bench.live(bench.reopen("a"))).isEqualTo(Live.GONE);
    assertThat(bench.live(b)).isEqualTo(Live.RUNNING);
    assertThat(bench.mark(b)).isEqualTo("moving");
    bench.on("a").stop(MACHINE, Duration.ZERO);
    assertThat(bench.live(bench.on("a"))).isEqualTo(Live.NONE);
    save(b, "s1");
    resume(b, 2, "s1");
    assertThat(bench.mark(b)).isEqualTo("moving");
  }

  @Test
  void keepsRunningWhenTheTargetDiesInTheMiddleAndMovesAtTheNextTry() throws Exception {
    Driver a = bench.running("a");
    Driver b = bench.on("b");
    Incoming lost = prepare(b);
    assertThat(code(() -> a.require(LiveMigrating.class).migrate(MACHINE, lost, _ -> stop(b))))
        .isIn(Code.UNREACHABLE, Code.DRIVER);
    assertThat(bench.live(a)).isEqualTo(Live.RUNNING);
    assertThat(bench.mark(a)).isEqualTo("golden");
    assertThat(code(() -> a.require(LiveMigrating.class).migrate(MACHINE, lost, _ -> {})))
        .isEqualTo(Code.UNREACHABLE);
    assertThat(bench.live(a)).isEqualTo(Live.RUNNING);
    a.require(LiveMigrating.class).migrate(MACHINE, prepare(b), _ -> {});
    b.require(LiveMigrating.class).arrive(MACHINE, PATIENCE);
    assertThat(bench.mark(b)).isEqualTo("golden");
  }

  @Test
  void takesBackAMachineThatNeverArrived() throws Exception {
    Driver a = bench.running("a");
    Driver b = bench.on("b");
    a.require(LiveMigrating.class).migrate(MACHINE, prepare(b), _ -> {});
    b.stop(MACHINE, Duration.ZERO);
    assertThat(code(() -> b.require(LiveMigrating.class).arrive(MACHINE, PATIENCE)))
        .isEqualTo(Code.WRONG_STATE);
    a.require(LiveMigrating.class).takeBack(MACHINE);
    assertThat(bench.live(a)).isEqualTo(Live.RUNNING);
    assertThat(bench.mark(a)).isEqualTo("golden");
  }

  @Test
  void stopCutsShortWhateverGoesOn() throws Exception {
    Driver a = bench.on("a");
    a.boot(bench.config(1));
    FutureTask<?> waiting =
        start(() -> {
          a.awaitReady(MACHINE, READY);
          return null;
        });
    a.stop(MACHINE, Duration.ZERO);
    assertThat(bench.live(a)).isEqualTo(Live.NONE);
    await().atMost(PATIENCE).until(waiting::isDone);

    bench.running("a");
    Incoming incoming = prepare(bench.on("b"));
    assertThat(code(() -> a.require(LiveMigrating.class).migrate(MACHINE, incoming, _ -> stop(a))))
        .isNotNull();
    assertThat(bench.live(a)).isEqualTo(Live.NONE);
    bench.on("b").stop(MACHINE, Duration.ZERO);
    assertThat(bench.live(bench.on("b"))).isEqualTo(Live.NONE);
  }

  @Test
  void deadProcessIsReportedAndCanBeCleanedUpOrReplaced() throws Exception {
    Driver a = bench.running("a");
    LinkedBlockingQueue<MachineId> deaths = new LinkedBlockingQueue<>();
    a.onDeath(deaths::add);
    bench.world().kill("a", MACHINE);
    assertThat(deaths.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(MACHINE);
    assertThat(bench.live(a)).isEqualTo(Live.DEAD);
    assertThat(bench.live(bench.reopen("a"))).isEqualTo(Live.DEAD);
    Driver again = bench.on("a");
    assertThat(code(() -> bench.mark(again))).isEqualTo(Code.WRONG_STATE);
    again.stop(MACHINE, Duration.ZERO);
    assertThat(again.machines()).isEmpty();
  }

  @Test
  void bootReplacesADeadMachineAndStopIsNotADeath() throws Exception {
    Driver a = bench.running("a");
    LinkedBlockingQueue<MachineId> deaths = new LinkedBlockingQueue<>();
    a.onDeath(deaths::add);
    bench.world().kill("a", MACHINE);
    assertThat(deaths.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(MACHINE);
    a.boot(bench.config(2));
    assertThat(bench.live(a)).isEqualTo(Live.RUNNING);
    a.stop(MACHINE, Duration.ZERO);
    assertThat(deaths.poll(300, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void runsProgramsInTheGuest() throws Exception {
    Driver a = bench.running("a");
    assertThat(bench.exec(a, "", "echo", "a b", "c"))
        .isEqualTo(new ExecResult(0, "a b c\n", "", false));
    assertThat(bench.exec(a, "", "false").exitCode()).isEqualTo(1);
    assertThat(bench.exec(a, "", "cat", "/does/not/exist").error()).contains("/does/not/exist");
    assertThat(bench.exec(a, "", "no-such-program").exitCode()).isEqualTo(127);
    String long200k = "0123456789".repeat(20_000);
    assertThat(bench.exec(a, long200k, "cat").output()).isEqualTo(long200k);
  }

  @Test
  void consoleTellsAllFromAnOffsetAndEndsWithTheMachine() throws Exception {
    Driver a = bench.running("a");
    Console console = a.require(Console.class);
    bench.exec(a, "knock one\n", "tee", "/dev/console");
    await().atMost(PATIENCE).until(() -> printed(console, 0).matches("(?s).*knock one\\r?\\n"));
    int from = printed(console, 0).length();
    bench.exec(a, "knock two\n", "tee", "/dev/console");
    try (InputStream follow = console.output(MACHINE, from, true)) {
      byte[] bytes = follow.readNBytes(9);
      assertThat(new String(bytes, UTF_8)).isEqualTo("knock two");
      FutureTask<byte[]> rest = start(follow::readAllBytes);
      a.stop(MACHINE, Duration.ZERO);
      assertThat(rest.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void whatIsTypedArrivesWholeAndInOrder() throws Exception {
    Driver a = bench.running("a");
    Console console = a.require(Console.class);
    String first = "echo 0123456789 0123456789 0123456789";
    String second = " abcdefghij abcdefghij";
    for (String typed : new String[] {first, second}) {
      try (OutputStream keys = console.input(MACHINE)) {
        keys.write(typed.getBytes(UTF_8));
      }
    }
    await().atMost(PATIENCE).until(() -> printed(console, 0).contains(first + second));
  }

  @Test
  void clockIsSetWhenAskedAndAfterAResume() throws Exception {
    Driver a = bench.running("a");
    Instant past = Instant.ofEpochSecond(1_500_000_000);
    // The clock is set in the background after a resume, which may come after the first try.
    await()
        .atMost(PATIENCE)
        .until(() -> {
          a.require(GuestClock.class).setClock(MACHINE, past);
          return Math.abs(guestTime(a) - past.getEpochSecond()) < 60;
        });
    save(a, "s1");
    resume(a, 2, "s1");
    await()
        .atMost(PATIENCE)
        .until(() -> {
          long before = Instant.now().getEpochSecond();
          long guest = guestTime(a);
          return before - 2 <= guest && guest <= Instant.now().getEpochSecond() + 2;
        });
  }

  @Test
  void refusesWhatTheStateDoesNotAllow() throws Exception {
    Driver b = bench.on("b");
    assertThat(code(() -> b.awaitReady(MACHINE, EXEC))).isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> b.require(Pausing.class).pause(MACHINE, Instant.EPOCH)))
        .isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> b.require(Pausing.class).proceed(MACHINE, Instant.EPOCH)))
        .isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> b.require(Suspending.class).save(MACHINE, "s1")))
        .isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> b.require(Suspending.class).restore(bench.config(1), "s1")))
        .isEqualTo(Code.BAD_STATE);
    assertThat(code(() -> b.require(Suspending.class).savedState(MACHINE, "s1")))
        .isEqualTo(Code.BAD_STATE);
    assertThat(code(() -> b.require(Console.class).output(MACHINE, 0, false)))
        .isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> bench.mark(b))).isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> b.require(LiveMigrating.class).arrive(MACHINE, PATIENCE)))
        .isEqualTo(Code.WRONG_STATE);
    Driver a = bench.running("a");
    assertThat(code(() -> a.require(Suspending.class).save(MACHINE, "s1")))
        .isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> prepare(a))).isEqualTo(Code.WRONG_STATE);
    assertThat(code(() -> a.require(LiveMigrating.class).takeBack(MACHINE))).isNull();
    assertThat(bench.mark(a)).isEqualTo("golden");
  }

  private void save(Driver driver, String stateId) throws DriverException {
    if (bench.live(driver) == Live.RUNNING) {
      driver.require(Pausing.class).pause(MACHINE, Instant.EPOCH);
    }
    driver.require(Suspending.class).save(MACHINE, stateId);
  }

  private void resume(Driver driver, long incarnation, String stateId) throws DriverException {
    driver.require(Suspending.class).restore(bench.config(incarnation), stateId);
    assertThat(bench.live(driver)).isEqualTo(Live.PAUSED);
    driver.require(Pausing.class).proceed(MACHINE, Instant.EPOCH);
  }

  /** Copies a saved state into a new folder for it on the other host, without admitting it. */
  private static Path send(Driver from, Driver to, String stateId) throws Exception {
    Path folder = to.require(Suspending.class).receiving(MACHINE, stateId);
    for (Path old : ConformanceFiles.files(folder)) {
      Files.delete(old);
    }
    ConformanceFiles.copy(
        from.require(Suspending.class).savedState(MACHINE, stateId), folder, false);
    return folder;
  }

  private Incoming prepare(Driver driver) throws DriverException {
    return driver.require(LiveMigrating.class).prepare(bench.config(1), bench.world().address());
  }

  private static void stop(Driver driver) {
    try {
      driver.stop(MACHINE, Duration.ZERO);
    } catch (DriverException e) {
      throw new AssertionError(e);
    }
  }

  private long guestTime(Driver driver) throws DriverException {
    return Long.parseLong(bench.exec(driver, "", "date", "+%s").output().strip());
  }

  private static String printed(Console console, long from) throws Exception {
    try (InputStream output = console.output(MACHINE, from, false)) {
      return new String(output.readAllBytes(), UTF_8);
    }
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }

  private static boolean fails(FutureTask<?> task) throws Exception {
    try {
      task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(DriverException.class);
      return true;
    }
  }

  private static @org.jspecify.annotations.Nullable Code code(ThrowingCallable call) {
    DriverException thrown = catchThrowableOfType(DriverException.class, call);
    return thrown == null ? null : thrown.code();
  }
}
