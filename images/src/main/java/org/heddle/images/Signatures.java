package org.heddle.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import org.heddle.store.Manifest;
import org.heddle.store.StoreException;

/**
 * Checks what a farm has signed, by Ed25519 (RFC 8032). Beside an image's {@code image.json}, which
 * names its files with their digests, lies its signature in base64.
 */
public final class Signatures {
  /** The file beside {@code image.json} that has its signature. */
  public static final String OF_IMAGE = Images.BOOT + ".sig";

  /** Of the names of files with the signatures of documents. */
  static final String ENDING = ".sig";

  private static final int LONGEST_KEY = 10_000;

  private Signatures() {}

  /**
   * Reads a public key: PEM as openssl and {@code heddle store key} write it, or the same base64
   * alone, as a farm's {@code keys/farm.pub}.
   *
   * @throws IOException when it is no such key
   */
  public static PublicKey publicKey(Path file) throws IOException {
    if (Files.size(file) > LONGEST_KEY) {
      throw new IOException(file + " is too long for a key");
    }
    StringBuilder body = new StringBuilder();
    Files.readString(file, StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> !line.startsWith("-----"))
        .forEach(body::append);
    try {
      return Manifest.key(body.toString().strip());
    } catch (StoreException unusable) {
      throw new IOException(file + " is no Ed25519 public key, in PEM or base64", unusable);
    }
  }

  /**
   * Whether the key's owner has signed the message.
   *
   * @param signature in base64
   */
  public static boolean verify(byte[] message, byte[] signature, PublicKey key) {
    try {
      Signature check = Signature.getInstance("Ed25519");
      check.initVerify(key);
      check.update(message);
      String text = new String(signature, StandardCharsets.ISO_8859_1);
      return check.verify(Base64.getDecoder().decode(text.strip()));
    } catch (GeneralSecurityException | IllegalArgumentException noSignature) {
      return false;
    }
  }
}
