/**
 * The content store: files as chunks named by their SHA-256, kept in pack files.
 *
 * <p>{@link org.heddle.store.Store} is a folder; {@link org.heddle.store.StoreWriter} adds to it,
 * {@link org.heddle.store.Maker} and {@link org.heddle.store.Extractor} turn files into indexes and
 * back. What moves between stores are an index first, then {@link org.heddle.store.Block}s of the
 * chunks that are missing. The formats are in docs/formats/store.md.
 */
@NullMarked
package org.heddle.store;

import org.jspecify.annotations.NullMarked;
