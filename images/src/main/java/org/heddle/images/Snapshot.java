package org.heddle.images;

/**
 * The state of a class's packages that builds take them from, until it is refreshed.
 *
 * @param id digest of the signed lists
 * @param epoch seconds since 1970 when the newest of them was made; no file of an image is younger
 */
record Snapshot(String id, long epoch) {
  /** For what has no packages: 2026-01-01. */
  static final Snapshot NONE = new Snapshot("", 1767225600);
}
