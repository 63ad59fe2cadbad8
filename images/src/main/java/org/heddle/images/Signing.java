package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * Signs what images come from, by Ed25519 (RFC 8032). The farm's key is made at its first use; a
 * host that boots its images knows the public one.
 */
final class Signing {
  private static final String ALGORITHM = "Ed25519";

  private final Path folder;

  Signing(Path folder) {
    this.folder = folder;
  }

  private Path privateFile() {
    return folder.resolve("farm.key");
  }

  /** Base64 of the X.509 form, as a file that may be given away. */
  Path publicFile() {
    return folder.resolve("farm.pub");
  }

  /** The caller holds the lock of keys. */
  private void makeKey() throws IOException, GeneralSecurityException {
    if (Files.exists(privateFile())) {
      return;
    }
    Files.createDirectories(folder);
    KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
    Json.write(publicFile(), encoded(pair.getPublic().getEncoded()));
    Path fresh = folder.resolve("farm.key.new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(fresh, encoded(pair.getPrivate().getEncoded()));
    Files.move(fresh, privateFile());
  }

  private static byte[] encoded(byte[] bytes) {
    return (Base64.getEncoder().encodeToString(bytes) + "\n")
        .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static byte[] decoded(Path file) throws IOException {
    try {
      return Base64.getDecoder().decode(Files.readString(file).strip());
    } catch (IllegalArgumentException malformed) {
      throw new IOException(file + " is damaged", malformed);
    }
  }

  /** The public key, which is made with the private one when there is none. */
  Path published(Path lock) throws IOException, InterruptedException {
    try (Locks.Held _ = Locks.exclusive(lock)) {
      makeKey();
      return publicFile();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Java has had Ed25519 since 15", impossible);
    }
  }

  /** The signature, in base64. */
  byte[] sign(byte[] message, Path lock) throws IOException, InterruptedException {
    try (Locks.Held _ = Locks.exclusive(lock)) {
      makeKey();
      PrivateKey key =
          KeyFactory.getInstance(ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(decoded(privateFile())));
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(message);
      return encoded(signature.sign());
    } catch (GeneralSecurityException unusable) {
      throw new IOException(privateFile() + " cannot be used: " + unusable.getMessage(), unusable);
    }
  }

  /** Whether the signature in the file is of this message, by the owner of the public key. */
  static boolean verify(byte[] message, Path signature, Path publicKey) throws IOException {
    return Signatures.verify(
        message, Files.readAllBytes(signature), Signatures.publicKey(publicKey));
  }
}
