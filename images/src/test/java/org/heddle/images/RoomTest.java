package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.heddle.images.recipe.Blueprint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes, and what stays, when a farm has little room. */
@Tag("real")
final class RoomTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private Builds builds;
  private final Set<String> needed = new HashSet<>();
  private final List<String> released = new ArrayList<>();

  @BeforeEach
  void aFarm() throws Exception {
    Builds.need();
    builds = new Builds(folder, Builds.SMALL);
  }

  @AfterEach
  void nothingLeft() throws Exception {
    builds.assertNothingLeft();
  }

  /** Its stage and its tar have 4 MiB each that no other has. */
  private Blueprint large(String name) throws Exception {
    return builds.script(name, "dd if=/dev/zero of=/" + name + " bs=1M count=4\n");
  }

  private void bound(long bytes, Duration fresh) {
    builds.farm.bound(new Quota(bytes, fresh, this::release));
  }

  private boolean release(ImageRecord image) {
    boolean free = !needed.contains(image.name());
    if (free) {
      released.add(image.name());
    }
    return free;
  }

  private List<String> names() throws IOException {
    return builds.farm.list().stream().map(ImageRecord::name).toList();
  }

  private long taken() throws IOException {
    return Below.bytes(builds.farmFolder.resolve("stages"))
        + Below.bytes(builds.farmFolder.resolve("images"));
  }

  @Test
  void whatABuildHasBegunToUseIsNotTakenFromUnderIt() throws Exception {
    Blueprint image = builds.script("slow", "echo 1 >/one\n");
    Cleaning.Wish all = new Cleaning.Wish(0, Duration.ZERO, false);
    List<Integer> gone = new ArrayList<>();
    Progress cleaning =
        new Progress() {
          @Override
          public void step(String name, String step, double share) {
            if (step.equals("scripts")) {
              try {
                gone.add(builds.farm.clean(all).stages());
              } catch (IOException failed) {
                throw new java.io.UncheckedIOException(failed);
              }
            }
          }

          @Override
          public void done(String name, String step, boolean cached, double seconds) {}
        };

    Farm.Built built = builds.farm.build(image, false, cleaning);

    assertThat(gone).isNotEmpty().containsOnly(0);
    assertThat(builds.content(built, "/one")).isEqualTo("1\n");
  }

  @Test
  void theImageThatIsLongestUnusedMakesRoomUnlessSomebodyNeedsIt() throws Exception {
    builds.build(large("one"));
    builds.build(large("two"));
    builds.build(large("three"));
    bound(taken() + MIB, Duration.ZERO);
    builds.build(builds.blueprint("one"));
    needed.add("two");

    Farm.Built four = builds.build(large("four"));

    assertThat(released).containsExactly("three");
    assertThat(names()).containsExactlyInAnyOrder("one", "two", "four");
    assertThat(builds.farm.check(four.image())).isEmpty();
    assertThat(builds.build(builds.blueprint("three")).cached()).isFalse();
  }

  @Test
  void whatNoImageNeedsGoesBeforeImagesDo() throws Exception {
    builds.farm.remove(builds.build(large("gone")).image());
    builds.build(large("one"));
    bound(taken() + 8 * MIB, Duration.ZERO); // Of the 10 that it needs.

    builds.build(large("two"));

    assertThat(released).isEmpty();
    assertThat(names()).containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void stagesOfImagesThatStayGoLast() throws Exception {
    Farm.Built one = builds.build(large("one"));
    needed.add("one");
    long before = taken();
    bound(before - MIB, Duration.ZERO);

    builds.farm.tidy();

    assertThat(released).isEmpty();
    assertThat(taken()).isLessThanOrEqualTo(before - MIB);
    assertThat(builds.farm.check(one.image())).isEmpty();
    assertThat(builds.build(builds.blueprint("one")).cached()).isTrue();
  }

  @Test
  void aBuildForWhichThereIsNoRoomIsRefusedAndLeavesAllAsItWas() throws Exception {
    builds.build(large("one"));
    bound(7 * MIB, Duration.ofHours(1));

    FarmException full =
        catchThrowableOfType(FarmException.class, () -> builds.build(large("two")));

    assertThat(full).hasMessageContaining("no room").hasMessageContaining("quota of 7 MiB");
    assertThat(full.kind()).isEqualTo(FarmException.Kind.CONFLICT);
    assertThat(released).as("used within the hour").isEmpty();
    assertThat(names()).containsExactly("one");
    assertThat(builds.build(builds.blueprint("one")).cached()).isTrue();
  }
}
