package org.heddle.store;

import java.io.IOException;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What says which index a damaged one was, so that nobody can slip in another one: its id is known
 * to who repairs, or signed; or the head of the damaged file, which the id is the digest of, can
 * still be read. Without any of these there is only the name.
 */
public final class Evidence {
  private final Map<String, ChunkId> known;
  private final List<PublicKey> trusted;

  private Evidence(Map<String, ChunkId> known, List<PublicKey> trusted) {
    this.known = Map.copyOf(known);
    this.trusted = List.copyOf(trusted);
  }

  /** The damaged files alone. */
  public static Evidence ofFiles() {
    return new Evidence(Map.of(), List.of());
  }

  /** These ids by name; of others the damaged files. */
  public static Evidence of(Map<String, ChunkId> known) {
    return new Evidence(known, List.of());
  }

  /**
   * Only what one of these keys has signed.
   *
   * @param trusted none: no signature is asked for
   */
  public static Evidence signedBy(List<PublicKey> trusted) {
    return new Evidence(Map.of(), trusted);
  }

  /** By what an index was taken to be the one that was damaged. */
  public enum Kind {
    /** It has the id that was known, or that the damaged file began with. */
    ID,
    /** It has the id that is signed, or is itself what is signed. */
    SIGNATURE,
    /** All sources that have an index of that name have this one. */
    NAME
  }

  /**
   * @param id that is known
   */
  Kind kind(Optional<ChunkId> id) {
    if (!trusted.isEmpty()) {
      return Kind.SIGNATURE;
    }
    return id.isPresent() ? Kind.ID : Kind.NAME;
  }

  /**
   * The id that the index of this name must have; empty when nobody knows.
   *
   * @throws StoreException it has to be signed, and is not
   */
  Optional<ChunkId> id(Store store, String name) throws IOException {
    if (!trusted.isEmpty() && !name.endsWith(SignedImages.SUFFIX)) {
      return Optional.of(SignedImages.expected(store, name, trusted));
    }
    ChunkId id = known.get(name);
    if (id != null) {
      return Optional.of(id);
    }
    try (IndexReader head = store.index(name)) {
      return Optional.of(head.info().id());
    } catch (StoreException headless) {
      return Optional.empty();
    }
  }

  /** Refuses what cannot be it, before any of its chunks is fetched. */
  void checkSize(String name, IndexDraft draft) throws StoreException {
    if (!trusted.isEmpty() && name.endsWith(SignedImages.SUFFIX)) {
      SignedImages.requireShort(SignedImages.imageOf(name), draft.info());
    }
  }

  /**
   * The last check before it is published.
   *
   * @param draft whose chunks are here
   */
  void check(Store store, String name, IndexDraft draft) throws IOException {
    if (!trusted.isEmpty() && name.endsWith(SignedImages.SUFFIX)) {
      try (IndexReader manifest = draft.open()) {
        SignedImages.expected(store, SignedImages.imageOf(name), manifest, trusted);
      }
    }
  }
}
