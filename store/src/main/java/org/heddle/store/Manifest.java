package org.heddle.store;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image: its files by name, each with its index, signed with Ed25519 (RFC 8032). Who trusts the
 * key can check every byte of every file while it comes.
 *
 * @param name of the image
 * @param files sorted by name
 */
public record Manifest(String name, List<File> files) {
  private static final String FIRST = "heddle manifest 1";
  private static final Pattern NAME_LINE = Pattern.compile("name (\\S+)");
  private static final Pattern FILE_LINE =
      Pattern.compile("file (\\S+) ([1-9]\\d{0,18}|0) ([0-9a-f]{64})");
  private static final Pattern KEY_LINE = Pattern.compile("key ([A-Za-z0-9+/]{59}=)");
  private static final Pattern SIGNATURE_LINE = Pattern.compile("signature ([A-Za-z0-9+/]{86}==)");
  private static final int MOST_FILES = 4096;

  /** A file of an image. */
  public record File(String name, long size, ChunkId index) {}

  /** Sorts the files; refuses names that could lead out of a folder and names that occur twice. */
  public Manifest {
    files = files.stream().sorted(Comparator.comparing(File::name)).toList();
  }

  /** The manifest, its last two lines the public key and the signature over all before. */
  public byte[] sign(PrivateKey key, PublicKey publicKey) throws StoreException {
    try {
      String head =
          body() + "key " + Base64.getEncoder().encodeToString(publicKey.getEncoded()) + "\n";
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key);
      signer.update(head.getBytes(StandardCharsets.US_ASCII));
      String signature = Base64.getEncoder().encodeToString(signer.sign());
      return (head + "signature " + signature + "\n").getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException unusable) {
      throw new StoreException(
          StoreException.Kind.INVALID, "this key cannot sign: an Ed25519 key is needed", unusable);
    }
  }

  private String body() throws StoreException {
    check();
    StringBuilder text = new StringBuilder(FIRST + "\nname " + name + "\n");
    for (File file : files) {
      text.append("file %s %d %s\n".formatted(file.name, file.size, file.index));
    }
    return text.toString();
  }

  private void check() throws StoreException {
    Names.check(name);
    if (files.isEmpty() || files.size() > MOST_FILES) {
      throw StoreException.malformed("a manifest has 1 to " + MOST_FILES + " files");
    }
    for (int i = 0; i < files.size(); i++) {
      File file = files.get(i);
      Names.check(file.name);
      if (file.size < 0 || file.size > Limits.FILE) {
        throw StoreException.malformed("file " + file.name + " has an impossible size");
      }
      if (i > 0 && files.get(i - 1).name.equals(file.name)) {
        throw StoreException.malformed("file " + file.name + " occurs twice in a manifest");
      }
    }
  }

  /**
   * Reads a manifest that one of the trusted keys has signed. The key that the manifest names only
   * says which of these it is; it is never trusted because it is there.
   *
   * @throws StoreException malformed, or corrupt when no trusted key has signed exactly this
   */
  public static Manifest read(byte[] bytes, Collection<PublicKey> trusted) throws StoreException {
    if (bytes.length > Limits.MANIFEST) {
      throw StoreException.malformed("a manifest of more than " + Limits.MANIFEST + " bytes");
    }
    List<String> lines = lines(bytes);
    int count = lines.size();
    if (count < 4 || !lines.getFirst().equals(FIRST)) {
      throw StoreException.malformed("this is no manifest: its first line is not '" + FIRST + "'");
    }
    byte[] key = decode(match(KEY_LINE, lines.get(count - 2)).group(1));
    String last = lines.get(count - 1);
    byte[] signature = decode(match(SIGNATURE_LINE, last).group(1));
    checkSignature(bytes, bytes.length - last.length() - 1, trusted(key, trusted), signature);
    List<File> files = new ArrayList<>();
    for (String line : lines.subList(2, count - 2)) {
      Matcher file = match(FILE_LINE, line);
      files.add(new File(file.group(1), size(file.group(2)), ChunkId.parse(file.group(3))));
    }
    Manifest manifest = new Manifest(match(NAME_LINE, lines.get(1)).group(1), files);
    manifest.check();
    if (!manifest.files.equals(files)) {
      throw StoreException.malformed("the files of a manifest are not sorted by name");
    }
    return manifest;
  }

  /** Whether the public key checks what the private one signs. */
  public static boolean belongTogether(PrivateKey key, PublicKey publicKey) throws StoreException {
    byte[] signed =
        new Manifest("trial", List.of(new File("trial", 0, ChunkId.NONE))).sign(key, publicKey);
    try {
      read(signed, List.of(publicKey));
      return true;
    } catch (StoreException other) {
      return false;
    }
  }

  /** The one way to write these bytes only: base64 has bits at its end that mean nothing. */
  private static byte[] decode(String base64) throws StoreException {
    byte[] bytes = Base64.getDecoder().decode(base64);
    if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
      throw StoreException.malformed("a manifest's key or signature is not in its shortest form");
    }
    return bytes;
  }

  private static List<String> lines(byte[] bytes) throws StoreException {
    try {
      String text =
          StandardCharsets.US_ASCII.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
      if (text.endsWith("\n")) {
        return List.of(text.substring(0, text.length() - 1).split("\n", -1));
      }
    } catch (CharacterCodingException notAscii) {
      throw new StoreException(StoreException.Kind.MALFORMED, "a manifest is ASCII text", notAscii);
    }
    throw StoreException.malformed("a manifest ends within a line: it was cut");
  }

  private static Matcher match(Pattern form, String line) throws StoreException {
    Matcher match = form.matcher(line);
    if (!match.matches()) {
      throw StoreException.malformed(
          "a line of a manifest is not understood: '"
              + line.substring(0, Math.min(80, line.length())).replaceAll("\\p{Cntrl}", "?")
              + "'");
    }
    return match;
  }

  private static long size(String digits) throws StoreException {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException tooLarge) {
      throw new StoreException(
          StoreException.Kind.MALFORMED, "an impossible size in a manifest", tooLarge);
    }
  }

  private static PublicKey trusted(byte[] key, Collection<PublicKey> trusted)
      throws StoreException {
    return trusted.stream()
        .filter(candidate -> java.util.Arrays.equals(candidate.getEncoded(), key))
        .findFirst()
        .orElseThrow(
            () -> StoreException.corrupt("a manifest is signed with a key that is not trusted"));
  }

  private static void checkSignature(byte[] bytes, int length, PublicKey key, byte[] signature)
      throws StoreException {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(bytes, 0, length);
      if (verifier.verify(signature)) {
        return;
      }
    } catch (GeneralSecurityException unusable) {
      throw new StoreException(
          StoreException.Kind.CORRUPT, "the signature of a manifest is unusable", unusable);
    }
    throw StoreException.corrupt("a manifest was changed after it was signed");
  }

  /** Reads a public key as manifests write it: base64 of its X.509 form. */
  public static PublicKey key(String base64) throws StoreException {
    try {
      byte[] encoded = Base64.getDecoder().decode(base64.strip());
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException | IllegalArgumentException unusable) {
      throw new StoreException(
          StoreException.Kind.INVALID, "this is no Ed25519 public key in base64", unusable);
    }
  }
}
