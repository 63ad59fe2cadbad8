package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.heddle.controller.TestGrid.awaitTrue;
import static org.heddle.controller.TestGrid.vjob;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.api.Json;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ControllerProgramTest {
  @TempDir Path folder;

  private TestGrid grid(int hosts) throws IOException {
    return new TestGrid(folder.resolve("state"), hosts, 30);
  }

  private static List<String> done(TestGrid grid) {
    List<String> all = new ArrayList<>();
    grid.agents().forEach(agent -> all.addAll(agent.done()));
    return all;
  }

  private static Stream<String> verbs(TestGrid grid, String verb) {
    return done(grid).stream().filter(line -> line.contains(" " + verb + " "));
  }

  private static ScriptedAgent hostOf(TestGrid grid, String machine) {
    return grid.agent(grid.client().machine(machine).host().orElseThrow());
  }

  @Test
  void aVjobLivesItsWholeLife() throws Exception {
    try (TestGrid grid = grid(2)) {
      VjobView submitted = grid.client().submit(vjob("farm", 3, 400, 0));
      assertThat(submitted.machines()).hasSize(3);
      assertThat(submitted.machines().getFirst().mac()).isNotEmpty();
      grid.awaitState("farm", "running");
      assertThat(verbs(grid, "boot")).hasSize(3);
      awaitTrue(() -> verbs(grid, "start-run").count() == 1);
      awaitTrue(() -> grid.client().logs("farm").equals("live output of node1.farm"));

      hostOf(grid, "node1.farm").endRun(MachineId.parse("node1.farm"), 0, "the result\n");
      grid.awaitState("farm", "terminated");
      VjobView ended = grid.client().vjob("farm");
      assertThat(ended.exitCode()).contains(0);
      assertThat(grid.client().logs("farm")).isEqualTo("the result\n");
      assertThat(ended.machines()).extracting(MachineView::state).containsOnly("terminated");
      awaitTrue(() -> grid.client().status().settled());
      assertThat(grid.agents()).allMatch(agent -> agent.report().machines().isEmpty());
    }
  }

  @Test
  void anUrgentVjobTakesTheRoomAndTheOtherIsResumedAfterwards() throws Exception {
    try (TestGrid grid = grid(1)) {
      grid.client().submit(vjob("low", 2, 500, 0));
      grid.awaitState("low", "running");
      grid.client().submit(vjob("urgent", 2, 500, 10));
      grid.awaitState("urgent", "running");
      assertThat(grid.client().vjob("low").state()).isEqualTo("sleeping");
      assertThat(grid.client().switches(10).getFirst().pauseSkewMs()).containsKey("low");
      grid.agent("host1").endRun(MachineId.parse("node1.urgent"), 7, "");
      grid.awaitState("urgent", "terminated");
      grid.awaitState("low", "running");
      assertThat(grid.client().vjob("urgent").exitCode()).contains(7);
      assertThat(verbs(grid, "restore")).hasSize(2);
    }
  }

  @Test
  void aControllerThatStartsAgainInTheMiddleDoesNothingTwice() throws Exception {
    try (TestGrid grid = grid(2)) {
      grid.agents().forEach(ScriptedAgent::hold);
      grid.client().submit(vjob("farm", 4, 400, 0));
      awaitTrue(() -> asked(grid).size() == 4);
      Set<String> before = new HashSet<>(asked(grid));
      grid.stop();
      grid.agent("host1").proceed();
      grid.start();
      awaitTrue(() -> grid.agent("host2").asked().size() >= 4);
      grid.agent("host2").proceed();
      grid.awaitState("farm", "running");
      assertThat(asked(grid).stream().filter(before::contains)).hasSizeGreaterThan(4);
      assertThat(verbs(grid, "boot")).hasSize(4).doesNotHaveDuplicates();
      assertThat(verbs(grid, "boot").map(line -> line.substring(0, line.indexOf(' '))))
          .containsAll(before);
    }
  }

  private static List<String> asked(TestGrid grid) {
    List<String> all = new ArrayList<>();
    grid.agents().forEach(agent -> all.addAll(agent.asked()));
    return all;
  }

  @Test
  void whatEndsWhileTheStreamIsBrokenIsLearntAfterwards() throws Exception {
    try (TestGrid grid = grid(1)) {
      grid.agent("host1").hold();
      grid.client().submit(vjob("one", 1, 100, 0));
      awaitTrue(() -> !grid.agent("host1").asked().isEmpty());
      grid.agent("host1").breakStreams();
      grid.agent("host1").proceed();
      grid.awaitState("one", "running");
      assertThat(verbs(grid, "boot")).hasSize(1);
    }
  }

  @Test
  void anAgentThatIsNotReadyIsAskedAgain() throws Exception {
    try (TestGrid grid = grid(1)) {
      grid.agent("host1").refuse(true);
      grid.client().submit(vjob("one", 1, 100, 0));
      awaitTrue(() -> grid.client().vjob("one").state().equals("starting"));
      grid.agent("host1").refuse(false);
      grid.awaitState("one", "running");
      assertThat(verbs(grid, "boot")).hasSize(1);
    }
  }

  @Test
  void aHostThatIsNotHeardOfIsLostAndItsVjobGoesElsewhere() throws Exception {
    try (TestGrid grid = new TestGrid(folder.resolve("state"), 2, 2)) {
      grid.client().submit(vjob("one", 1, 600, 0));
      grid.awaitState("one", "running");
      String first = grid.client().machine("node.one").host().orElseThrow();
      grid.silence(first, true);
      grid.awaitHost(first, "lost");
      awaitTrue(() -> !grid.client().machine("node.one").host().orElse(first).equals(first));
      grid.awaitState("one", "running");
      assertThat(grid.client().events(0, 1000)).extracting(EventView::kind).contains("host.lost");
      grid.silence(first, false);
      awaitTrue(() -> grid.client().status().hostsOnline() == 2);
      MachineId machine = MachineId.parse("node.one");
      awaitTrue(() -> grid.agent(first).live(machine).filter(Live.RUNNING::equals).isEmpty());
    }
  }

  @Test
  void aLostHostIsForgottenAlsoByTheNextControllerAndMayComeBack() throws Exception {
    try (TestGrid grid = new TestGrid(folder.resolve("state"), 2, 2)) {
      grid.silence("host2", true);
      grid.awaitHost("host2", "lost");
      assertThat(grid.client().forget("host2").state()).isEqualTo("lost");
      assertThat(grid.client().hosts()).extracting(HostView::name).containsExactly("host1");
      grid.stop();
      grid.start();
      grid.awaitHost("host1", "online");
      assertThat(grid.client().hosts()).extracting(HostView::name).containsExactly("host1");
      grid.silence("host2", false);
      awaitTrue(() -> grid.client().status().hostsOnline() == 2);
    }
  }

  @Test
  void theFolderIsTheOwnersAloneAndOneControllers() throws Exception {
    Path state = folder.resolve("state");
    Files.createDirectories(state);
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (TestGrid grid = grid(1)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
          .isEqualTo("rwx------");
      ControllerOptions same =
          new ControllerOptions(List.of("127.0.0.1:0"), state, Optional.of(TestGrid.TOKEN), 10);
      assertThatThrownBy(() -> ControllerProgram.start(same))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another controller uses");
      assertThat(grid.client().status().hosts()).isEqualTo(1);
      assertThatThrownBy(() -> grid.client().forget("host1")).hasMessageContaining("is on line");
    }
  }

  @Test
  void aControllerWithoutATokenMakesItsOwnAndTellsItsOwnersCommands() throws Exception {
    Path state = folder.resolve("own");
    ControllerOptions options =
        new ControllerOptions(List.of("127.0.0.1:0"), state, Optional.empty(), 10);
    String token;
    try (ControllerProgram program = ControllerProgram.start(options)) {
      token = Files.readString(state.resolve("token")).strip();
      assertThat(token).matches("[0-9a-f]{64}");
      for (String secret : List.of("token", "client.json")) {
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve(secret))))
            .isEqualTo("rw-------");
      }
      JsonNode client = Json.MAPPER.readTree(Files.readString(state.resolve("client.json")));
      assertThat(client.get("token").asString()).isEqualTo(token);
      assertThat(client.get("url").asString()).isEqualTo(program.urls().getFirst().toString());
      try (GridClient grid = GridClient.http(program.urls().getFirst(), token)) {
        assertThat(grid.status().hosts()).isZero();
      }
    }
    try (ControllerProgram _ = ControllerProgram.start(options)) {
      assertThat(state.resolve("token")).hasContent(token);
    }
    Files.writeString(state.resolve("token"), "short");
    assertThatThrownBy(() -> ControllerProgram.start(options))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("token: use at least");
  }

  @Test
  void commandsOnTheMachineAreSentToLoopback() throws Exception {
    Path state = folder.resolve("wide");
    ControllerOptions options =
        new ControllerOptions(List.of("0.0.0.0:0"), state, Optional.of(TestGrid.TOKEN), 10);
    try (ControllerProgram program = ControllerProgram.start(options)) {
      assertThat(state.resolve("client.json"))
          .content()
          .contains("http://127.0.0.1:" + program.urls().getFirst().getPort())
          .contains(TestGrid.TOKEN);
      assertThat(state.resolve("token")).doesNotExist();
    }
  }

  @Test
  void anAddressThatIsTakenIsSaidAndTheFolderIsFreeAgain() throws Exception {
    Path other = folder.resolve("other");
    try (TestGrid grid = grid(1)) {
      String taken = "127.0.0.1:" + grid.url().getPort();
      ControllerOptions options =
          new ControllerOptions(List.of(taken), other, Optional.of(TestGrid.TOKEN), 10);
      assertThatThrownBy(() -> ControllerProgram.start(options))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on");
      ControllerOptions free =
          new ControllerOptions(
              List.of("127.0.0.1:0", "127.0.0.1:0"), other, Optional.of(TestGrid.TOKEN), 10);
      try (ControllerProgram second = ControllerProgram.start(free)) {
        assertThat(second.urls()).hasSize(2).doesNotHaveDuplicates();
      }
    }
  }
}
