package org.heddle.dist.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.heddle.api.Json;
import org.heddle.wiring.Shell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("real")
class BoxNetworkTest {
  private static final BoxSpec SMALL = new BoxSpec(2, 1, 1, 64, 64, 10, 500, 50);

  @TempDir Path folder;
  private final Shell shell = Shell.here();
  private final List<Box> boxes = new ArrayList<>();

  @AfterEach
  void takeDown() throws IOException {
    for (Box box : boxes) {
      new BoxNetwork(box).down();
    }
  }

  @Test
  void hostsOfBothSitesAndTheControllerReachEachOther() throws Exception {
    Box box = claimed("one");
    new BoxNetwork(box).up();
    Box.Host first = box.hosts().getFirst();
    Box.Host second = box.hosts().getLast();

    ping(Shell.in(first.namespace()), second.address());
    ping(Shell.in(second.namespace()), box.controllerAddress());
    ping(shell, second.address());
    assertThatThrownBy(() -> ping(Shell.in(first.namespace()), "192.0.2.1", 2))
        .as("a host sees nothing beyond the grid")
        .isInstanceOf(Shell.Failed.class);
  }

  @Test
  void linksHaveTheirRatesInBothDirections() throws Exception {
    Box box = claimed("one");
    new BoxNetwork(box).up();
    Box.Host host = box.hosts().getFirst();
    String site = host.site().namespace();

    assertThat(rate(host.namespace(), "eth0")).isEqualTo(500_000_000L / 8);
    assertThat(rate(site, host.name())).isEqualTo(500_000_000L / 8);
    assertThat(rate(site, "to-site2")).isEqualTo(50_000_000L / 8);
    assertThat(rate(box.hosts().getLast().site().namespace(), "to-site1"))
        .isEqualTo(50_000_000L / 8);
  }

  @Test
  void upTwiceIsUpOnceAndMissingPartsAreAdded() throws Exception {
    Box box = claimed("one");
    BoxNetwork network = new BoxNetwork(box);
    network.up();
    Box.Host first = box.hosts().getFirst();
    Box.Host second = box.hosts().getLast();
    String before = cardOf(first) + cardOf(second);
    network.up();
    assertThat(cardOf(first) + cardOf(second)).isEqualTo(before);

    shell.run("ip", "netns", "del", second.namespace());
    shell.run("ip", "-n", first.site().namespace(), "link", "del", "to-site2");
    Files.createFile(Path.of("/run/netns", second.namespace()));
    network.up();
    ping(Shell.in(first.namespace()), second.address());
    assertThat(cardOf(first)).as("what was there stays").isEqualTo(before.substring(0, 17));
  }

  @Test
  void downLeavesNothingFromAnyState() throws Exception {
    Set<String> before = traces();
    Box box = claimed("one");
    BoxNetwork network = new BoxNetwork(box);
    network.up();
    assertThat(traces()).isNotEqualTo(before);
    network.down();
    assertThat(traces()).isEqualTo(before);
    network.down();

    network.claim();
    Files.createFile(Path.of("/run/netns", box.mark() + "cut-off"));
    shell.run("ip", "netns", "del", box.hosts().getFirst().namespace());
    network.down();
    assertThat(traces()).isEqualTo(before);
  }

  @Test
  void twoBoxesSideBySideDoNotMeet() throws Exception {
    Box one = claimed("one");
    new BoxNetwork(one).up();
    BoxFolder twoFolder = folder("two");
    Box wanting = Claim.first(twoFolder, SMALL);
    Box sameBlock =
        new Box(wanting.id(), wanting.folder(), one.block(), 0, wanting.agentPort(), SMALL);
    boxes.add(sameBlock);
    assertThat(new BoxNetwork(sameBlock).claim()).as("the block is taken").isFalse();
    new BoxNetwork(sameBlock).down();
    Box two = Claim.block(sameBlock, twoFolder);
    assertThat(two.block()).isNotEqualTo(one.block());
    new BoxNetwork(two).up();

    for (Box box : List.of(one, two)) {
      ping(shell, box.hosts().getLast().address());
      ping(Shell.in(box.hosts().getFirst().namespace()), box.hosts().getLast().address());
    }
    Shell insideOne = Shell.in(one.hosts().getFirst().namespace());
    assertThatThrownBy(() -> ping(insideOne, two.hosts().getFirst().address(), 2))
        .isInstanceOf(Shell.Failed.class);
    new BoxNetwork(one).down();
    ping(shell, two.hosts().getLast().address());
  }

  @Test
  void anIdThatAnotherFolderHasIsNotTaken() throws Exception {
    Box one = claimed("one");
    Box asked = Claim.first(folder("one"), SMALL);
    assertThat(asked.id()).as("of the same folder").isEqualTo(one.id());
    shell.run("ip", "link", "set", one.uplinkDevice(), "alias", "heddle:of-another-folder");
    assertThat(Claim.first(folder("one"), SMALL).id()).isNotEqualTo(one.id());
  }

  private BoxFolder folder(String name) throws IOException {
    BoxFolder made = new BoxFolder(folder.resolve(name));
    made.create();
    return made;
  }

  private Box claimed(String name) throws Exception {
    BoxFolder at = folder(name);
    Box box = Claim.block(Claim.first(at, SMALL), at);
    boxes.add(box);
    assertThat(at.box()).contains(box);
    return box;
  }

  private static void ping(Shell from, String to) throws IOException {
    ping(from, to, 60);
  }

  private static void ping(Shell from, String to, int seconds) throws IOException {
    from.run("busybox", "ping", "-c", "1", "-W", Integer.toString(seconds), to);
  }

  private long rate(String namespace, String device) throws IOException {
    String printed = shell.run("tc", "-n", namespace, "-j", "qdisc", "show", "dev", device);
    JsonNode qdisc = Json.MAPPER.readTree(printed).path(0);
    assertThat(qdisc.path("kind").asString("")).isEqualTo("tbf");
    return qdisc.path("options").path("rate").asLong();
  }

  /** MAC address of the host's card: another one if the card was made anew. */
  private String cardOf(Box.Host host) throws IOException {
    String printed = shell.run("ip", "-n", host.namespace(), "-j", "link", "show", "dev", "eth0");
    return Json.MAPPER.readTree(printed).path(0).path("address").asString("");
  }

  /** Everything on this machine that carries the mark of one of our boxes. */
  private Set<String> traces() throws IOException {
    Set<String> traces = new TreeSet<>();
    Path namespaces = Path.of("/run/netns");
    if (Files.isDirectory(namespaces)) {
      try (Stream<Path> files = Files.list(namespaces)) {
        files.map(Path::toString).filter(this::ours).forEach(traces::add);
      }
    }
    shell.run("ip", "-o", "link", "show").lines().filter(this::ours).forEach(traces::add);
    shell.run("ip", "route", "show").lines().filter(this::ours).forEach(traces::add);
    return traces;
  }

  private boolean ours(String line) {
    return boxes.stream().anyMatch(box -> line.contains(box.mark()));
  }
}
