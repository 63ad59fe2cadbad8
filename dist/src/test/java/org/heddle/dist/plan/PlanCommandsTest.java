package org.heddle.dist.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.heddle.cli.Environment;
import org.heddle.cli.HeddleCommand;
import org.heddle.cli.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands about files, as they are typed. */
final class PlanCommandsTest {
  private static final String OURS =
      """
      {"format": "heddle-instance-1", "resources": ["cpu", "memory"],
       "hosts": [{"name": "host[1-3]", "capacity": {"cpu": 8, "memory": 64}}],
       "machines": [
         {"name": "vm[1-2]", "state": "running", "host": "host1", "demand": {"cpu": 2, "memory": 8}},
         {"name": "vm3", "demand": {"cpu": 2, "memory": 8}}],
       "constraints": ["always spread(vm[1-3])", "running(vm3)", "preserve(vm1, cpu, 4)"]}
      """;

  private static final String BTRPLACE =
      """
      {"model": {"mapping": {"readyVMs": [7], "offlineNodes": [9],
         "onlineNodes": {"4": {"runningVMs": [1, 2], "sleepingVMs": []},
                         "5": {"runningVMs": [], "sleepingVMs": [3]}}},
        "attributes": {"nodes": {}, "vms": {"7": {"boot": 4, "template": "x"}, "1": {"clone": true}}},
        "views": [{"id": "shareableResource", "rcId": "memory", "defConsumption": 1,
                   "defCapacity": 10, "vms": {"2": 3}, "nodes": {"5": 6}}]},
       "constraints": [{"id": "spread", "vms": [1, 2], "continuous": true},
         {"id": "running", "vm": 7, "continuous": false}, {"id": "online", "node": 4},
         {"id": "preserve", "vm": 2, "rc": "memory", "amount": 5},
         {"id": "fence", "vm": 7, "nodes": [5], "continuous": false},
         {"id": "Deadline", "vm": 7, "timestamp": "+0:1:30"}],
       "objective": {"id": "minimizeMTTR"}}
      """;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws Exception {
    Files.writeString(folder.resolve("ours.json"), OURS);
    Files.writeString(folder.resolve("btrplace.json"), BTRPLACE);
    try (OutputStream gzip =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("btrplace.json.gz")))) {
      gzip.write(BTRPLACE.getBytes(StandardCharsets.UTF_8));
    }
    byte[] whole = Files.readAllBytes(folder.resolve("btrplace.json.gz"));
    Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, whole.length / 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"deadline(vm1, 1s)", "deadline(vm2, 1s)", "deadline(vm[1-2], 1s)"})
  void whatCannotMoveInTimeStaysAndAnotherMoves(String deadline) throws Exception {
    Files.writeString(
        folder.resolve("apart.json"),
        """
        {"format": "heddle-instance-1", "resources": ["cpu", "memory"],
         "hosts": [{"name": "host[1-3]", "capacity": {"cpu": 8, "memory": 9000}}],
         "machines": [
           {"name": "vm[1-2]", "state": "running", "host": "host1", "demand": {"cpu": 2, "memory": 4096}},
           {"name": "vm3", "state": "running", "host": "host2", "demand": {"cpu": 2, "memory": 10}}],
         "constraints": ["spread(vm[1-3])", "%s"]}
        """
            .formatted(deadline));
    boolean possible = !deadline.contains("[");
    assertThat(heddle("plan solve " + folder + "/apart.json -o json --time-limit 5s"))
        .isEqualTo(possible ? 0 : 6);
  }

  private int heddle(String line) {
    out.reset();
    err.reset();
    PrintStream output = new PrintStream(out, true, StandardCharsets.UTF_8);
    Environment around =
        new Environment(
            new ByteArrayInputStream(new byte[0]),
            output,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.NONE,
            Terminal.NONE,
            false,
            Map.of(),
            folder,
            InstantSource.system());
    SequencedMap<String, Supplier<Object>> extra = new LinkedHashMap<>();
    extra.put("plan solve", () -> new SolveCommand(around));
    extra.put("plan check", () -> new CheckCommand(around));
    extra.put("plan explain", () -> new ExplainCommand(around));
    extra.put("plan fuzz", () -> new FuzzCommand(around));
    return HeddleCommand.run(around, extra, line.replace("@", folder + "/").split(" +"));
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aBoxThatIsTooShortEndsWithTheFirstPlanOrWithHonestWords() {
    assertThat(heddle("plan solve @ours.json --time-limit 0ms")).as(complained()).isZero();
    assertThat(said()).contains("migrate").contains("boot");
    assertThat(heddle("plan solve @ours.json --time-limit 0ms --overtime 0ms")).isEqualTo(6);
    assertThat(complained())
        .contains("there may be one, with more time")
        .contains("no plan within 0 ms: give more time (--time-limit, --overtime)");
  }

  @Test
  void aPlanIsFoundPrintedAndChecked() throws Exception {
    assertThat(heddle("plan solve @ours.json --time-limit 2s")).as(complained()).isZero();
    assertThat(said()).contains("proven").contains("migrate").contains("boot").contains("vm3");
    assertThat(heddle("plan solve @ours.json --time-limit 200000000min")).isZero();
    assertThat(heddle("plan solve @ours.json --time-limit 2s -o json")).isZero();
    assertThat(said())
        .contains("\"feasible\":true", "\"objective\":8", "\"lowerBound\":8", "\"movedMemory\":8")
        .contains("\"migrations\":1", "\"endOfPlan\":", "\"firstSolutionMs\":", "\"solveMs\":")
        .contains("\"parseMs\":");
    Files.writeString(folder.resolve("plan.json"), said());
    assertThat(heddle("plan check @ours.json @plan.json")).as(said() + complained()).isZero();
    assertThat(said()).startsWith("right: ");
    assertThat(heddle("plan check @ours.json")).isEqualTo(1);
    assertThat(said()).contains("vm3 is ready in the end and shall be running");
  }

  @Test
  void btrPlacesInstancesAreReadAndItsPlansWrittenAndRead() throws Exception {
    for (String name : new String[] {"btrplace.json", "btrplace.json.gz"}) {
      assertThat(heddle("plan solve @" + name + " --no-relaunch -o btrplace")).isZero();
      assertThat(said())
          .startsWith("{\"origin\":{\"mapping\":{\"readyVMs\":[7],\"offlineNodes\":[9]")
          .contains(
              "{\"id\":\"bootVM\",\"vm\":7,\"on\":5,\"to\":5,\"start\":0,\"end\":4,\"hooks\":")
          .contains("\"id\":\"migrateVM\"");
      Files.writeString(folder.resolve("plan.json"), said());
      assertThat(heddle("plan check @" + name + " @plan.json")).as(said()).isZero();
      assertThat(heddle("plan solve @plan.json")).as("the origin of a plan").isZero();
    }
    Files.writeString(
        folder.resolve("plan.json"),
        """
        {"actions": [{"id": "bootVM", "vm": 7, "on": 5, "start": 0, "end": 4, "hooks": {}},
          {"id": "migrateVM", "vm": 2, "from": 4, "to": 5, "start": 0, "end": 1, "hooks": {"post":
            [{"id": "allocate", "vm": 2, "rc": "memory", "amount": 4}]}}]}
        """);
    assertThat(heddle("plan check @btrplace.json @plan.json")).isEqualTo(1);
    assertThat(said()).contains("demand: vm2 is given 4 memory and shall have 5");
  }

  @Test
  void aStatelessMachineIsForgedBootedAndTakesTheOthersPlace() throws Exception {
    Files.writeString(
        folder.resolve("plan.json"),
        """
        {"actions": [
          {"id": "forgeVM", "vm": 8, "start": 0, "end": 0, "hooks": {}},
          {"id": "bootVM", "vm": 8, "on": 5, "start": 0, "end": 1,
            "hooks": {"pre": [{"id": "substitutedVM", "vm": 1, "newVm": 8}]}},
          {"id": "shutdownVM", "vm": 1, "on": 4, "start": 1, "end": 2, "hooks": {}},
          {"id": "allocate", "vm": 2, "on": 4, "rc": "memory", "amount": 5, "start": 0, "end": 0,
            "hooks": {"pre": [], "post": []}},
          {"id": "bootVM", "vm": 7, "on": 5, "start": 0, "end": 4, "hooks": {}}]}
        """);
    assertThat(heddle("plan check @btrplace.json @plan.json")).as(said()).isZero();
    assertThat(said()).startsWith("right: 3 actions, end 4 s");
  }

  @Test
  void allocationsOfOneMachineCountUntilTheLastHasEnded() throws Exception {
    String plan =
        """
        {"actions": [
          {"id": "allocate", "vm": 0, "on": 0, "rc": "cpu", "amount": 2, "start": 0, "end": 1},
          {"id": "allocate", "vm": 0, "on": 0, "rc": "mem", "amount": 2, "start": 5, "end": 6},
          {"id": "bootVM", "vm": 1, "on": 0, "start": BOOT, "end": 9}]}
        """;
    Files.writeString(
        folder.resolve("two.json"),
        """
        {"model": {"mapping": {"readyVMs": [1], "offlineNodes": [],
           "onlineNodes": {"0": {"runningVMs": [0], "sleepingVMs": []}}},
          "attributes": {"nodes": {}, "vms": {}},
          "views": [{"id": "shareableResource", "rcId": "cpu", "defConsumption": 1,
                     "defCapacity": 4, "vms": {}, "nodes": {}},
                    {"id": "shareableResource", "rcId": "mem", "defConsumption": 8,
                     "defCapacity": 10, "vms": {}, "nodes": {}}]},
         "constraints": [{"id": "preserve", "vm": 0, "rc": "cpu", "amount": 2},
           {"id": "preserve", "vm": 0, "rc": "mem", "amount": 2}, {"id": "running", "vm": 1}]}
        """);
    Files.writeString(folder.resolve("plan.json"), plan.replace("BOOT", "2"));
    assertThat(heddle("plan check @two.json @plan.json")).as(said()).isEqualTo(1);
    assertThat(said()).contains("of 10 mem");
    String right = plan.replace("BOOT", "6");
    Files.writeString(folder.resolve("plan.json"), right);
    assertThat(heddle("plan check @two.json @plan.json")).as(said()).isZero();
    // more than it asks for is right, as long as there is room
    String moreCpu = right.replace("\"cpu\", \"amount\": 2", "\"cpu\", \"amount\": 3");
    Files.writeString(folder.resolve("plan.json"), moreCpu);
    assertThat(heddle("plan check @two.json @plan.json")).as(said()).isZero();
    String moreMemory = right.replace("\"mem\", \"amount\": 2", "\"mem\", \"amount\": 3");
    Files.writeString(folder.resolve("plan.json"), moreMemory);
    assertThat(heddle("plan check @two.json @plan.json")).isEqualTo(1);
    assertThat(said()).contains("11 of 10 mem");
  }

  @Test
  void whatBtrPlacesReaderAsksForIsWritten() throws Exception {
    String instance =
        """
        {"format": "heddle-instance-1", "resources": ["cpu", "memory"],
         "hosts": [{"name": "h[1-2]", "capacity": {"cpu": 4, "memory": 100}}],
         "machines": [{"name": "k", "demand": {"cpu": 1, "memory": 1}},
           {"name": "s", "state": "running", "host": "h1", "stateless": true,
            "demand": {"cpu": 1, "memory": 50},
            "attributes": {"boot": 1, "shutdown": 1, "migrate": 50}}],
         "constraints": ["killed(k)", "ban(s, h1)"]}
        """;
    Files.writeString(folder.resolve("s.json"), instance);
    assertThat(heddle("plan solve @s.json -o btrplace")).as(complained()).isZero();
    assertThat(said())
        .contains("\"id\":\"killVM\",\"vm\":0,\"on\":0,")
        .contains("\"id\":\"bootVM\",\"vm\":2,\"on\":1,\"to\":1,")
        .contains("{\"id\":\"allocate\",\"rc\":\"memory\",\"vm\":2,\"amount\":50}");
    Files.writeString(folder.resolve("plan.json"), said());
    assertThat(heddle("plan check @s.json @plan.json")).as(said()).isZero();
    Files.writeString(
        folder.resolve("s.json"), instance.replace("\"memory\": 100", "\"memory\": 3000000000"));
    assertThat(heddle("plan solve @s.json -o btrplace")).isEqualTo(2);
    assertThat(said()).isEmpty();
    assertThat(complained()).contains("3000000000 memory is more than BtrPlace can count");
  }

  @Test
  void plansAreDrawn() {
    assertThat(heddle("plan solve @ours.json -o dot")).isZero();
    assertThat(said()).startsWith("digraph plan {").contains("migrate vm").endsWith("}\n");
    assertThat(heddle("plan solve @ours.json -o svg")).isZero();
    assertThat(said()).startsWith("<svg").contains("<title>").endsWith("</svg>\n");
  }

  @Test
  void machinesArePinnedAndForbiddenByHandAndExplained() throws Exception {
    assertThat(heddle("plan solve @ours.json -o json --pin vm1=host1 --forbid vm2=host2")).isZero();
    assertThat(said())
        .contains("\"action\":\"migrate\",\"machine\":\"vm2\",\"from\":\"host1\",\"to\":\"host3\"");
    Files.writeString(folder.resolve("rules.txt"), "# by hand\nfence(vm[1-2], host1)\n");
    assertThat(heddle("plan solve @ours.json --constraints @rules.txt")).isEqualTo(6);
    assertThat(complained()).contains("there is no plan").contains("spread");
    assertThat(heddle("plan explain @ours.json")).isZero();
    assertThat(said()).contains("why: ").contains("spread(vm[1-3])");
    assertThat(heddle("plan explain @ours.json --machine vm[1-2] --pin vm1=host1")).isZero();
    assertThat(said()).contains("vm1 stays on host1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plan solve @missing.json                   | 2 | is not there; give the path",
        "plan solve @ours.json --objective fun      | 2 | --objective: 'fun' is no goal; use moved-",
        "plan solve @ours.json --time-limit soon    | 2 | --time-limit: 'soon' is no time",
        "plan solve @ours.json --durations quick    | 2 | --durations: 'quick' is no model",
        "plan solve @ours.json --pin vm9=host1      | 2 | --pin: the instance has no machine 'vm9'",
        "plan solve @ours.json --pin vm1            | 2 | --pin: 'vm1' has no '='",
        "plan fuzz --hosts 0                        | 2 | --hosts: 0 is too few; give 1 or more",
        "plan fuzz --machines -3                    | 2 | --machines: -3 is too few",
        "plan fuzz --runs -1                        | 2 | --runs: -1 is too few",
        "plan check @ours.json @cut.gz              | 2 | cut.gz: cannot be read to its end: ",
        "plan solve @cut.gz                         | 2 | cut.gz: cannot be read to its end: ",
        "plan check @ours.json @ours.json           | 2 | there are no \"actions\"",
      })
  void wrongCommandLinesAreRefusedOnce(String line, int code, String words) {
    assertThat(heddle(line)).isEqualTo(code);
    assertThat(complained()).contains(words).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"host1\"         | \"host9\"          | 2 | machine vm1: there is no host 'host9'; list it",
        "\"memory\": 64    | \"memory\": -1     | 2 | /hosts/0/capacity/memory: '-1' is not a whole",
        "\"memory\": 64    | \"memory\": 99999999999999999999 | 2 | is not a whole number from 0 to",
        "\"memory\": 64    | \"disk\": 64       | 2 | host host1: there is no resource 'disk'",
        "running(vm3)      | running(vm4)       | 2 | /constraints/1: constraint 'running': the instance has no machine 'vm4'",
        "running(vm3)      | runs(vm3)          | 2 | there is no constraint 'runs'; write one of",
        "running(vm3)      | running(vm3)\", \"killed(vm3) | 6 | machine vm3: shall be both running and killed",
        "running(vm3)      | online(host1)\", \"offline(host1) | 6 | shall be both online and offline",
        "\"hosts\": [      | \"hosts\": 3, \"x\": [ | 2 | /hosts: here is not a list",
        "\"resources\"     | \"resorces\"       | 2 | 'resorces' is not known; use resources",
        "host[1-3]         | host[3-1]          | 2 | runs backwards",
        "]}                | ]                  | 2 | is no JSON",
      })
  void badInstancesAreRefusedWithPlaceAndRemedy(String right, String wrong, int code, String words)
      throws Exception {
    int last = OURS.lastIndexOf(right);
    String text = right.equals("]}") ? OURS.substring(0, last) + wrong : OURS.replace(right, wrong);
    Files.writeString(folder.resolve("bad.json"), text);
    assertThat(heddle("plan solve @bad.json")).as(complained()).isEqualTo(code);
    assertThat(complained()).contains(words).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[1, 2], \"cont   | [1, 22], \"cont  | constraint 1 (spread): there is no VM 22 in the mapping",
        "\"node\": 4       | \"node\": 44       | online: there is no node 44 in the mapping",
        "\"rc\": \"memory\" | \"rc\": \"disk\"    | constraint 2 (preserve): there is no resource 'disk'",
        "+0:1:30           | tomorrow           | 'tomorrow' is not a time after the start",
        "\"readyVMs\": [7] | \"readyVMs\": [7, 1] | VM 1 is in the mapping twice",
        "\"id\": \"spread\" | \"id\": \"sprad\"   | constraint 1 (sprad): is not known",
        "\"nodes\": [5],    | \"nods\": [5],     | /constraints/4: 'fence' has no nodes; add",
        "minimizeMTTR\"}}  | minimizeMTTR\"}} x | is no JSON",
        "minimizeMTTR\"}}  | minimizeMTTR\"}} 7 | there is more after the end",
        "\"2\": 3          | \"2\": -3          | '-3' is not a whole number",
      })
  void badBtrPlaceInstancesToo(String right, String wrong, String words) throws Exception {
    assertThat(BTRPLACE).contains(right);
    Files.writeString(folder.resolve("bad.json"), BTRPLACE.replace(right, wrong));
    assertThat(heddle("plan solve @bad.json")).isEqualTo(2);
    assertThat(complained()).contains(words).hasLineCount(1);
  }
}
