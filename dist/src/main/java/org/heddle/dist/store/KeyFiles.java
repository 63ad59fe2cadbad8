package org.heddle.dist.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.heddle.cli.Failure;
import org.heddle.store.Manifest;
import org.heddle.store.StoreException;

/**
 * Ed25519 keys in files, PEM as openssl writes it (RFC 7468): {@code KEY} the private one, {@code
 * KEY.pub} the public one.
 */
final class KeyFiles {
  private static final String ALGORITHM = "Ed25519";
  private static final int LONGEST = 10_000;

  private KeyFiles() {}

  static Path publicOf(Path key) {
    return key.resolveSibling(key.getFileName() + ".pub");
  }

  /** Makes both files; neither may be there. */
  static void make(Path key) throws IOException {
    for (Path file : List.of(key, publicOf(key))) {
      if (Files.exists(file)) {
        throw Failure.failed("there is a file " + file + " already, and it is not replaced");
      }
    }
    KeyPair pair = generate();
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, pem("PRIVATE KEY", pair.getPrivate()));
    Files.writeString(
        publicOf(key), pem("PUBLIC KEY", pair.getPublic()), StandardOpenOption.CREATE_NEW);
  }

  private static KeyPair generate() {
    try {
      return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Java has had Ed25519 since 15", impossible);
    }
  }

  private static String pem(String kind, Key key) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }

  private static String body(Path file) throws IOException {
    if (Files.size(file) > LONGEST) {
      throw Failure.invalid(file + " is too long for a key");
    }
    StringBuilder body = new StringBuilder();
    Files.readString(file, StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> !line.startsWith("-----"))
        .forEach(body::append);
    return body.toString().strip();
  }

  /** Both halves, the public one from beside the private one. */
  static KeyPair pair(Path key) throws IOException {
    KeyPair pair = new KeyPair(publicKey(publicOf(key)), privateKey(key));
    if (!Manifest.belongTogether(pair.getPrivate(), pair.getPublic())) {
      throw Failure.invalid(
          publicOf(key) + " is not the public key of " + key + ": nobody could check a signature");
    }
    return pair;
  }

  private static PrivateKey privateKey(Path file) throws IOException {
    try {
      byte[] encoded = Base64.getDecoder().decode(body(file));
      return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException | IllegalArgumentException unusable) {
      throw Failure.invalid(
          file + " is no Ed25519 private key in PEM; 'heddle store key FILE' makes one");
    }
  }

  static PublicKey publicKey(Path file) throws IOException {
    try {
      return Manifest.key(body(file));
    } catch (StoreException unusable) {
      throw Failure.invalid(file + " is no Ed25519 public key in PEM");
    }
  }

  static List<PublicKey> publicKeys(List<Path> files) throws IOException {
    List<PublicKey> keys = new ArrayList<>();
    for (Path file : files) {
      keys.add(publicKey(file));
    }
    return keys;
  }
}
