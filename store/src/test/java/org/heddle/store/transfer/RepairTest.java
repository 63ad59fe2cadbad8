package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkSource;
import org.heddle.store.Evidence;
import org.heddle.store.IndexReader;
import org.heddle.store.NamedIndex;
import org.heddle.store.Progress;
import org.heddle.store.Repairer;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import org.heddle.store.Verifier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged store is mended from stores elsewhere, and nothing that a wrong one says gets in. */
final class RepairTest {
  private static final byte[] DATA = Sample.image(71, 300);
  private static final byte[] OTHER = Sample.image(72, 60);

  @TempDir private Path folder;
  private final Traffic traffic = new Traffic();
  private Store there;
  private Store here;

  @BeforeEach
  void twoHaveTheSame() throws IOException {
    there = Sample.store(folder.resolve("there"), DATA);
    here = Sample.store(folder.resolve("here"), DATA);
  }

  private static void flip(Path file, long at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) (at < 0 ? bytes.length + at : at)] ^= 4;
    Files.write(file, bytes);
  }

  private void damageAChunk() throws IOException {
    try (var packs = Files.list(here.folder().resolve("packs"))) {
      flip(packs.findFirst().orElseThrow(), 5000);
    }
  }

  /** The index is what it was up to its last section. */
  private void damageTheEndOf(String index) throws IOException {
    flip(here.indexFile(index), -10);
  }

  private void damageTheHeadOf(String index) throws IOException {
    flip(here.indexFile(index), 3);
  }

  private Repairer.Report repair(ChunkSource... sources) throws IOException {
    return repair(Evidence.ofFiles(), sources);
  }

  private Repairer.Report repair(Evidence evidence, ChunkSource... sources) throws IOException {
    here = Store.open(here.folder());
    Verifier.Report found = new Verifier(here, Progress.NONE).verify();
    assertThat(found.sound()).isFalse();
    return new Repairer(here, evidence).repair(found, List.of(sources));
  }

  private void assertMended() throws IOException {
    here = Store.open(here.folder());
    assertThat(new Verifier(here, Progress.NONE).verify().sound()).isTrue();
    Sample.assertHolds(here, Sample.NAME, DATA);
  }

  private ChunkSource at(Address address, ConnectSettings settings) {
    return new PatientSource(RemoteStore.reading(address, settings, traffic));
  }

  private ChunkSource of(HttpStoreServer server) {
    return at(Sample.of(server), Sample.once());
  }

  private static ChunkSource liar(Responder honest, Operation about, Liar.Lie lie) {
    return new PatientSource(new RemoteStore(new Liar(honest, about, lie), 2));
  }

  private Responder honest() {
    return new Responder(there, true, Duration.ofMinutes(1));
  }

  @Test
  void chunksAndIndexesComeOverHttpWhoeverElseIsAsked() throws Exception {
    damageAChunk();
    damageTheEndOf(Sample.NAME);
    Store stranger = Sample.store(folder.resolve("stranger"), OTHER);
    stranger.remove(Sample.NAME);
    try (HttpStoreServer server = Sample.serve(there);
        HttpStoreServer empty = Sample.serve(stranger)) {
      ChunkSource nobody = at(Sample.at(1), Sample.once());
      Repairer.Report done = repair(nobody, of(empty), of(server));
      assertThat(done.stillMissing()).isZero();
      assertThat(done.chunks()).isPositive();
      assertThat(done.packs()).isEqualTo(1);
      assertThat(done.indexes())
          .extracting(Repairer.Mended::name, Repairer.Mended::by)
          .containsExactly(org.assertj.core.groups.Tuple.tuple(Sample.NAME, Evidence.Kind.ID));
      assertThat(done.failures()).singleElement().asString().contains("nobody listens there");
    }
    assertMended();
    assertThat(traffic.received()).as("only what is damaged").isLessThan(DATA.length);
  }

  @Test
  void theyComeFromACommandToo() throws Exception {
    damageAChunk();
    damageTheHeadOf(Sample.NAME);
    ConnectSettings settings = Sample.overStreams();
    Address address = new Address.Shell("anyone@anywhere", there.folder().toString());
    try (RemoteStore store = RemoteStore.reading(address, settings, traffic)) {
      Repairer.Report done = repair(new PatientSource(store));
      assertThat(done.failures()).isEmpty();
      assertThat(done.indexes())
          .extracting(Repairer.Mended::by)
          .containsExactly(Evidence.Kind.NAME);
    }
    assertMended();
  }

  @Test
  void aCutIsFollowedByAnotherRequest() throws Exception {
    damageAChunk();
    ConnectSettings patient = Sample.once().impatient(Duration.ofMinutes(1), 3);
    Random random = new Random(73);
    try (HttpStoreServer server = Sample.serve(there)) {
      for (int i = 0; i < 3; i++) {
        int port = server.address().getPort();
        try (CuttingProxy proxy = new CuttingProxy(port, 1 + random.nextInt(3000))) {
          Repairer.Report cut = repair(at(proxy.address(), patient));
          assertThat(cut.stillMissing()).as("seed 73, %d", i).isPositive();
          assertThat(cut.failures()).as("seed 73, %d", i).hasSize(1);
        }
      }
      int[] asked = new int[1];
      try (Responder honest = honest()) {
        Liar.Lie cut =
            (_, told, out) -> out.write(told, 0, asked[0]++ == 0 ? told.length / 2 : told.length);
        assertThat(repair(liar(honest, Operation.FETCH, cut)).failures()).isEmpty();
      }
      assertThat(asked[0]).isEqualTo(2);
    }
    assertMended();
  }

  @Test
  void noLieAboutChunksGetsInAndTheNextOneIsAsked() throws Exception {
    byte[] pack;
    Path place;
    try (var packs = Files.list(here.folder().resolve("packs"))) {
      place = packs.findFirst().orElseThrow();
      pack = Files.readAllBytes(place);
    }
    try (Responder honest = honest()) {
      for (Map.Entry<String, Liar.Lie> lie : Liar.lies().entrySet()) {
        if (!Files.exists(place)) {
          Files.write(place, pack);
        }
        flip(place, 5000);
        ChunkSource liar = liar(honest, Operation.FETCH, lie.getValue());
        Repairer.Report alone = repair(liar);
        // One chunk may be right: the same one for ever.
        assertThat(alone.failures()).as(lie.getKey()).hasSize(1);
        try (HttpStoreServer server = Sample.serve(there)) {
          if (alone.stillMissing() > 0) {
            assertThat(repair(liar, of(server)).stillMissing()).as(lie.getKey()).isZero();
          }
        }
        assertMended();
        try (var packs = Files.list(here.folder().resolve("packs"))) {
          for (Path other : packs.toList()) {
            Files.delete(other);
          }
        }
      }
    }
  }

  @Test
  void anotherIndexUnderTheNameIsNotTakenWhenTheRightOneIsKnown() throws Exception {
    damageTheEndOf(Sample.NAME);
    Store wrong = Sample.store(folder.resolve("wrong"), OTHER);
    try (HttpStoreServer lying = Sample.serve(wrong);
        HttpStoreServer server = Sample.serve(there)) {
      Repairer.Report alone = repair(of(lying));
      assertThat(alone.indexes()).isEmpty();
      assertThat(alone.failures()).first().asString().contains("was expected");
      Repairer.Report both = repair(of(lying), of(server));
      assertThat(both.indexes()).hasSize(1);
    }
    assertMended();
  }

  @Test
  void whenNobodyKnowsWhichItWasAllSourcesMustAgree() throws Exception {
    damageTheHeadOf(Sample.NAME);
    Store wrong = Sample.store(folder.resolve("wrong"), OTHER);
    ChunkId id;
    try (IndexReader index = there.index(Sample.NAME)) {
      id = index.info().id();
    }
    try (HttpStoreServer lying = Sample.serve(wrong);
        HttpStoreServer server = Sample.serve(there);
        HttpStoreServer again = Sample.serve(there)) {
      Repairer.Report both = repair(of(server), of(lying));
      assertThat(both.indexes()).isEmpty();
      assertThat(both.failures()).singleElement().asString().contains("different", id.toString());
      Repairer.Report known = repair(Evidence.of(Map.of(Sample.NAME, id)), of(lying), of(server));
      assertThat(known.indexes()).extracting(Repairer.Mended::by).contains(Evidence.Kind.ID);
      assertMended();
      damageTheHeadOf(Sample.NAME);
      assertThat(repair(of(server), of(again)).indexes())
          .extracting(Repairer.Mended::by)
          .containsExactly(Evidence.Kind.NAME);
    }
    assertMended();
  }

  @Test
  void noLieAboutAnIndexGetsIn() throws Exception {
    byte[] index = Files.readAllBytes(here.indexFile(Sample.NAME));
    List<Liar.Lie> lies = new ArrayList<>();
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      lies.add((_, told, out) -> {
        byte[] flipped = told.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        out.write(flipped);
      });
    }
    lies.add((_, told, out) -> Liar.framed(out, Arrays.copyOf(index, index.length - 5)));
    lies.add((_, told, out) -> Liar.framed(out, new byte[0]));
    lies.add((_, told, out) -> Liar.framed(out, new byte[100_000]));
    try (Responder honest = honest()) {
      for (int i = 0; i < lies.size(); i++) {
        Files.write(here.indexFile(Sample.NAME), index);
        damageTheEndOf(Sample.NAME);
        Repairer.Report report = repair(liar(honest, Operation.INDEX, lies.get(i)));
        if (report.indexes().isEmpty()) {
          assertThat(report.failures()).as("lie %d", i).isNotEmpty();
          assertThat(here.folder().resolve("tmp")).as("lie %d", i).isEmptyDirectory();
        } else {
          assertMended(); // A bit that only the frame has.
        }
      }
    }
  }

  @Test
  void onlyWhatIsSignedIsTakenWhenSignaturesAreAskedFor() throws Exception {
    KeyPair mine = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Evidence evidence = Evidence.signedBy(List.of(mine.getPublic()));
    String manifest = SignedImages.manifestOf(Sample.NAME);
    damageAChunk();
    sign(there, mine);
    sign(here, mine);
    Store wrong = Sample.store(folder.resolve("wrong"), OTHER);
    sign(wrong, other);
    damageTheHeadOf(manifest);
    damageTheHeadOf(Sample.NAME);
    try (HttpStoreServer lying = Sample.serve(wrong);
        HttpStoreServer server = Sample.serve(there)) {
      Repairer.Report alone = repair(evidence, of(lying));
      assertThat(alone.indexes()).isEmpty();
      assertThat(alone.failures()).anyMatch(line -> line.contains("not trusted"));
      Repairer.Report both = repair(evidence, of(lying), of(server));
      assertThat(both.indexes())
          .extracting(Repairer.Mended::name)
          .containsExactly(manifest, Sample.NAME);
    }
    assertMended();
    try (IndexReader index = SignedImages.index(here, Sample.NAME, List.of(mine.getPublic()))) {
      assertThat(index.info().fileSize()).isEqualTo(DATA.length);
    }
  }

  private static void sign(Store store, KeyPair key) throws IOException {
    NamedIndex image = store.indexes().getFirst();
    try (StoreWriter writer = store.writer()) {
      SignedImages.sign(writer, image, key.getPrivate(), key.getPublic(), true);
    }
  }
}
