package org.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.heddle.engine.Command.Execute;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.SavedState;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.junit.jupiter.api.Test;

/** A repository's copy takes the place of a saved state whose host is lost. */
final class CopiesTest {
  private static final MachineId MACHINE = MachineId.parse("m.one");

  private static MachineReport copy(String... ids) {
    return new MachineReport(MACHINE, 0, Live.NONE, List.of(), List.of(ids), Optional.empty());
  }

  /** One machine that sleeps on a host; the others are b and c. */
  private static Play sleeping() {
    Play play = Play.withHosts("a", "b", "c");
    play.submit(Play.vjob("one", 0, 1, 200));
    play.allGoesWell();
    assertThat(play.hostOf("m.one")).isEqualTo("a");
    play.event(new Event.SuspendAsked(new VjobId("one")));
    play.allGoesWell();
    assertThat(play.stateOf("one")).isEqualTo(VjobState.SLEEPING);
    return play;
  }

  private static SavedState saved(Play play) {
    SavedState saved = play.vjob("one").saved().get(MACHINE);
    if (saved == null) {
      throw new AssertionError("no saved state");
    }
    return saved;
  }

  @Test
  void aVjobWhoseStateIsLostWithItsHostResumesFromTheCopy() {
    Play play = sleeping();
    play.answer("b", copy(saved(play).id()));
    assertThat(saved(play).host()).isEqualTo(new HostId("a"));
    play.event(new Event.HostExpired(new HostId("a")));
    assertThat(saved(play).host()).isEqualTo(new HostId("b"));
    assertThat(play.at("m.one")).isEqualTo(new MachineState.Sleeping(saved(play)));
    play.event(new Event.ResumeAsked(new VjobId("one")));
    Execute restore = play.done("restore");
    String source =
        Play.as(Operation.Restore.class, restore)
            .source()
            .map(host -> host.id().value())
            .orElse("here");
    assertThat(source).isEqualTo(restore.host().value().equals("b") ? "here" : "b");
    play.allGoesWell();
    assertThat(play.stateOf("one")).isEqualTo(VjobState.RUNNING);
  }

  @Test
  void aCopyThatIsHeardOfLaterTakesThePlaceThen() {
    Play play = sleeping();
    play.event(new Event.HostExpired(new HostId("a")));
    assertThat(saved(play).host()).isEqualTo(new HostId("a"));
    play.answer("b", copy(saved(play).id()));
    assertThat(saved(play).host()).isEqualTo(new HostId("b"));
  }

  @Test
  void aRunningVjobGoesBackToTheCopyOfItsLastState() {
    Play play = sleeping();
    play.answer("b", copy(saved(play).id()));
    play.event(new Event.ResumeAsked(new VjobId("one")));
    play.allGoesWell();
    assertThat(play.stateOf("one")).isEqualTo(VjobState.RUNNING);
    play.event(new Event.HostExpired(new HostId("a")));
    play.tick(1000);
    assertThat(play.vjob("one").saved()).isNotEmpty();
    play.allGoesWell();
    play.tick(1000);
    play.allGoesWell();
    assertThat(play.stateOf("one")).isEqualTo(VjobState.RUNNING);
    assertThat(play.vjob("one").runStarted()).isTrue();
  }

  @Test
  void aCopyThatNobodyNeedsIsDiscardedAndOneThatIsNeededStays() {
    Play play = sleeping();
    play.answer("b", copy("s-old", saved(play).id()));
    assertThat(play.verbs()).containsExactly("discard");
    Operation.Discard discard = Play.as(Operation.Discard.class, play.done("discard"));
    assertThat(discard.stateId()).isEqualTo("s-old");
    play.event(new Event.CancelAsked(new VjobId("one")));
    play.allGoesWell();
    play.answer("b", copy("s1"));
    assertThat(Play.as(Operation.Discard.class, play.done("discard")).stateId()).isEqualTo("s1");
  }

  @Test
  void theStateOnAHostThatComesBackIsDiscardedWhenACopyHasTakenItsPlace() {
    Play play = sleeping();
    String id = saved(play).id();
    play.answer("b", copy(id));
    play.event(new Event.HostExpired(new HostId("a")));
    play.joins("a", play.report("m.one", Live.NONE, id));
    Execute discard = play.done("discard");
    assertThat(discard.host()).isEqualTo(new HostId("a"));
    assertThat(play.stateOf("one")).isEqualTo(VjobState.SLEEPING);
    play.answer("b");
    assertThat(play.vjob("one").saved()).as("the copy was the state, and is gone").isEmpty();
  }
}
