package org.heddle.controller;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * An Ed25519 key pair in OpenSSH's forms: the private key as in OpenSSH's {@code PROTOCOL.key},
 * without a passphrase, and the public key as one line of {@code authorized_keys}.
 */
record SshKeyPair(String privateKey, String publicKey) {
  private static final String TYPE = "ssh-ed25519";
  private static final int RAW = 32;
  private static final int BLOCK = 8;
  private static final int LINE = 70;

  static SshKeyPair generate(String comment) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] secret = tail(pair.getPrivate().getEncoded());
      byte[] open = tail(pair.getPublic().getEncoded());
      byte[] blob = bytes(out -> text(out, TYPE), out -> string(out, open));
      String line = TYPE + " " + Base64.getEncoder().encodeToString(blob) + " " + comment;
      return new SshKeyPair(armour(container(blob, secrets(secret, open, comment))), line);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this Java has no Ed25519", missing);
    }
  }

  /** X.509 and PKCS#8 both end with the raw key (RFC 8410). */
  private static byte[] tail(byte[] encoded) {
    return Arrays.copyOfRange(encoded, encoded.length - RAW, encoded.length);
  }

  private static byte[] container(byte[] blob, byte[] secrets) {
    return bytes(
        out -> out.write("openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII)),
        out -> text(out, "none"),
        out -> text(out, "none"),
        out -> text(out, ""),
        out -> out.writeInt(1),
        out -> string(out, blob),
        out -> string(out, secrets));
  }

  /** The part that would be encrypted; the check number twice tells a right passphrase. */
  private static byte[] secrets(byte[] secret, byte[] open, String comment) {
    int check = new SecureRandom().nextInt();
    byte[] plain =
        bytes(
            out -> out.writeInt(check),
            out -> out.writeInt(check),
            out -> text(out, TYPE),
            out -> string(out, open),
            out -> out.writeInt(2 * RAW),
            out -> out.write(secret),
            out -> out.write(open),
            out -> text(out, comment));
    int padded = (plain.length + BLOCK - 1) / BLOCK * BLOCK;
    byte[] all = Arrays.copyOf(plain, padded);
    for (int i = plain.length; i < padded; i++) {
      all[i] = (byte) (i - plain.length + 1);
    }
    return all;
  }

  private static String armour(byte[] container) {
    byte[] end = {'\n'};
    return "-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(LINE, end).encodeToString(container)
        + "\n-----END OPENSSH PRIVATE KEY-----\n";
  }

  private interface Part {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Part... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (Part part : parts) {
        part.write(out);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    string(out, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void string(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
