package org.heddle.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.heddle.model.Constraints;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineKind;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class VjobFileTest {
  private static final String GOOD =
      """
      name: mrbayes
      priority: 5
      machines:
        - name: node
          count: 3
          image: debian
          cores: 1
          memory: 256MiB
          disk: 2GiB
      run: mpirun mb primates.nex
      """;

  private static VjobFile read(String text) {
    return VjobFile.read("mrbayes.yaml", text, "alice");
  }

  private static List<String> problems(String text) {
    return read(text).problems().stream().map(VjobFile.Problem::toString).toList();
  }

  @Test
  void aGoodFileIsAVjob() {
    VjobFile file = read(GOOD);
    assertThat(file.problems()).isEmpty();
    assertThat(file.documents().getFirst().spec())
        .isEqualTo(
            new VjobSpec(
                new VjobId("mrbayes"),
                5,
                "alice",
                List.of(
                    new MachineGroup(
                        "node",
                        3,
                        "debian",
                        new Resources(1, 256, 2048),
                        MachineKind.VM,
                        Optional.empty())),
                Optional.of("mpirun mb primates.nex")));
  }

  private static String constrained(String... constraints) {
    return GOOD + "constraints:\n  - " + String.join("\n  - ", constraints) + "\n";
  }

  @Test
  void constraintsNameTheVjobsMachinesAndHostsOfTheGrid() {
    VjobFile file =
        read(
            constrained(
                "spread(node[1-3])",
                "fence(node1, site1)",
                "always ban(*, host[4-5])",
                "splitAmong({node1, node[2-3]}, {site1, site2})"));
    assertThat(file.problems()).isEmpty();
    assertThat(file.documents().getFirst().spec().constraints())
        .isEqualTo(
            Constraints.of(
                "spread(node[1-3])",
                "fence(node1, site1)",
                "always ban(*, host[4-5])",
                "splitAmong({node1, node[2-3]}, {site1, site2})"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spread(node[1-4]) | constraints[1]: 'spread(node[1-4])': the vjob has no machine 'node4'; name some of node[1-3], or * for all
          spred(node1) | constraints[1]: constraint 'spred(node1)', column 1: there is no constraint 'spred'; write one of
          fence(node1) | constraints[1]: constraint 'fence(node1)', column 1: fence has 1 arguments, not 2; give machines, such as vm[1-3]; hosts, such as host[1-4]
          spread(node[1-3) | constraints[1]: constraint 'spread(node[1-3)', column
          always root(node1) | constraints[1]: constraint 'always root(node1)', column 1: root cannot hold always; leave out 'always'
          maxOnline(host1, 1) | constraints[1]: 'maxOnline(host1, 1)': 'maxOnline' is not for the file of a vjob, since it speaks of hosts, for all vjobs: an administrator may add it with 'heddle constraint add' (there are among, ban, fence, gather, lonely, precedence, root, sequence, serialize, split, splitAmong, spread)
          running(node1) | constraints[1]: 'running(node1)': 'running' is not for the file of a vjob, since a vjob runs and sleeps as a whole, by its priority
          [a, b] | constraints[1]: write one such as spread(node[1-3])
          """)
  void aBadConstraintIsToldWithItsLineAndRemedy(String constraint, String message) {
    String text = constrained("gather(node[1-2])", constraint);
    assertThat(problems(text))
        .anySatisfy(problem -> assertThat(problem).startsWith("mrbayes.yaml:13: " + message));
    assertThat(read(text).documents()).isEmpty();
  }

  @Test
  void constraintsAreAListWithSomethingInIt() {
    assertThat(problems(GOOD + "constraints: spread(node1)\n"))
        .containsExactly(
            "mrbayes.yaml:11: constraints: write a list of constraints, or leave the key out");
    assertThat(problems(GOOD + "constraints: []\n")).hasSize(1);
  }

  @Test
  void aRefusalOfAConstraintIsLaidAtItsLine() {
    VjobFile.Document document =
        read(constrained("spread(*)", "fence(node1, nowhere)")).documents().getFirst();
    assertThat(document.blame("constraints[1]", "the grid has no host 'nowhere'").line())
        .isEqualTo(13);
    assertThat(document.blame("constraints", "not even the empty grid").line()).isEqualTo(12);
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    VjobSpec spec =
        read("name: a\nmachines: [{name: m, image: tiny, memory: 64MiB}]")
            .documents()
            .getFirst()
            .spec();
    assertThat(spec.priority()).isZero();
    assertThat(spec.owner()).isEqualTo("alice");
    assertThat(spec.run()).isEmpty();
    assertThat(spec.constraints().isEmpty()).isTrue();
    assertThat(spec.machines().getFirst().count()).isEqualTo(1);
    assertThat(spec.machines().getFirst().demand()).isEqualTo(new Resources(1, 64, 0));
  }

  @Test
  void severalDocumentsAreSeveralVjobs() {
    VjobFile file = read(GOOD + "---\n" + GOOD.replace("mrbayes", "other"));
    assertThat(file.documents())
        .extracting(it -> it.spec().name().value())
        .containsExactly("mrbayes", "other");
    assertThat(file.documents().get(1).blame("machines[0].image", "no"))
        .hasToString("mrbayes.yaml:17: machines[0].image: no");
  }

  @Test
  void twoVjobsOfOneNameInAFileAreRefused() {
    assertThat(problems(GOOD + "---\n" + GOOD))
        .containsExactly(
            "mrbayes.yaml:12: name: 'mrbayes' is the name of the vjob at line 1 too; give it"
                + " another");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          memory: 256MiB | memory: 256 MiBs | mrbayes.yaml:8: machines[0].memory: '256 MiBs': write a size such as 256MiB or 2GiB
          memory: 256MiB | memory: 256 | mrbayes.yaml:8: machines[0].memory: '256': write a size such as 256MiB or 2GiB
          memory: 256MiB | memory: 256MB | mrbayes.yaml:8: machines[0].memory: '256MB': write a size such as 256MiB or 2GiB
          memory: 256MiB | memory: -1GiB | mrbayes.yaml:8: machines[0].memory: '-1GiB': write a size such as 256MiB or 2GiB
          memory: 256MiB | memory: 0MiB | mrbayes.yaml:8: machines[0].memory: '0MiB' is impossible: write a size from 32MiB to 1024TiB
          memory: 256MiB | memory: | mrbayes.yaml:8: machines[0].memory: is empty: write a size such as 256MiB or 2GiB
          memory: 256MiB | memori: 256MiB | mrbayes.yaml:8: machines[0].memori: unknown key 'memori'; did you mean 'memory'?
          disk: 2GiB | disk: [2GiB] | mrbayes.yaml:9: machines[0].disk: one value is wanted here, not a list or keys: write a size such as 256MiB or 2GiB, or 0 for none
          cores: 1 | cores: 1.5 | mrbayes.yaml:7: machines[0].cores: '1.5': write a whole number from 1 to 1024
          cores: 1 | cores: 0 | mrbayes.yaml:7: machines[0].cores: '0': write a whole number from 1 to 1024
          count: 3 | count: 99999999999 | mrbayes.yaml:5: machines[0].count: '99999999999': write a whole number from 1 to 1000
          count: 3 | kind: xen | mrbayes.yaml:5: machines[0].kind: 'xen': write vm or container
          count: 3 | name: node | mrbayes.yaml:5: machines[0].name: given twice; keep one of them
          priority: 5 | priority: high | mrbayes.yaml:2: priority: 'high': write a whole number from -1000 to 1000
          priority: 5 | zzzzzz: 1 | mrbayes.yaml:2: zzzzzz: unknown key 'zzzzzz'; known keys: name, priority, owner, run, machines, constraints
          name: mrbayes | name: Mr Bayes | mrbayes.yaml:1: name: 'Mr Bayes': write 1 to 40 lower-case letters, digits and '-', not '-' at an end
          image: debian | image: ../debian | mrbayes.yaml:6: machines[0].image: '../debian': write the name of an image, such as debian
          """)
  void whatIsWrongIsSaidInOneMessage(String was, String becomes, String message) {
    assertThat(problems(GOOD.replace(was, becomes))).contains(message);
    assertThat(read(GOOD.replace(was, becomes)).documents()).isEmpty();
  }

  @Test
  void everyProblemOfAFileIsFoundAtOnce() {
    assertThat(problems("priority: x\nmachines:\n  - name: a\n    cores: no\n"))
        .containsExactly(
            "mrbayes.yaml:1: name: is missing: write 1 to 40 lower-case letters, digits and '-',"
                + " not '-' at an end",
            "mrbayes.yaml:1: priority: 'x': write a whole number from -1000 to 1000",
            "mrbayes.yaml:3: machines[0].image: is missing: write the name of an image, such as"
                + " debian",
            "mrbayes.yaml:4: machines[0].cores: 'no': write a whole number from 1 to 1024",
            "mrbayes.yaml:3: machines[0].memory: is missing: write a size such as 256MiB or 2GiB");
  }

  @Test
  void twoMachinesOfOneNameAreRefused() {
    String second = "  - {name: node2, image: tiny, memory: 64MiB}\n";
    assertThat(problems(GOOD.replace("run:", second + "run:")))
        .containsExactly(
            "mrbayes.yaml:10: machines[1].name: machine 'node2' would be named by machines[0] too;"
                + " give the group another name");
  }

  @Test
  void aColumnIsGivenToo() {
    VjobFile.Problem problem = read(GOOD.replace("cores: 1", "cores: many")).problems().getFirst();
    assertThat(problem.line()).isEqualTo(7);
    assertThat(problem.column()).isEqualTo(12);
  }

  @Test
  void whatIsNoVjobAtAllIsRefused() {
    assertThat(problems(""))
        .containsExactly("mrbayes.yaml:1: no vjob in it: write at least name and machines");
    assertThat(problems("just words").getFirst()).contains("known keys: name");
    assertThat(problems("name: [a\nb: c").getFirst()).contains("this is no YAML");
    assertThat(problems("name: a\n\tmachines: b").getFirst())
        .startsWith("mrbayes.yaml:2: this is no YAML");
    assertThat(problems("name: a\nmachines: []"))
        .containsExactly(
            "mrbayes.yaml:2: machines: write a list with at least one group of machines");
    assertThat(problems("name: a\nmachines: &m [*m]")).isNotEmpty();
    assertThat(problems("\0")).isNotEmpty();
  }

  @Test
  void theControllersRefusalIsLaidAtItsLine() {
    VjobFile.Document document = read(GOOD).documents().getFirst();
    assertThat(document.blame("machines[0].memory", "too much").line()).isEqualTo(8);
    assertThat(document.blame("machines[0].start", "no").line()).isEqualTo(4);
    assertThat(document.blame("machines[0].demand.memoryMiB", "no").line()).isEqualTo(4);
    assertThat(document.blame("", "no").line()).isEqualTo(1);
  }

  @Test
  void theSchemaHasTheKeysOfTheParser() throws IOException {
    try (InputStream in = VjobFile.class.getResourceAsStream("/docs/vjob.schema.json")) {
      JsonNode schema = Json.MAPPER.readTree(Objects.requireNonNull(in));
      JsonNode machine = schema.at("/$defs/machine");
      assertThat(schema.get("properties").propertyNames()).isEqualTo(VjobForm.KEYS);
      assertThat(machine.get("properties").propertyNames()).isEqualTo(VjobForm.MACHINE_KEYS);
      assertThat(schema.get("required").valueStream().map(JsonNode::asString))
          .containsExactlyInAnyOrderElementsOf(VjobForm.REQUIRED);
      assertThat(machine.get("required").valueStream().map(JsonNode::asString))
          .containsExactlyInAnyOrderElementsOf(VjobForm.MACHINE_REQUIRED);
      assertThat(schema.get("additionalProperties").asBoolean()).isFalse();
      assertThat(machine.get("additionalProperties").asBoolean()).isFalse();
      assertThat(machine.at("/properties/cores/maximum").asInt()).isEqualTo(VjobForm.MOST_CORES);
      assertThat(machine.at("/properties/count/maximum").asInt()).isEqualTo(MachineGroup.MAX_COUNT);
      assertThat(schema.at("/properties/priority/maximum").asInt())
          .isEqualTo(VjobSpec.MAX_PRIORITY);
      assertThat(schema.at("/properties/constraints/maxItems").asInt()).isEqualTo(Constraints.MOST);
      Pattern form = Pattern.compile(schema.at("/properties/constraints/items/pattern").asString());
      assertThat(List.of("spread(node[1-3])", "always split(a, b)", " root (a)"))
          .allMatch(form.asPredicate());
      assertThat(List.of("spread", "maxOnline(a, 1)", "always root(a)"))
          .noneMatch(form.asPredicate());
    }
  }

  @ParameterizedTest
  @CsvSource({"256MiB,256", "2GiB,2048", "1.5GiB,1536", "1TiB,1048576", "3 MiB,3"})
  void sizesAreRead(String text, long mib) {
    assertThat(Sizes.mib(text)).hasValue(mib);
    assertThat(Sizes.mib(Sizes.write(mib))).hasValue(mib);
  }

  @ParameterizedTest
  @CsvSource({"1.0001MiB", "0.5MiB", "1KiB", "MiB", "1 G", "''", "99999999999999MiB"})
  void whatIsNoWholeNumberOfMebibytesIsNoSize(String text) {
    assertThat(Sizes.mib(text)).isEmpty();
  }
}
