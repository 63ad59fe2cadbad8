package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.agent.AgentOptions.FarmOptions;
import org.heddle.api.Json;
import org.heddle.images.Farm;
import org.heddle.images.Limits;
import org.heddle.images.Signatures;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host boots images from elsewhere only when they are signed by whom it trusts. */
@Timeout(600)
final class AgentTrustTest extends TwoAgents {
  private static final String IMAGE = "signed";

  private Path key(String farm) throws Exception {
    return Farm.open(folder.resolve(farm), Limits.USUAL, Map.of(), InstantSource.system())
        .publicKey();
  }

  private static FarmOptions trusting(Path key) {
    return new FarmOptions(List.of(key), Optional.empty());
  }

  /** A host that builds, to which an image was given. */
  private TestHost builder() throws Exception {
    Path images = folder.resolve("given");
    Fixtures.image(images, IMAGE);
    FarmOptions.Builder role =
        new FarmOptions.Builder(folder.resolve("farm"), List.of(), 1, 0, Map.of());
    TestHost builder =
        host("builder", List.of(images), new FarmOptions(List.of(), Optional.of(role)));
    await().until(() -> controller.members().containsKey("builder"));
    return builder;
  }

  private static Operation boot(String machine) {
    return new Operation.Boot(Fixtures.launch(Fixtures.machine(machine), 1, IMAGE));
  }

  private Path image(TestHost host) {
    return host.state.resolve("images").resolve(IMAGE);
  }

  private static void assertRefused(Outcome outcome, String why) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).code()).isEqualTo(Outcome.Code.NO_IMAGE);
    assertThat(((Outcome.Failed) outcome).message()).contains(why);
  }

  @Test
  void whatABuilderVouchesForIsBooted() throws Exception {
    builder();
    TestHost far = host("far", List.of(), trusting(key("farm")));
    done(far, "boot", boot("a"));
    assertThat(image(far).resolve(Signatures.OF_IMAGE)).exists();
    assertThat(far.client.imageSignature(IMAGE)).isPresent();
    TestHost next = host("next", List.of(), trusting(key("farm")));
    done(next, "boot", boot("b"));
  }

  @Test
  void theSignatureOfSomebodyElseIsRefused() throws Exception {
    builder();
    TestHost far = host("far", List.of(), trusting(key("other")));
    assertRefused(outcome(far, "boot", boot("a")), "by a key that this host trusts");
    assertThat(image(far)).doesNotExist();
    assertThat(report(far, Fixtures.machine("a"))).isEmpty();
  }

  @Test
  void whatNobodyHasSignedIsRefused() throws Exception {
    Fixtures.image(folder.resolve("images"), IMAGE);
    one.agent.neighbours(IMAGE);
    TestHost far = host("far", List.of(), trusting(key("farm")));
    assertRefused(outcome(far, "boot", boot("a")), "is not signed");
    assertThat(image(far)).doesNotExist();
  }

  @Test
  void whatWasChangedHereIsNotBooted() throws Exception {
    builder();
    TestHost far = host("far", List.of(), trusting(key("farm")));
    done(far, "first", boot("a"));
    try (RandomAccessFile initrd =
        new RandomAccessFile(image(far).resolve("initrd").toFile(), "rw")) {
      initrd.seek(5);
      initrd.write(0);
    }
    assertRefused(outcome(far, "second", boot("b")), "initrd is not what was signed");
    Path description = image(far).resolve(Image.DESCRIPTION);
    Files.writeString(
        description, Files.readString(description).replace("quiet", "quiet init=/bin/sh"));
    assertRefused(outcome(far, "third", boot("c")), "has no signature by a key");
  }

  @Test
  void whatWasFetchedBeforeAHostAskedForSignaturesIsFetchedOnceMore() throws Exception {
    builder();
    TestHost far = host("far", List.of(), FarmOptions.PLAIN);
    done(far, "first", boot("a"));
    Files.delete(image(far).resolve(Signatures.OF_IMAGE));
    far.agent.close();
    far.farm = trusting(key("farm"));
    far.start();
    done(far, "second", boot("b"));
    assertThat(image(far).resolve(Signatures.OF_IMAGE)).exists();
  }

  @Test
  void anotherImageOfTheSameNameNeverTakesThePlaceOfOneThatMachinesRestOn() throws Exception {
    builder();
    TestHost far = host("far", List.of(), FarmOptions.PLAIN);
    done(far, "boot", boot("a"));
    done(far, "pause", new Operation.Pause(Fixtures.machine("a"), 0));
    done(far, "save", new Operation.Save(Fixtures.machine("a"), "s1"));
    Files.delete(image(far).resolve(Signatures.OF_IMAGE));
    far.agent.close();
    Path given = folder.resolve("given").resolve(IMAGE).resolve(Image.DESCRIPTION);
    String before = Files.readString(image(far).resolve(Image.DESCRIPTION));
    String digest = Json.read(before.getBytes(UTF_8), Image.class).digest();
    Files.writeString(given, before.replace(digest, "f".repeat(digest.length())));
    far.farm = trusting(key("farm"));
    far.start();
    assertRefused(outcome(far, "second", boot("b")), "give the new one another name");
    assertThat(image(far).resolve(Image.DESCRIPTION)).content().isEqualTo(before);
    done(
        far,
        "restore",
        new Operation.Restore(
            Fixtures.launch(Fixtures.machine("a"), 2, IMAGE), "s1", Optional.empty()));
  }

  @Test
  void anImageThatMachinesNeedIsNotGivenUp() throws Exception {
    builder();
    TestHost far = host("far", List.of(), FarmOptions.PLAIN);
    done(far, "boot", boot("a"));
    assertThat(Files.exists(image(far))).isTrue();
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> far.client.dropImage(IMAGE))
        .hasMessageContaining("need image");
    done(far, "end", new Operation.Stop(Fixtures.machine("a"), true));
    far.client.dropImage(IMAGE);
    assertThat(image(far)).doesNotExist();
  }
}
