package org.heddle.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Signed manifests that are kept in a store beside the images they are about: that of {@code NAME}
 * is the file behind the index {@code NAME.manifest}, so that it moves, is verified and is repaired
 * like any other. It is trusted only for the key that has signed it.
 */
public final class SignedImages {
  /** Added to the name of an index. */
  public static final String SUFFIX = ".manifest";

  private SignedImages() {}

  /** The name of the index whose file is the manifest. */
  public static String manifestOf(String image) {
    return image + SUFFIX;
  }

  /** The image whose manifest has this name. */
  static String imageOf(String manifest) {
    return manifest.substring(0, manifest.length() - SUFFIX.length());
  }

  /**
   * Signs an index and publishes the manifest.
   *
   * @param replace whether another manifest may be replaced
   */
  public static NamedIndex sign(
      StoreWriter writer, NamedIndex image, PrivateKey key, PublicKey publicKey, boolean replace)
      throws IOException {
    Manifest.File file =
        new Manifest.File(image.name(), image.info().fileSize(), image.info().id());
    byte[] signed = new Manifest(image.name(), List.of(file)).sign(key, publicKey);
    try (IndexWriter index = writer.indexWriter()) {
      for (int at = 0; at < signed.length; at += Limits.CHUNK) {
        int length = Math.min(Limits.CHUNK, signed.length - at);
        ChunkId chunk = ChunkId.hash(signed, at, length);
        writer.add(chunk, signed, at, length);
        index.add(new Entry.Data(new ChunkRef(chunk, length)));
      }
      try (IndexDraft draft = writer.draft(index)) {
        return writer.publish(manifestOf(image.name()), draft, replace);
      }
    }
  }

  /**
   * The id that an index must have.
   *
   * @param trusted keys, one of which must have signed
   * @throws StoreException not found when there is no manifest; corrupt when none of these keys has
   *     signed it, or it is about something else
   */
  public static ChunkId expected(Store store, String image, Collection<PublicKey> trusted)
      throws IOException {
    try (IndexReader index = store.index(manifestOf(image))) {
      return expected(store, image, index, trusted);
    } catch (StoreException none) {
      if (none.kind() == StoreException.Kind.NOT_FOUND) {
        throw new StoreException(
            none.kind(), "'" + image + "' is not signed: " + none.getMessage(), none);
      }
      throw none;
    }
  }

  /**
   * The same, by a manifest that need not be published.
   *
   * @param index of the manifest's file, whose chunks are in the store
   */
  public static ChunkId expected(
      Store store, String image, IndexReader index, Collection<PublicKey> trusted)
      throws IOException {
    Manifest manifest = Manifest.read(bytes(store, image, index), trusted);
    if (!manifest.name().equals(image)) {
      throw StoreException.corrupt(
          "the manifest of '" + image + "' is that of '" + manifest.name() + "'");
    }
    return manifest.files().stream()
        .filter(file -> file.name().equals(image))
        .findFirst()
        .orElseThrow(
            () -> StoreException.corrupt("the manifest of '" + image + "' does not name it"))
        .index();
  }

  /** Refuses what cannot be the manifest of the image, before any of its chunks is fetched. */
  public static void requireShort(String image, IndexInfo manifest) throws StoreException {
    if (manifest.fileSize() > Limits.MANIFEST) {
      throw StoreException.malformed("the manifest of '" + image + "' is too long for one");
    }
  }

  private static byte[] bytes(Store store, String image, IndexReader index) throws IOException {
    requireShort(image, index.info());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
      switch (entry.get()) {
        case Entry.Hole(long length) -> bytes.writeBytes(new byte[Math.toIntExact(length)]);
        case Entry.Data(ChunkRef chunk) -> bytes.writeBytes(store.read(chunk.id()));
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a published index that must be the signed one.
   *
   * @throws StoreException as {@link #expected}, or corrupt when it is another index
   */
  public static IndexReader index(Store store, String image, Collection<PublicKey> trusted)
      throws IOException {
    ChunkId expected = expected(store, image, trusted);
    IndexReader index = store.index(image);
    if (index.info().id().equals(expected)) {
      return index;
    }
    index.close();
    throw StoreException.corrupt(
        "index '" + image + "' is " + index.info().id() + ", and signed was " + expected);
  }
}
