package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import org.heddle.store.IndexReader;
import org.heddle.store.NamedIndex;
import org.heddle.store.Progress;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is here and signed stays so until all of another that is signed is here. */
final class SignedPullTest {
  private static final byte[] OLD = Sample.image(61, 60);
  private static final byte[] NEW = Sample.image(62, 60);
  private static final String MANIFEST = SignedImages.manifestOf(Sample.NAME);

  @TempDir private Path folder;
  private final KeyPair mine = key();
  private final Traffic traffic = new Traffic();
  private Store there;
  private Store here;

  private static KeyPair key() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void oneIsHere() throws IOException {
    there = Sample.store(folder.resolve("there"), OLD);
    here = Store.openOrCreate(folder.resolve("here"));
    sign(mine);
    pull(false);
    assertOldIsHere();
  }

  private void sign(KeyPair key) throws IOException {
    NamedIndex image =
        there.indexes().stream()
            .filter(one -> one.name().equals(Sample.NAME))
            .findFirst()
            .orElseThrow();
    try (StoreWriter writer = there.writer()) {
      SignedImages.sign(writer, image, key.getPrivate(), key.getPublic(), true);
    }
  }

  private void pull(boolean replace) throws IOException {
    there.refresh();
    try (HttpStoreServer server = Sample.serve(there);
        RemoteStore origin = RemoteStore.reading(Sample.of(server), Sample.once(), traffic)) {
      new Pull(here, origin, Site.alone(), traffic, Progress.NONE)
          .pullSigned(Sample.NAME, List.of(mine.getPublic()), replace);
    }
  }

  private void assertHere(byte[] data) throws IOException {
    here.refresh();
    try (IndexReader index = SignedImages.index(here, Sample.NAME, List.of(mine.getPublic()))) {
      assertThat(index.info().fileSize()).isEqualTo(data.length);
    }
    Sample.assertHolds(here, Sample.NAME, data);
  }

  private void assertOldIsHere() throws IOException {
    assertHere(OLD);
  }

  @Test
  void anotherSignedOneTakesItsPlace() throws IOException {
    Sample.add(there, Sample.NAME, NEW);
    sign(mine);
    assertThatThrownBy(() -> pull(false)).isInstanceOf(StoreException.class);
    assertOldIsHere();
    pull(true);
    assertHere(NEW);
  }

  @Test
  void aManifestOfAnotherKeyReplacesNone() throws IOException {
    Sample.add(there, Sample.NAME, NEW);
    sign(key());
    assertThatThrownBy(() -> pull(true)).hasMessageContaining("not trusted");
    assertOldIsHere();
  }

  @Test
  void aManifestWithoutItsImageReplacesNone() throws IOException {
    Sample.add(there, Sample.NAME, NEW);
    sign(mine);
    there.remove(Sample.NAME);
    assertThatThrownBy(() -> pull(true)).hasMessageContaining("no index 'image'");
    assertOldIsHere();
  }

  @Test
  void whatIsTooLongForAManifestIsNotFetched() throws IOException {
    Sample.add(there, MANIFEST, Sample.image(63, 1000));
    long before = traffic.received();
    assertThatThrownBy(() -> pull(true)).hasMessageContaining("too long");
    assertThat(traffic.received() - before).isLessThan(100_000);
    assertOldIsHere();
  }
}
