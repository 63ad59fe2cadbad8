package org.heddle.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.heddle.model.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;

class JsonTest {
  private static final MachineId MACHINE = MachineId.parse("node1.mrbayes");
  private static final HostId HOST = new HostId("host1");
  private static final HostId OTHER = new HostId("host2");
  private static final SavedState SAVED = new SavedState("s-1", HOST);
  private static final Resources SIZE = new Resources(2, 512, 4096);
  private static final Launch LAUNCH =
      new Launch(
          MACHINE,
          7,
          MachineKind.VM,
          "debian",
          SIZE,
          new NetworkAttachment(
              12,
              "52:54:00:00:00:01",
              "10.128.0.2",
              24,
              new TreeMap<>(Map.of("node1", "10.128.0.2")),
              List.of("10.0.0.1")),
          Optional.of("sleep 1"),
          "key",
          "public");
  private static final VjobSpec SPEC =
      new VjobSpec(
          new VjobId("mrbayes"),
          5,
          "alice",
          List.of(
              new MachineGroup("node", 3, "debian", SIZE, MachineKind.VM, Optional.of("daemon"))),
          Optional.empty(),
          Constraints.of("always spread(node[1-3])", "fence(node1, {host7,site1})"));

  record Everything(
      SortedMap<MachineId, HostId> places,
      SortedMap<VjobId, SiteId> sites,
      Optional<Action> action,
      List<MachineState> states,
      VjobState state) {}

