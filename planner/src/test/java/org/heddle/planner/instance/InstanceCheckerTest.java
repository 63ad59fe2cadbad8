package org.heddle.planner.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.planner.instance.Small.A;
import static org.heddle.planner.instance.Small.B;
import static org.heddle.planner.instance.Small.C;
import static org.heddle.planner.instance.Small.R;
import static org.heddle.planner.instance.Small.S;

import java.util.List;
import org.heddle.planner.instance.TimedAction.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InstanceCheckerTest {

  @Test
  void nothingToDoIsRight() {
    assertThat(new Small().violations()).isEmpty();
  }

  /** What the origin keeps (none) or breaks (the words), without any action. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spread(a,c)                              |",
        "spread(a,b)                              | a and b run on host1",
        "gather(a,b)                              |",
        "gather(a,c)                              | a runs on host1 and c runs on host2",
        "among(*, {host[1-2], host[3-4]})         |",
        "among(*, {host1, host[2-4]})             | c runs on host2, in another part",
        "among(a, {host2, host[3-4]})             | a runs on host1, in none of the parts",
        "splitAmong({{a,b}, c}, {host1, host2})   |",
        "splitAmong({{a,b}, c}, {host[1-2], host3}) | two groups are in part 1",
        "split({a,b}, {c})                        |",
        "split({a,c}, {b})                        | b runs on host1, with a machine of another group",
        "fence(a, host[1-2])                      |",
        "fence(a, host[2-3])                      | a runs on host1",
        "ban(a, host[2-3])                        |",
        "ban(a, host[1-3])                        | a runs on host1",
        "lonely(a,b)                              |",
        "lonely(a)                                | b runs on host1 too",
        "runningCapacity(host[1-2], 3)            |",
        "runningCapacity(host[1-2], 2)            | 3 machines run there",
        "resourceCapacity(host[1-2], cpu, 6)      |",
        "resourceCapacity(host[1-2], cpu, 5)      | 6 are used there",
        "overbook(host1, cpu, 0.4)                |",
        "overbook(host1, cpu, 0.3)                | host1 uses 4 of 3 cpu",
        "online(host1)                            |",
        "online(host5)                            | host5 is off line in the end",
        "offline(host5)                           |",
        "offline(host4)                           | host4 is on line in the end",
        "maxOnline(*, 4)                          |",
        "maxOnline(*, 3)                          | 4 are on line",
        "noIdle(host[1-2])                        |",
        "noIdle(host[1-3])                        | host3 is on line and runs nothing",
        "preserve(a, cpu, 2)                      |",
        "preserve(a, cpu, 3)                      | a never gets its next demand",
        "running(a)                               |",
        "running(s)                               | s is sleeping in the end and shall be running",
        "sleeping(s)                              |",
        "sleeping(a)                              | a is running in the end and shall be sleeping",
        "ready(r)                                 |",
        "killed(r)                                | r is ready in the end and shall be killed",
        "root(*)                                  |",
        "quarantine(*)                            |",
        "sequence(*)                              |",
        "serialize(*)                             |",
        "synchronize(*)                           |",
        "precedence(a, b)                         |",
        "deadline(*, 0s)                          |",
        "noDelay(*)                               |",
      })
  void discreteConstraintsSpeakOfTheEnd(String constraint, String words) {
    if (words == null) {
      assertThat(new Small().with(constraint).violations()).isEmpty();
    } else {
      assertThat(new Small().with(constraint).violations())
          .singleElement()
          .asString()
          .contains(words);
    }
  }

  /** c goes from host2 to host3 from 5 to 9; a from host1 to host2 from 0 to 4. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spread(a,c)                         |",
        "always spread(a,c)                  | a and c run on host2 at 0 ms",
        "always split(a,c)                   | a and c run on host2 at 0 ms",
        "always lonely(c)                    | a and c run on host2 at 0 ms",
        "always fence(c, host[1-3])          |",
        "fence(c, host[3-4])                 |",
        "always fence(c, host[3-4])          |",
        "always fence(a, host[2-4])          |",
        "always ban(a, host1)                |",
        "gather(a)                           |",
        "always gather(a,r)                  |",
        "always gather(a,b)                  | does not hold from 0 ms",
        "always gather(b)                    |",
        "always among(a, {host1, host2})     | does not hold from 0 ms",
        "always among(a, {host[1-2], host3}) |",
        "always splitAmong({a, c}, {host[1-2], host3}) |",
        "always splitAmong({a, b}, {host1, host2})     |",
        "always splitAmong({b, c}, {host1, host[2-3]}) |",
        "always splitAmong({c}, {host2, host3})        | does not hold from 5 ms",
        "always runningCapacity(host[1-2], 3) | 4 machines run there from 0 ms",
        "always runningCapacity(host[1-2], 4) |",
        "always resourceCapacity(host2, cpu, 4) |",
        "always resourceCapacity(host2, cpu, 3) | 4 are used there from 0 ms",
        "root(a)                             | migrate of a to host2",
        "quarantine(host2)                   | migrate of a to host2",
        "quarantine(host4)                   |",
        "sequence({a,c})                     |",
        "sequence({c,a})                     | migrate of a to host2 starts before those before it",
        "precedence(a, c)                    |",
        "precedence(c, a)                    | migrate of a to host2 starts at 0 ms, before 9 ms",
        "serialize(a,c)                      |",
        "synchronize(a,b)                    |",
        "synchronize(a,c)                    | c ends at 9 ms, another at 4 ms",
        "deadline(a, 4ms)                    |",
        "deadline(*, 8ms)                    | migrate of c to host3 ends at 9 ms",
        "noDelay(a)                          |",
        "noDelay(c)                          | migrate of c to host3 starts at 5 ms",
      })
  void continuousConstraintsHoldAtEveryInstant(String constraint, String words) {
    Small small = new Small().with(constraint).migrate(A, 1, 2, 0, 4).migrate(C, 2, 3, 5, 9);
    if (words == null) {
      assertThat(small.violations()).isEmpty();
    } else {
      assertThat(small.violations()).isNotEmpty().first().asString().contains(words);
    }
  }

  @Test
  void theOtherLeavesBeforeOneComes() {
    assertThat(
            new Small()
                .with("always spread(a,c)")
                .migrate(C, 2, 3, 0, 4)
                .migrate(A, 1, 2, 4, 8)
                .violations())
        .isEmpty();
  }

  @Test
  void whatTheOriginBreaksMayBeMendedButNotBrokenAnew() {
    assertThat(new Small().with("always spread(a,b)").migrate(B, 1, 3, 0, 4).violations())
        .isEmpty();
    assertThat(
            new Small()
                .with("always spread(a,b)")
                .migrate(B, 1, 3, 0, 4)
                .migrate(A, 1, 3, 4, 8)
                .migrate(B, 3, 4, 5, 9)
                .violations())
        .singleElement()
        .asString()
        .contains("a and b run on host3 at 4 ms");
  }

  @Test
  void presentUseStaysUntilTheEndAndNextUseIsThereFromTheStart() {
    Small full = new Small().with("preserve(c, cpu, 7)").migrate(C, 2, 1, 0, 4);
    assertThat(full.violations()).contains("capacity: host1 uses 11 of 10 cpu from 0 ms");
    Small turn =
        new Small().with("preserve(c, cpu, 7)").migrate(A, 1, 3, 0, 4).migrate(C, 2, 1, 4, 9);
    assertThat(turn.violations()).isEmpty();
    Small early =
        new Small().with("preserve(c, cpu, 7)").migrate(A, 1, 3, 0, 4).migrate(C, 2, 1, 3, 9);
    assertThat(early.violations()).containsExactly("capacity: host1 uses 11 of 10 cpu from 3 ms");
  }

  @Test
  void aMachineThatStaysGetsItsNextDemandByAllocation() {
    Small grows = new Small().with("preserve(a, cpu, 8)").act(Kind.ALLOCATE, A, 1, 1, 0, 0);
    assertThat(grows.violations()).isEmpty();
    Small tooMuch = new Small().with("preserve(a, cpu, 9)").act(Kind.ALLOCATE, A, 1, 1, 0, 3);
    assertThat(tooMuch.violations())
        .containsExactly(
            "capacity: host1 uses 11 of 10 cpu from 0 ms", "capacity: host1 uses 11 of 10 cpu");
  }

  @Test
  void anOverloadedHostMayStaySoUntilItIsRelieved() {
    Small small = new Small();
    small.builder().capacity(0, 0, 3);
    assertThat(small.violations()).containsExactly("capacity: host1 uses 4 of 3 cpu");
    assertThat(small.migrate(B, 1, 3, 0, 4).violations()).isEmpty();
  }

  @Test
  void actionsFollowEachOther() {
    assertThat(new Small().migrate(A, 2, 3, 0, 4).violations())
        .containsExactly("transition: migrate of a at 0 ms: it is running on host1");
    assertThat(new Small().migrate(A, 1, 3, 0, 4).migrate(A, 3, 4, 3, 6).violations())
        .containsExactly(
            "transition: migrate of a at 3 ms: starts while another action on it goes on");
    assertThat(new Small().act(Kind.BOOT, S, 0, 3, 0, 4).violations())
        .containsExactly("transition: boot of s at 0 ms: it is sleeping on host2");
    assertThat(new Small().with("running(s)").act(Kind.RESUME, S, 2, 3, 0, 4).violations())
        .isEmpty();
    assertThat(new Small().with("running(r)").act(Kind.BOOT, R, 0, 3, 0, 4).violations()).isEmpty();
    assertThat(new Small().act(Kind.RELAUNCH, A, 1, 3, 0, 4).violations())
        .singleElement()
        .asString()
        .contains("not stateless");
    assertThat(new Small().with("killed(s)").act(Kind.KILL, S, 2, 0, 0, 4).violations()).isEmpty();
    assertThat(
            new Small()
                .act(Kind.SHUTDOWN, A, 1, 0, 0, 4)
                .act(Kind.BOOT, A, 0, 3, 4, 9)
                .violations())
        .singleElement()
        .asString()
        .contains("would lose its state");
  }

  @Test
  void hostsAreOnLineAsLongAsSomethingIsThere() {
    assertThat(new Small().act(Kind.BOOT_HOST, -1, 0, 5, 0, 4).migrate(A, 1, 5, 4, 8).violations())
        .isEmpty();
    assertThat(new Small().act(Kind.BOOT_HOST, -1, 0, 5, 0, 4).migrate(A, 1, 5, 3, 8).violations())
        .singleElement()
        .asString()
        .contains("a runs on host5 from 3 ms, which is not on line");
    assertThat(
            new Small().migrate(C, 2, 3, 0, 4).act(Kind.SHUTDOWN_HOST, -1, 2, 0, 4, 8).violations())
        .anySatisfy(words -> assertThat(words).contains("s sleeps on host2"));
    assertThat(new Small().act(Kind.SHUTDOWN_HOST, -1, 4, 0, 0, 8).violations()).isEmpty();
    assertThat(
            new Small()
                .with("always maxOnline(*, 4)")
                .act(Kind.BOOT_HOST, -1, 0, 5, 0, 4)
                .act(Kind.SHUTDOWN_HOST, -1, 4, 0, 0, 4)
                .violations())
        .singleElement()
        .asString()
        .contains("5 are on line from 0 ms");
    assertThat(
            new Small()
                .with("always maxOnline(*, 4)")
                .act(Kind.BOOT_HOST, -1, 0, 5, 4, 8)
                .act(Kind.SHUTDOWN_HOST, -1, 4, 0, 0, 4)
                .violations())
        .isEmpty();
  }

  @Test
  void vjobsAreSuspendedAsAWholeInTheFirstStepAndResumedTogether() {
    Small half =
        new Small()
            .with("sleeping(a)", "ready(b)")
            .act(Kind.SUSPEND, A, 1, 1, 0, 4)
            .act(Kind.SHUTDOWN, B, 1, 0, 0, 4);
    half.builder().vjob("job", Indices.of(A, B));
    assertThat(half.violations())
        .anySatisfy(
            words -> assertThat(words).contains("1 of its 2 running machines are suspended"));
    Small late =
        new Small()
            .with("sleeping(a,b)")
            .act(Kind.SUSPEND, A, 1, 1, 0, 4)
            .act(Kind.SUSPEND, B, 1, 1, 1, 4);
    late.builder().vjob("job", Indices.of(A, B));
    assertThat(late.violations())
        .anySatisfy(words -> assertThat(words).contains("is not in the first step"));
    Small whole =
        new Small()
            .with("sleeping(a,b)")
            .act(Kind.SUSPEND, A, 1, 1, 0, 4)
            .act(Kind.SUSPEND, B, 1, 1, 0, 5);
    whole.builder().vjob("job", Indices.of(A, B));
    assertThat(whole.violations()).isEmpty();
  }

  @Test
  void anActionStartsWhenWhatItWaitsForHasEnded() {
    Instance instance = new Small().instance();
    TimedAction first = new TimedAction(Kind.MIGRATE, C, 1, 2, 0, 4, Indices.NONE);
    TimedAction then = new TimedAction(Kind.MIGRATE, A, 0, 1, 3, 6, Indices.of(0));
    assertThat(InstanceChecker.check(instance, new Schedule(List.of(first, then))))
        .singleElement()
        .asString()
        .contains("starts before migrate of c to host3 has ended");
    TimedAction wrong = new TimedAction(Kind.MIGRATE, A, 0, 1, 3, 6, Indices.of(1));
    assertThat(InstanceChecker.check(instance, new Schedule(List.of(first, wrong))))
        .singleElement()
        .asString()
        .contains("which does not come before it");
  }
}
