package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.heddle.agent.AgentOptions.ContentOptions;
import org.heddle.drivers.Capability.GuestExec;
import org.heddle.drivers.Folders;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Images and saved states go from agent to agent by content: what is sent, and what breaks. */
@Timeout(600)
final class AgentContentTest extends TwoAgents {
  private static final int KERNEL = 1_000_000;
  private static final int INITRD = 5_000_000;
  private static final long IMAGE_BYTES = KERNEL + INITRD;
  private final Random random = new Random(20261121);

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** An image that cannot be compressed, on the first host alone. */
  private void image(String name, byte[] kernel, byte[] initrd) throws IOException {
    Fixtures.image(folder.resolve("images"), name, kernel, initrd);
    for (TestHost host : List.of(one, two)) {
      // Asks the controller anew, and tells it what is here.
      host.agent.neighbours(name);
    }
  }

  private TestHost there(String name) throws Exception {
    TestHost host = host(name, "there", List.of(), ContentOptions.PLAIN);
    await().until(() -> controller.members().containsKey(name));
    return host;
  }

  private static Operation boot(String machine, String image) {
    return new Operation.Boot(Fixtures.launch(Fixtures.machine(machine), 1, image));
  }

  private long servedHere() {
    return one.agent.content().handler().bytesSent() + two.agent.content().handler().bytesSent();
  }

  private void assertWhole(TestHost host, String image) {
    for (String file : List.of("vmlinuz", "initrd")) {
      assertThat(host.state.resolve("images").resolve(image).resolve(file))
          .hasSameBinaryContentAs(folder.resolve("images").resolve(image).resolve(file));
    }
  }