  @Test
  void constraintsAreTextsAndMayBeLeftOut() {
    String json = Json.write(SPEC);
    assertThat(json)
        .contains("\"constraints\":[\"always spread(node[1-3])\",\"fence(node1, {host7,site1})\"]");
    String without = json.replaceFirst(",\"constraints\":\\[.*\\]", "");
    assertThat(Json.read(without, VjobSpec.class).constraints()).isEqualTo(Constraints.NONE);
    String wrong = json.replace("node[1-3]", "node9");
    assertThatThrownBy(() -> Json.read(wrong, VjobSpec.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("the vjob has no machine 'node9'");
    assertThatThrownBy(() -> Json.read(json.replace("spread(", "spred("), VjobSpec.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("there is no constraint 'spred'");
  }

  record States(SortedMap<MachineId, MachineState> of) {}

  static Stream<Object> values() {
    HostRef ref = new HostRef(OTHER, "10.0.0.2", "http://10.0.0.2:1");
    return Stream.of(
        new Operation.Boot(LAUNCH),
        new Operation.Stop(MACHINE, true),
        new Operation.Pause(MACHINE, 1L << 50),
        new Operation.Continue(MACHINE, 2),
        new Operation.Save(MACHINE, "s-1"),
        new Operation.Restore(LAUNCH, "s-1", Optional.of(ref)),
        new Operation.Restore(LAUNCH, "s-1", Optional.empty()),
        new Operation.Migrate(LAUNCH, ref),
        new Operation.Discard(MACHINE, "s-1"),
        new Operation.StartRun(MACHINE, "echo \"ä\"\n"),
        new Outcome.Done(1, 2, 3, 4),
        new Outcome.Failed(Outcome.Code.NO_ROOM, "full"),
        new MachineState.Waiting(),
        new MachineState.Booting(HOST),
        new MachineState.Running(HOST),
        new MachineState.Migrating(HOST, OTHER),
        new MachineState.Pausing(HOST),
        new MachineState.Paused(HOST),
        new MachineState.Saving(HOST),
        new MachineState.Sleeping(SAVED),
        new MachineState.Restoring(SAVED, OTHER),
        new MachineState.Restored(SAVED, OTHER),
        new MachineState.Continuing(SAVED, OTHER),
        new MachineState.Stopping(HOST),
        new MachineState.Terminated(),
        new Action.Boot(MACHINE, HOST),
        new Action.Shutdown(MACHINE, HOST, true),
        new Action.Suspend(MACHINE, HOST),
        new Action.Resume(MACHINE, HOST, OTHER),
        new Action.Migrate(MACHINE, HOST, OTHER),
        new Placement.Waiting(),
        new Placement.Running(HOST),
        new Placement.Sleeping(HOST),
        new Placement.Terminated(),
        LAUNCH,
        SPEC,
        new Host(
            HOST, new SiteId("lyon"), SIZE, new TreeSet<>(Set.of("ssd")), "10.0.0.1", "http://x"),
        new MachineReport(
            MACHINE,
            3,
            MachineReport.Live.RUNNING,
            List.of("s-1"),
            Optional.of(new MachineReport.RunStatus(Optional.of(1), "out"))),
        new Plan(
            List.of(
                new Plan.Step(0, new Action.Boot(MACHINE, HOST), new TreeSet<>(), 0, 5, "start"),
                new Plan.Step(
                    1, new Action.Suspend(MACHINE, HOST), new TreeSet<>(Set.of(0)), 5, 9, "room")),
            512),
        new AgentApi.OperationStatus(
            "op-1",
            new Operation.Save(MACHINE, "s"),
            0.5,
            Optional.of(new Outcome.Done(1, 2, 3, 4))),
        new GridApi.Problem("invalid", "Invalid", 400, "no", "name"),
        new Everything(
            new TreeMap<>(Map.of(MACHINE, HOST)),
            new TreeMap<>(Map.of(new VjobId("mrbayes"), new SiteId("nice"))),
            Optional.of(new Action.Suspend(MACHINE, HOST)),
            List.of(new MachineState.Waiting(), new MachineState.Running(HOST)),
            VjobState.SLEEPING));
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatIsWrittenIsReadBackEqual(Object value) {
    String json = Json.write(value);
    assertThat(Json.<Object>read(json, asType(value.getClass()))).isEqualTo(value);
    for (Class<?> parent : value.getClass().getInterfaces()) {
      assertThat(Json.<Object>read(json, asType(parent))).isEqualTo(value);
      assertThat(Json.write(Json.<Object>read(json, asType(parent)))).isEqualTo(json);
    }
  }

  @SuppressWarnings("unchecked")
  private static Class<Object> asType(Class<?> type) {
    return (Class<Object>) type;
  }

  @Test
  void everyCaseOfTheModelsSumsIsAmongTheValues() {
    Set<Class<?>> tried = new java.util.HashSet<>();
    values().forEach(value -> tried.add(value.getClass()));
    for (Class<?> sum :
        List.of(
            Operation.class, Outcome.class, MachineState.class, Action.class, Placement.class)) {
      assertThat(tried).containsAll(Arrays.asList(sum.getPermittedSubclasses()));
    }
  }

  @Test
  void aSumCarriesItsTypeAndIdsAreStrings() {
    assertThat(Json.write(new Operation.StartRun(MACHINE, "x")))
        .isEqualTo("{\"type\":\"startRun\",\"machine\":\"node1.mrbayes\",\"command\":\"x\"}");
    assertThat(
            Json.write(new States(new TreeMap<>(Map.of(MACHINE, new MachineState.Running(HOST))))))
        .isEqualTo("{\"of\":{\"node1.mrbayes\":{\"type\":\"running\",\"on\":\"host1\"}}}");
  }

  @Test
  void anEmptyOptionalIsAbsent() {
    assertThat(Json.write(SPEC)).doesNotContain("\"run\"").doesNotContain("null");
  }

  @Test
  void anUnknownPropertyIsRefusedWithItsPath() {
    String json = Json.write(SPEC).replace("\"memoryMiB\"", "\"memory\":1,\"memoryMiB\"");
    JacksonException refused =
        catchThrowableOfType(JacksonException.class, () -> Json.read(json, VjobSpec.class));
    assertThat(Json.field(refused)).isEqualTo("machines[0].demand.memory");
  }

  @Test
  void aMissingPropertyIsRefused() {
    assertThatThrownBy(() -> Json.read("{\"machine\":\"a.b\"}", Operation.Save.class))
        .isInstanceOf(JacksonException.class);
    assertThatThrownBy(() -> Json.read("{\"type\":\"save\",\"machine\":\"a.b\"}", Operation.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("stateId");
    assertThatThrownBy(() -> Json.read("{\"cores\":1,\"diskMiB\":2}", Resources.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("memoryMiB");
  }

  @Test
  void aBadNameUnknownTypeNullAndTrailingTextAreRefused() {
    assertThatThrownBy(
            () -> Json.read("{\"type\":\"running\",\"on\":\"Host 1\"}", MachineState.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("lower-case");
    assertThatThrownBy(() -> Json.read("{\"type\":\"flying\"}", MachineState.class))
        .isInstanceOf(JacksonException.class);
    assertThatThrownBy(() -> Json.read("null", VjobSpec.class))
        .isInstanceOf(JacksonException.class);
    assertThatThrownBy(
            () -> Json.read("{\"cores\":1,\"memoryMiB\":1,\"diskMiB\":2} x", Resources.class))
        .isInstanceOf(JacksonException.class);
  }
}
