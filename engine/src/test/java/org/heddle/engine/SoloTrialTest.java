package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.VjobSpec;
import org.junit.jupiter.api.Test;

/** Vjobs tried alone, each or once for all that are alike. */
class SoloTrialTest {
  private static final List<String> NAMES = List.of("v1", "v2", "w", "m1.v1", "m[1-2].w", "*");
  private static final List<String> HOSTS = List.of("a", "b", "{a,b}", "{a,b,c}", "lyon");

  private static VjobSpec vjob(String name, int machines, int memory, String... constraints) {
    return Play.vjob(name, 0, machines, memory, constraints);
  }

  private static void rule(Draft draft, String text) {
    draft.rulebook = draft.rulebook.with(ConstraintTerm.parse(text), draft.now);
  }

  @Test
  void alikeVjobsAreTriedOnceAndThoseThatARuleTellsApartByThemselves() {
    Play play = Play.withHosts("a", "b", "c");
    for (int i = 0; i < 40; i++) {
      play.submit(vjob("same" + i, 2, 100));
    }
    play.submit(vjob("bigger", 2, 101));
    play.submit(vjob("shy", 2, 100, "spread(m[1-2])"));
    Draft draft = new Draft(play.state, play.now);
    rule(draft, "ban(*, c)");
    rule(draft, "fence(same7, a)");
    SoloTrial trial = new SoloTrial(draft);
    play.state.vjobs().values().forEach(vjob -> trial.impossible(vjob.spec()));
    assertThat(trial.tried()).as("same, same7, bigger, shy").isEqualTo(4);
  }

  @Test
  void thoseThatPlainlyFitAreNotSearchedFor() {
    Play play = Play.withHosts("a", "b", "c");
    for (int i = 0; i < 60; i++) {
      String[] constraints = i % 3 == 0 ? new String[] {"spread(m[1-2])"} : new String[0];
      play.submit(vjob("v" + i, 2, 100 + i, constraints));
    }
    Draft draft = new Draft(play.state, play.now);
    rule(draft, "ban(*, c)");
    SoloTrial trial = new SoloTrial(draft);
    play.state
        .vjobs()
        .values()
        .forEach(vjob -> assertThat(trial.impossible(vjob.spec())).isFalse());
    assertThat(trial.tried()).isEqualTo(60);
    assertThat(trial.searched()).isZero();
    rule(draft, "fence(v3, c)");
    SoloTrial harder = new SoloTrial(draft);
    play.state
        .vjobs()
        .values()
        .forEach(vjob ->
            assertThat(harder.impossible(vjob.spec()))
                .isEqualTo(vjob.spec().name().value().equals("v3")));
    assertThat(harder.searched()).isEqualTo(1);
  }

  @Test
  void theAnswerIsThatOfTheVjobItself() {
    int impossible = 0;
    for (long seed = 0; seed < 60; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Play play = Play.withHosts("a", "b", "c");
      play.submit(vjob("v1", 2, 400));
      play.submit(vjob("v2", 2, 400));
      play.submit(vjob("w", 3, 400, "spread(m[1-2])"));
      Draft draft = new Draft(play.state, play.now);
      for (int i = random.nextInt(1, 5); i > 0; i--) {
        rule(draft, constraint(random));
      }
      SoloTrial trial = new SoloTrial(draft);
      for (GridState.VjobRecord vjob : play.state.vjobs().values()) {
        boolean alone = !trial.conflicts(vjob.spec()).isEmpty();
        impossible += alone ? 1 : 0;
        assertThat(trial.impossible(vjob.spec()))
            .as("seed %d: %s, %s", seed, vjob.spec().name(), draft.rulebook)
            .isEqualTo(alone);
      }
    }
    assertThat(impossible).isBetween(12, 160);
  }

  private static String constraint(SplittableRandom random) {
    String names = NAMES.get(random.nextInt(NAMES.size()));
    String hosts = HOSTS.get(random.nextInt(HOSTS.size()));
    return switch (random.nextInt(7)) {
      case 0 -> "spread(" + names + ")";
      case 1 -> "gather(" + names + ")";
      case 2 -> "ban(" + names + ", " + hosts + ")";
      case 3 -> "fence(" + names + ", " + hosts + ")";
      case 4 -> "split({v1, w})";
      case 5 -> "runningCapacity(" + hosts + ", " + random.nextInt(3) + ")";
      default -> "maxOnline(*, " + random.nextInt(1, 3) + ")";
    };
  }
}
