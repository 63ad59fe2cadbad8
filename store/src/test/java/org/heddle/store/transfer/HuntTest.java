package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.junit.jupiter.api.Test;

final class HuntTest {
  private static final Patience NONE = (_, _, _) -> true;
  private static final Patience FOR_EVER = (_, _, _) -> false;
  private static final Duration NOW = Duration.ofMillis(1);

  private static final long RATE = 1024;

  private static Segments.Segment segment(int number) {
    byte[] data = {(byte) number};
    ChunkRef chunk = new ChunkRef(ChunkId.hash(data, 0, 1), 1);
    return new Segments.Segment(chunk.id(), List.of(chunk));
  }

  private static Hunt hunt(Patience patience, List<String> ranking) {
    Hunt hunt = new Hunt("origin", List.of("a", "b"), true, patience);
    hunt.add(segment(1), ranking, Optional.of("me"));
    return hunt;
  }

  private static Hunt.Job take(Hunt hunt, String source) throws InterruptedException {
    return Objects.requireNonNull(hunt.take(source, RATE), source);
  }

  @Test
  void aPeerIsAskedAgainAsLongAsThePatienceLasts() throws Exception {
    Hunt hunt = hunt(FOR_EVER, List.of("a", "me", "b"));
    for (int i = 0; i < 5; i++) {
      assertThat(hunt.answered(take(hunt, "a"))).isEqualTo(Hunt.Worth.NOTHING);
    }
    Hunt.Job last = take(hunt, "a");
    last.arrived(segment(1).missing());
    assertThat(hunt.answered(last)).isEqualTo(Hunt.Worth.ALL);
    assertThat(hunt.goesOn(NOW)).isFalse();
    assertThat(hunt.take("origin", RATE)).isNull();
    assertThat(hunt.refused()).isEmpty();
  }

  @Test
  void whatAUselessPeerOwesIsFetchedByTheNextInTheRanking() throws Exception {
    Hunt mine = hunt(NONE, List.of("a", "me", "b"));
    mine.answered(take(mine, "a"));
    assertThat(mine.refused()).isEqualTo(Map.of("a", "had nothing new for too long"));
    assertThat(take(mine, "origin").wanted()).isEqualTo(segment(1).missing());

    Hunt others = hunt(NONE, List.of("a", "b", "me"));
    others.answered(take(others, "a"));
    assertThat(take(others, "b").wanted()).isEqualTo(segment(1).missing());
  }

  @Test
  void theOriginIsNeverUseless() throws Exception {
    Hunt hunt = hunt(NONE, List.of("me", "a", "b"));
    hunt.again(take(hunt, "origin"));
    assertThat(take(hunt, "origin").wanted()).isEqualTo(segment(1).missing());
  }

  @Test
  void aSourceThatFailedIsNotAskedAgain() throws Exception {
    Hunt hunt = hunt(FOR_EVER, List.of("a", "me", "b"));
    hunt.refuse(take(hunt, "a"), new IOException("a is gone"));
    assertThat(hunt.take("a", RATE)).isNull();
    assertThat(hunt.goesOn(NOW)).isTrue();
    assertThat(take(hunt, "origin").wanted()).isEqualTo(segment(1).missing());
  }

  @Test
  void whatAPeerThatHangsOwesIsFetchedElsewhereBeforeItsRequestEnds() throws Exception {
    Hunt hunt = hunt((peer, _, _) -> peer.equals("a"), List.of("a", "me", "b"));
    Hunt.Job hanging = take(hunt, "a");
    assertThat(hunt.leaveHanging()).containsExactly("a");
    assertThat(hunt.refused()).isEqualTo(Map.of("a", "did not answer for too long"));
    Hunt.Job other = take(hunt, "origin");
    assertThat(other.wanted()).isEqualTo(segment(1).missing());
    // The request that was given up ends in the meantime: that is nobody's matter any more.
    hunt.again(hanging);
    hunt.refuse(hanging, new IOException("cut"));
    assertThat(hunt.answered(hanging)).isEqualTo(Hunt.Worth.ALL);
    assertThat(hunt.goesOn(NOW)).isTrue();
    other.arrived(segment(1).missing());
    hunt.answered(other);
    assertThat(hunt.goesOn(NOW)).isFalse();
  }

  @Test
  void whatAPeerThatTricklesOwesIsFetchedElsewhere() throws Exception {
    // Any time will do that it is behind by.
    Hunt hunt = hunt((_, useless, _) -> useless.toMillis() > 100, List.of("a", "me", "b"));
    Hunt.Job slow = take(hunt, "a");
    while (hunt.leaveHanging().isEmpty()) {
      slow.moves(1);
      Thread.sleep(1);
    }
    assertThat(hunt.refused()).isEqualTo(Map.of("a", "was too slow"));
    assertThat(take(hunt, "origin").wanted()).isEqualTo(segment(1).missing());
  }

  @Test
  void patienceLastsLongerWhereOurOwnRequestsTakeLong() {
    Patience patience = Patience.of(Duration.ofSeconds(10));
    Duration second = Duration.ofSeconds(1);
    assertThat(patience.ended("a", Duration.ofSeconds(9), second)).isFalse();
    assertThat(patience.ended("a", Duration.ofSeconds(11), second)).isTrue();
    assertThat(patience.ended("a", Duration.ofSeconds(11), Duration.ofSeconds(4))).isFalse();
    assertThat(patience.ended("a", Duration.ofSeconds(17), Duration.ofSeconds(4))).isTrue();
  }
}
