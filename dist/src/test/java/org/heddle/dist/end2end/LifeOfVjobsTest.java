package org.heddle.dist.end2end;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.dist.end2end.TestGrid.vjob;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.VjobView;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Real guests on a real grid: what vjobs live through when nothing breaks. */
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LifeOfVjobsTest {
  private TestGrid grid;

  @BeforeAll
  void up() throws Exception {
    grid = TestGrid.up("life");
  }

  @AfterEach
  void clear() {
    grid.clear();
  }

  @AfterAll
  void down() throws Exception {
    grid.close();
  }

  @Test
  void machinesOfOneVjobReachEachOtherByNameAcrossSitesAndNobodyElse() throws IOException {
    grid.client.submit(
        vjob(
            """
            name: pair
            machines:
              - name: web
                image: tiny
                memory: 160MiB
                start: mkdir /www && echo "served by $(hostname)" > /www/index.html && httpd -p 80 -h /www
              - name: asker
                image: tiny
                memory: 160MiB
            """));
    assertThat(grid.await("pair", "running").state()).isEqualTo("running");
    assertThat(grid.machine("web.pair").host()).isNotEqualTo(grid.machine("asker.pair").host());
    assertThat(grid.machine("web.pair").mac()).isNotEqualTo(grid.machine("asker.pair").mac());
    // Its start command, which takes its time, makes the page.
    grid.await(
        "an answer of web",
        () -> grid.exec("asker.pair", "timeout 20 wget -q -O - http://web/index.html").output(),
        "served by web\n"::equals);

    grid.client.submit(
        vjob(
            """
            name: stranger
            machines:
              - {name: spy, image: tiny, memory: 96MiB}
            """));
    grid.await("stranger", "running");
    String web = grid.machine("web.pair").address();
    String trespass =
        "ip addr add $(echo %s | sed 's/[0-9]*$/200/')/24 dev eth0; timeout 5 wget -q -O - http://%s/"
            .formatted(web, web);
    assertThat(grid.exec("spy.stranger", trespass).exitCode()).isNotZero();
    assertThat(grid.exec("asker.pair", "timeout 20 wget -q -O - http://web/index.html").exitCode())
        .isZero();
    grid.assertNothingLostOrDoubled();
  }

  @Test
  void anUrgentVjobHasALowerOneSuspendedAsAWholeWhichThenGoesOnUnharmed() throws IOException {
    grid.client.submit(
        vjob(
            """
            name: low
            priority: 1
            machines:
              - {name: node, count: 2, image: tiny, memory: 128MiB, start: "memcheck 24 100000 > /run/check"}
            run: %s
            """
                .formatted(TestGrid.UNTIL_TOLD)));
    grid.await("low", "running");
    String address = grid.machine("node2.low").address();
    grid.client.submit(
        vjob(
            """
            name: urgent
            priority: 9
            machines:
              - {name: big, count: 2, image: tiny, memory: 200MiB}
            run: memcheck 16 3
            """));
    assertThat(grid.await("low", "sleeping").state()).isEqualTo("sleeping");
    VjobView urgent = grid.await("urgent", "terminated");
    assertThat(urgent.exitCode()).as(urgent.reason() + urgent.output()).isEqualTo(TestGrid.ok());

    VjobView low = grid.finish("low", "node1.low");
    assertThat(low.exitCode()).as(low.reason() + low.output()).isEqualTo(TestGrid.ok());
    assertThat(low.output()).contains("ok");
    assertThat(grid.machine("node2.low").address()).isEqualTo(address);
    assertThat(grid.done("suspend"))
        .extracting(SwitchAction::machine)
        .contains("node1.low", "node2.low");
    assertThat(grid.done("resume"))
        .extracting(SwitchAction::machine)
        .contains("node1.low", "node2.low");
    assertThat(grid.client.switches(50)).anyMatch(view -> view.pauseSkewMs().containsKey("low"));
    grid.assertNothingLostOrDoubled();
  }

  @Test
  void constraintsDecideWhereMachinesLandAndADrainKeepsThem() throws Exception {
    String home = grid.shape.hosts().getLast().name();
    String site = grid.shape.hosts().getLast().site().name();
    grid.client.submit(
        vjob(
            """
            name: apart
            machines:
              - {name: node, count: 2, image: tiny, memory: 96MiB}
            constraints:
              - spread(*)
              - fence(node2, %s)
            """
                .formatted(site)));
    grid.await("apart", "running");
    String other = grid.machine("node1.apart").host().orElseThrow();
    assertThat(grid.machine("node2.apart").host()).hasValue(home);
    assertThat(other).isNotEqualTo(home);

    grid.client.drain(other);
    VjobView asleep = grid.await("apart", "sleeping");
    assertThat(asleep.reason()).contains("is drained", "spread(*)");
    grid.client.undrain(other);
    assertThat(grid.await("apart", "running").state()).isEqualTo("running");
    assertThat(grid.machine("node1.apart").host()).hasValue(other);
    assertThat(grid.machine("node2.apart").host()).hasValue(home);
    grid.assertNothingLostOrDoubled();
  }

  @Test
  void anAdministratorsConstraintMovesWhatRunsAgainstIt() throws Exception {
    grid.client.submit(
        vjob(
            """
            name: movable
            machines:
              - {name: node, image: tiny, memory: 96MiB}
            """));
    grid.await("movable", "running");
    String first = grid.machine("node.movable").host().orElseThrow();
    String ban = "ban(movable, " + first + ")";
    TestGrid.Said added = grid.command("constraint", "add", ban);
    assertThat(added.exitCode()).as(added.words()).isZero();
    grid.await(
        "a host that the administrator allows",
        () -> grid.machine("node.movable"),
        node -> node.state().equals("running") && !node.host().equals(Optional.of(first)));
    assertThat(grid.client.vjob("movable").state()).isEqualTo("running");
    grid.assertNothingLostOrDoubled();
    assertThat(grid.done("migrate")).extracting(SwitchAction::machine).contains("node.movable");

    assertThat(grid.command("constraint", "rm", ban).exitCode()).isZero();
    assertThat(grid.client.constraints()).isEmpty();
  }

  /** What is asked, the exit code, and words that the answer must have. */
  private record Bad(String yaml, int exitCode, List<String> words) {
    Bad(String yaml, int exitCode, String... words) {
      this(yaml, exitCode, List.of(words));
    }
  }

  private static final List<Bad> BAD =
      List.of(
          new Bad("name: wrong\nmachine: []\n", 2, "bad.yaml:2", "machine"),
          new Bad(
              "name: wrong\nmachines: [{name: a, image: tiny, memory: 64MiB}]\n"
                  + "constraints:\n  - ban(a, nowhere)\n",
              2,
              "bad.yaml:4",
              "constraints[0]",
              "nowhere"),
          new Bad(
              "name: wrong\nmachines:\n  - {name: a, image: tiny, memory: 64 Mb}\n",
              2,
              "bad.yaml:3",
              "memory"),
          new Bad(
              "name: wrong\nmachines:\n  - {name: a, image: nosuch, memory: 64MiB}\n",
              6,
              "bad.yaml:3",
              "image",
              "tiny"),
          new Bad(
              "name: wrong\nmachines:\n  - {name: a, image: tiny, memory: 9GiB}\n",
              6,
              "bad.yaml:3",
              "memory"),
          new Bad(
              "name: present\nmachines:\n  - {name: a, image: tiny, memory: 64MiB}\n",
              2,
              "bad.yaml:1",
              "present"));

  @Test
  void badInputHasOneClearAnswerAndChangesNothing(@TempDir Path folder) throws Exception {
    grid.client.submit(
        vjob(
            """
            name: present
            machines:
              - {name: node, image: tiny, memory: 96MiB}
            """));
    grid.await("present", "running");
    grid.awaitSettled();
    List<VjobView> before = grid.client.vjobs();
    Path file = folder.resolve("bad.yaml");
    for (Bad bad : BAD) {
      Files.writeString(file, bad.yaml);
      TestGrid.Said said = grid.command("submit", file.toString());
      assertThat(said.exitCode()).as(said.words()).isEqualTo(bad.exitCode);
      assertThat(said.words()).contains(bad.words).doesNotContain("Exception");
    }
    assertThat(grid.command("vjob", "show", "nosuch").exitCode()).isEqualTo(3);
    assertThat(grid.command("submit", folder.resolve("absent.yaml").toString()).exitCode())
        .isEqualTo(2);
    assertThat(grid.client.vjobs()).isEqualTo(before);
  }

  @Test
  void aDrainedHostGivesItsMachinesAwayAliveAndTheyLoseNoWrite() throws IOException {
    grid.client.submit(
        vjob(
            """
            name: mover
            machines:
              - {name: node, image: tiny, memory: 128MiB}
            run: %s
            """
                .formatted(TestGrid.UNTIL_TOLD)));
    grid.await("mover", "running");
    String from = grid.machine("node.mover").host().orElseThrow();
    grid.client.drain(from);
    grid.await(
        "node.mover on another host",
        () -> grid.machine("node.mover"),
        view -> view.state().equals("running") && !view.host().orElseThrow().equals(from));
    grid.client.undrain(from);
    grid.await(
        "the migration done",
        () -> grid.done("migrate"),
        done ->
            done.stream()
                .anyMatch(action ->
                    action.machine().equals("node.mover")
                        && action.from().orElseThrow().equals(from)
                        && action.downtimeMs() > 0));
    VjobView ended = grid.finish("mover", "node.mover");
    assertThat(ended.exitCode()).as(ended.reason() + ended.output()).isEqualTo(TestGrid.ok());
  }

  @Test
  void aPersonSuspendsAndResumesAVjobAndItsCommandGoesOn() {
    grid.client.submit(
        vjob(
            """
            name: sleeper
            machines:
              - {name: node, image: tiny, memory: 128MiB}
            run: %s
            """
                .formatted(TestGrid.UNTIL_TOLD)));
    grid.await("sleeper", "running");
    grid.client.suspend("sleeper");
    assertThat(grid.await("sleeper", "sleeping").state()).isEqualTo("sleeping");
    grid.client.suspend("sleeper");
    grid.client.resume("sleeper");
    VjobView ended = grid.finish("sleeper", "node.sleeper");
    assertThat(ended.exitCode()).as(ended.reason() + ended.output()).isEqualTo(TestGrid.ok());
  }

  @Test
  void aSecondUpDoesNothing() throws Exception {
    assertThat(grid.upAgain()).isEmpty();
  }
}
