package org.heddle.dist.end2end;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.dist.end2end.TestGrid.vjob;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.heddle.api.GridApi.ContentView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.dist.box.BoxSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Images and saved states of real guests go over the link between two sites by content. */
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ContentTest {
  /** Two small hosts on each of two sites: one machine of 160 MiB fits a host. */
  private static final BoxSpec TWO_BY_TWO = new BoxSpec(2, 2, 2, 256, 4096, 20, 1000, 500);

  private static final long MIB = 1 << 20;

  /** Leases, reports and events of the hosts on the other site, for minutes. */
  private static final long CHATTER = 4 * MIB;

  private TestGrid grid;

  @BeforeAll
  void up() throws Exception {
    grid = TestGrid.up("content", TWO_BY_TWO);
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
  void oneCopyOfAnImageAndLessThanTheMemoryOfAStateGoOverTheLink() throws Exception {
    long image = imageBytes();
    leaveOnly("host3", "host4");
    long before = linkBytes();
    grid.client.submit(
        vjob(
            """
            name: pair
            machines:
              - {name: node, count: 2, image: tiny, memory: 160MiB}
            run: %s
            """
                .formatted(TestGrid.UNTIL_TOLD)));
    grid.await("pair", "running");
    assertThat(Stream.of("node1.pair", "node2.pair").map(this::host))
        .containsExactlyInAnyOrder("host3", "host4");
    assertThat(linkBytes() - before).isBetween(image / 2, image + image / 4 + CHATTER);

    grid.client.suspend("pair");
    assertThat(grid.await("pair", "sleeping").state()).isEqualTo("sleeping");
    leaveOnly("host1", "host2");
    ContentView moved = grid.client.status().content();
    before = linkBytes();
    grid.client.resume("pair");
    grid.await("pair", "running");
    long sent = linkBytes() - before;
    assertThat(Stream.of("node1.pair", "node2.pair").map(this::host))
        .containsExactlyInAnyOrder("host1", "host2");
    assertThat(sent).isLessThan(160 * MIB);
    ContentView now =
        grid.await(
            "what was saved",
            () -> grid.client.status().content(),
            content -> content.wholeBytes() > moved.wholeBytes());
    assertThat(now.sentBytes()).isLessThan(now.wholeBytes());
    assertThat(now.savedPercent()).isPositive();
    assertThat(now.repositories()).containsExactly("host2", "host4");
    VjobView ended = grid.finish("pair", "node1.pair");
    assertThat(ended.exitCode()).as(ended.reason() + ended.output()).isEqualTo(TestGrid.ok());
    grid.assertNothingLostOrDoubled();
  }

  @Test
  void aVjobWhoseStateLiesOnALostHostResumesFromTheRepository() throws Exception {
    grid.client.submit(
        vjob(
            """
            name: kept
            machines:
              - {name: node, image: tiny, memory: 128MiB}
            run: %s
            """
                .formatted(TestGrid.UNTIL_TOLD)));
    grid.await("kept", "running");
    grid.client.suspend("kept");
    assertThat(grid.await("kept", "sleeping").state()).isEqualTo("sleeping");
    String lost = host("node.kept");
    assertThat(lost).isIn("host1", "host3");
    String repository = lost.equals("host1") ? "host2" : "host4";
    grid.await(
        "a copy on " + repository,
        () -> copies(repository),
        names -> names.stream().anyMatch(name -> name.startsWith("copy@node.kept@")));
    grid.kill("agent", "--name", lost);
    grid.await(
        lost + " lost",
        () -> grid.client.hosts(),
        hosts ->
            hosts.stream()
                .anyMatch(host -> host.name().equals(lost) && host.state().equals("lost")));
    grid.client.resume("kept");
    VjobView ended = grid.finish("kept", "node.kept");
    assertThat(ended.exitCode()).as(ended.reason() + ended.output()).isEqualTo(TestGrid.ok());
    assertThat(grid.done("resume")).anyMatch(action -> action.machine().equals("node.kept"));
    assertThat(grid.upAgain()).containsExactly("agent of " + lost);
    grid.await(
        lost + " back",
        () -> grid.client.hosts(),
        hosts -> hosts.stream().noneMatch(host -> host.state().equals("lost")));
    grid.await("no copy", () -> copies(repository), List::isEmpty);
  }

  @Test
  void anImageThatIsARecipeIsBuiltByTheGridAndBootedElsewhere() throws Exception {
    // On the builder's own site: the link to the other one is measured by another test.
    leaveOnly("host2");
    Path file =
        Files.writeString(
            grid.state.resolve("own.yaml"),
            """
            name: own
            machines:
              - name: node
                memory: 128MiB
                image:
                  name: own
                  from: tiny
                  files: [{path: /etc/own, content: "made for it"}]
            run: grep -q 'made for it' /etc/own
            """);
    TestGrid.Said wrong =
        grid.command(
            "submit",
            Files.writeString(
                    grid.state.resolve("wrong.yaml"),
                    Files.readString(file).replace("from: tiny", "from: tinny"))
                .toString());
    assertThat(wrong.words()).contains("wrong.yaml:7: from: no class or recipe 'tinny'");
    assertThat(wrong.exitCode()).isEqualTo(2);
    TestGrid.Said said = grid.command("submit", "--wait", file.toString());
    assertThat(said.exitCode()).as(said.words()).isZero();
    VjobView ended = grid.client.vjob("own");
    assertThat(ended.exitCode()).as(ended.reason() + ended.output()).isEqualTo(TestGrid.ok());
    String image = ended.spec().machines().getFirst().image();
    assertThat(image).matches("own-[0-9a-f]{12}");
    assertThat(grid.state.resolve("hosts/host2/images").resolve(image).resolve("image.json.sig"))
        .exists();
    grid.client.deleteImage(image);
    grid.await("no " + image, () -> grid.client.farm().images(), images -> !images.contains(image));
  }

  private String host(String machine) {
    return grid.machine(machine).host().orElseThrow();
  }

  private void leaveOnly(String... hosts) {
    for (int i = 1; i <= 4; i++) {
      String host = "host" + i;
      if (List.of(hosts).contains(host)) {
        grid.client.undrain(host);
      } else {
        grid.client.drain(host);
      }
    }
  }

  /** What the host keeps complete copies of, of whatever vjob. */
  private List<String> copies(String host) {
    Path indexes = grid.state.resolve("hosts").resolve(host).resolve("content").resolve("indexes");
    try (Stream<Path> all = Files.list(indexes)) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("copy@"))
          .toList();
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private long imageBytes() throws IOException {
    long sum = 0;
    try (Stream<Path> files = Files.list(grid.state.resolve("images").resolve("tiny"))) {
      for (Path file : files.toList()) {
        sum += Files.size(file);
      }
    }
    return sum;
  }

  /** Bytes that the link between the sites has carried, both ways. */
  private long linkBytes() throws Exception {
    String site = grid.shape.sites().getFirst().namespace();
    Process process =
        new ProcessBuilder("ip", "netns", "exec", site, "cat", "/proc/net/dev").start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher counts =
        Pattern.compile("(?m)^ *to-site2: *(\\d+)(?: +\\d+){7} +(\\d+) ").matcher(said);
    assertThat(counts.find()).as(said).isTrue();
    return Long.parseLong(counts.group(1)) + Long.parseLong(counts.group(2));
  }
}
