package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ManifestTest {
  private static final ChunkId ID = ChunkId.hash(new byte[] {1}, 0, 1);

  private final KeyPair keys = pair();
  private final Manifest image =
      new Manifest(
          "debian-12",
          List.of(
              new Manifest.File("vmlinuz", 14_186_432, ID),
              new Manifest.File("disk.raw", 1L << 31, ID)));

  private static KeyPair pair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (java.security.GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Test
  void whatATrustedKeyHasSignedIsReadBack() throws StoreException {
    byte[] signed = image.sign(keys.getPrivate(), keys.getPublic());
    Manifest read = Manifest.read(signed, List.of(pair().getPublic(), keys.getPublic()));
    assertThat(read).isEqualTo(image);
    assertThat(read.files().getFirst().name()).isEqualTo("disk.raw");
    String key = Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
    assertThat(Manifest.key(key)).isEqualTo(keys.getPublic());
  }

  @Test
  void aFlippedBitACutOrAnotherKeyIsRefused() throws StoreException {
    byte[] signed = image.sign(keys.getPrivate(), keys.getPublic());
    for (int bit = 0; bit < signed.length * 8; bit++) {
      byte[] flipped = HostileInputTest.flip(signed, bit);
      assertThatThrownBy(() -> Manifest.read(flipped, List.of(keys.getPublic())))
          .as("bit %d", bit)
          .isInstanceOf(StoreException.class);
    }
    for (int length = 0; length < signed.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(signed, length);
      assertThatThrownBy(() -> Manifest.read(cut, List.of(keys.getPublic())))
          .isInstanceOf(StoreException.class);
    }
    assertThatThrownBy(() -> Manifest.read(signed, List.of(pair().getPublic())))
        .hasMessageContaining("not trusted");
  }

  @Test
  void namesThatLeadElsewhereAreNotSignedAndNotRead() throws StoreException {
    Manifest bad = new Manifest("x", List.of(new Manifest.File("../../etc/passwd", 1, ID)));
    assertThatThrownBy(() -> bad.sign(keys.getPrivate(), keys.getPublic()))
        .isInstanceOf(StoreException.class);
    Manifest twice =
        new Manifest("x", List.of(new Manifest.File("a", 1, ID), new Manifest.File("a", 2, ID)));
    assertThatThrownBy(() -> twice.sign(keys.getPrivate(), keys.getPublic()))
        .hasMessageContaining("twice");
    assertThatThrownBy(
            () -> Manifest.read("hello\n".getBytes(StandardCharsets.US_ASCII), List.of()))
        .hasMessageContaining("no manifest");
  }
}