  @Test
  void hostsOfASiteFetchOneCopyOfAnImageFromAnotherSite() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    List<TestHost> site = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      site.add(there("far" + i));
    }
    for (TestHost host : site) {
      host.client.operate("boot", boot("on-" + host.name, "large"));
    }
    for (TestHost host : site) {
      assertThat(end(host, "boot").outcome()).get().isInstanceOf(Outcome.Done.class);
      assertWhole(host, "large");
    }
    assertThat(servedHere()).isBetween(IMAGE_BYTES, IMAGE_BYTES * 5 / 4);
  }

  @Test
  void ofANewVersionOfAnImageOnlyWhatDiffersIsSent() throws Exception {
    byte[] kernel = random(KERNEL);
    byte[] initrd = random(INITRD);
    image("version1", kernel, initrd);
    TestHost far = there("far");
    done(far, "first", boot("a", "version1"));
    long before = servedHere();
    System.arraycopy(random(20_000), 0, initrd, 2_000_000, 20_000);
    image("version2", kernel, initrd);
    done(far, "second", boot("b", "version2"));
    assertWhole(far, "version2");
    assertThat(servedHere() - before).isBetween(20_000L, 200_000L);
    assertThat(far.agent.content().stored()).isGreaterThan(IMAGE_BYTES);
    assertThat(far.agent.content().count().sums().wholeBytes()).isEqualTo(2 * IMAGE_BYTES - KERNEL);
    assertThat(far.agent.content().count().sums().sentBytes())
        .isBetween(IMAGE_BYTES, IMAGE_BYTES + 400_000);
  }

  @Test
  void aHostThatShouldFetchForAllAndDoesNotAnswerIsDoneWithout() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    List<TestHost> site = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      site.add(there("far" + i));
    }
    String relay =
        site.stream()
            .filter(host -> host.agent.neighbours("large").relays("large").isEmpty())
            .findFirst()
            .orElseThrow()
            .name;
    for (TestHost host : site) {
      if (host.name.equals(relay)) {
        host.agent.close();
      }
    }
    for (TestHost host : site) {
      if (!host.name.equals(relay)) {
        done(host, "boot", boot("on-" + host.name, "large"));
        assertWhole(host, "large");
      }
    }
    assertThat(servedHere()).isBetween(IMAGE_BYTES, IMAGE_BYTES * 5 / 4);
  }

  @Test
  void aFetchThatIsCutGoesOnWhereItWas() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    two.agent.close();
    controller.members().remove("two");
    try (CuttingProxy link = new CuttingProxy(one.agent.host().agentUrl())) {
      controller.detour(one.agent.host().agentUrl(), link.url());
      TestHost far = there("far");
      link.cutAfter(KERNEL + 3_000_000);
      assertThat(failed(far, "first", boot("a", "large"))).isEqualTo(Outcome.Code.UNREACHABLE);
      assertThat(far.state.resolve("images").resolve("large")).doesNotExist();
      link.cutAfter(Long.MAX_VALUE);
      long before = link.passed();
      done(far, "second", boot("a", "large"));
      assertWhole(far, "large");
      assertThat(link.passed() - before).isLessThan(IMAGE_BYTES - KERNEL - 900_000);
    }
  }

  @Test
  void whatIsDamagedInTheStoreOfTheOneWhoGivesIsMadeAnew() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    Offering.await(() -> one.client.offerImage("large", false, false));
    two.agent.close();
    controller.members().remove("two");
    flipAByteOfThePacks(one);
    TestHost far = there("far");
    done(far, "boot", boot("a", "large"));
    assertWhole(far, "large");
  }

  @Test
  void whatIsDamagedInTheStoreOfTheOneWhoFetchesComesAgain() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    TestHost far = there("far");
    done(far, "first", boot("a", "large"));
    Folders.remove(far.state.resolve("images").resolve("large"));
    flipAByteOfThePacks(far);
    done(far, "second", boot("b", "large"));
    assertWhole(far, "large");
  }

  @Test
  void damagedIndexesComeFromAnotherHostOfTheSite() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    Offering.await(() -> one.client.offerImage("large", false, false));
    Offering.await(() -> two.client.offerImage("large", false, false));
    List<Path> indexes;
    try (Stream<Path> all = Files.list(one.state.resolve("content").resolve("indexes"))) {
      indexes = all.sorted().toList();
    }
    assertThat(indexes).hasSize(2);
    List<byte[]> sound =
        List.of(Files.readAllBytes(indexes.get(0)), Files.readAllBytes(indexes.get(1)));
    byte[] end = sound.get(1).clone();
    end[end.length - 1] ^= 1;
    Files.write(indexes.get(0), new byte[0]);
    Files.write(indexes.get(1), end);
    await().until(() -> one.agent.neighbours("large").ofSite().size() == 1);
    one.agent.content().collect();
    for (int i = 0; i < 2; i++) {
      assertThat(indexes.get(i)).hasBinaryContent(sound.get(i));
    }
  }

  private static void flipAByteOfThePacks(TestHost host) throws IOException {
    List<Path> packs;
    try (Stream<Path> all = Files.list(host.state.resolve("content").resolve("packs"))) {
      packs = all.sorted().toList();
    }
    for (Path pack : packs) {
      try (RandomAccessFile file = new RandomAccessFile(pack.toFile(), "rw")) {
        file.seek(file.length() / 2);
        int old = file.read();
        file.seek(file.length() / 2);
        file.write(old ^ 1);
      }
    }
  }

  @Test
  void anImageThatTheQuotaDoesNotAllowIsRefusedWithTheReason() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    TestHost far = host("far", "there", List.of(), new ContentOptions(2_000_000, false, 0));
    Outcome outcome = outcome(far, "boot", boot("a", "large"));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.code()).isEqualTo(Outcome.Code.NO_ROOM);
              assertThat(failed.message()).contains("may take 2000000 bytes");
            });
    assertThat(far.agent.content().trouble()).contains("may take 2000000 bytes");
    assertThat(far.agent.content().stored()).isLessThan(2_000_000);
    image("small2", random(1000), random(1000));
    done(far, "other", boot("b", "small2"));
    assertThat(far.agent.content().trouble()).isEmpty();
  }

  /** Suspends the machine on a host. */
  private static void save(TestHost host, MachineId machine, String id) throws Exception {
    done(host, "pause-" + id, new Operation.Pause(machine, 0));
    done(host, "save-" + id, new Operation.Save(machine, id));
  }

  private static void restore(TestHost from, TestHost to, String id, long life) throws Exception {
    done(
        to,
        "restore-" + id + life,
        new Operation.Restore(Fixtures.launch(NODE, life), id, Optional.of(from.ref())));
    done(to, "continue-" + id + life, new Operation.Continue(NODE, 0));
  }

  @Test
  void aStateThatComesBackBringsOnlyWhatIsNew() throws Exception {
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    byte[] memory = random(1_000_000);
    tee(one, "/big", memory);
    save(one, NODE, "s1");
    restore(one, two, "s1", 2);
    long first = two.agent.content().count().sums().sentBytes();
    assertThat(first).isBetween(1_000_000L, 1_500_000L);
    tee(two, "/small", random(1000));
    save(two, NODE, "s2");
    restore(two, one, "s2", 3);
    assertThat(one.agent.content().count().sums().wholeBytes()).isGreaterThan(2_000_000);
    assertThat(one.agent.content().count().sums().sentBytes()).isLessThan(200_000);
    assertThat(cat(one, "/big")).isEqualTo(HexFormat.of().formatHex(memory));
  }

  private static void tee(TestHost host, String file, byte[] content) throws Exception {
    guests(host)
        .exec(
            NODE,
            List.of("tee", file),
            HexFormat.of().formatHex(content).getBytes(UTF_8),
            Duration.ofSeconds(5));
  }

  private static String cat(TestHost host, String file) throws Exception {
    return guests(host)
        .exec(NODE, List.of("cat", file), new byte[0], Duration.ofSeconds(5))
        .output();
  }

  /** Past the scripted one: the guest whose files are in its saved states. */
  private static GuestExec guests(TestHost host) {
    return host.inner;
  }

  @Test
  void whatNobodyNeedsGoesAfterATimeAndWhatIsNeededStays() throws Exception {
    image("large", random(KERNEL), random(INITRD));
    done(two, "gone", boot("a", "large"));
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    tee(one, "/big", random(1_000_000));
    save(one, NODE, "s1");
    restore(one, two, "s1", 2);
    Offering.await(() -> one.client.offerImage("large", false, false));
    long all = one.agent.content().stored();
    done(one, "discard", new Operation.Discard(NODE, "s1"));
    one.agent.sweep(Instant.now().plus(Duration.ofHours(2)));
    assertThat(one.agent.content().stored()).as("the next state is like it").isEqualTo(all);
    one.agent.sweep(Instant.now().plus(Duration.ofDays(2)));
    assertThat(one.agent.content().stored()).isBetween(IMAGE_BYTES, all - 1_000_000);
    Folders.remove(folder.resolve("images").resolve("large"));
    one.agent.sweep(Instant.now().plus(Duration.ofDays(2)));
    assertThat(one.agent.content().stored()).isLessThan(1_000_000);
  }

  private TestHost repository() throws Exception {
    TestHost host = host("keeps", "here", List.of(), new ContentOptions(0, true, 0));
    await().until(() -> controller.members().containsKey("keeps"));
    return host;
  }

  private static List<String> copies(TestHost host) throws Exception {
    return report(host, NODE).map(MachineReport::copies).orElse(List.of());
  }

  @Test
  void aSavedStateIsCopiedToTheRepositoryAndResumesFromThereWithoutItsHost() throws Exception {
    TestHost keeps = repository();
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    byte[] memory = random(300_000);
    tee(one, "/big", memory);
    save(one, NODE, "s1");
    await().until(() -> copies(keeps).equals(List.of("s1")));
    assertThat(report(keeps, NODE).orElseThrow().savedStates()).isEmpty();
    one.agent.close();
    restore(keeps, two, "s1", 2);
    assertThat(cat(two, "/big")).isEqualTo(HexFormat.of().formatHex(memory));
    done(two, "stop", new Operation.Stop(NODE, true));
    done(keeps, "here", new Operation.Restore(Fixtures.launch(NODE, 3), "s1", Optional.empty()));
    done(keeps, "go", new Operation.Continue(NODE, 0));
    assertThat(cat(keeps, "/big")).isEqualTo(HexFormat.of().formatHex(memory));
    assertThat(copies(keeps)).as("a resume keeps it").containsExactly("s1");
    done(keeps, "discard", new Operation.Discard(NODE, "s1"));
    assertThat(copies(keeps)).isEmpty();
    keeps.agent.sweep(Instant.now().plus(Duration.ofDays(2)));
    assertThat(keeps.agent.content().indexes())
        .noneMatch(index -> index.name().startsWith("state@"));
  }

  @Test
  void ofTheNextStateOfAMachineOnlyWhatIsNewGoesToTheRepository() throws Exception {
    TestHost keeps = repository();
    done(one, "boot", new Operation.Boot(Fixtures.launch(NODE, 1)));
    tee(one, "/big", random(1_000_000));
    save(one, NODE, "s1");
    await().until(() -> copies(keeps).equals(List.of("s1")));
    done(one, "restore", new Operation.Restore(Fixtures.launch(NODE, 2), "s1", Optional.empty()));
    done(one, "go", new Operation.Continue(NODE, 0));
    tee(one, "/small", random(1000));
    long before = one.agent.content().count().sums().sentBytes();
    assertThat(before).isGreaterThan(1_000_000);
    save(one, NODE, "s2");
    await().until(() -> copies(keeps).contains("s2"));
    assertThat(one.agent.content().count().sums().sentBytes() - before).isLessThan(300_000);
  }
}
