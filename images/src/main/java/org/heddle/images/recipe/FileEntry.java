package org.heddle.images.recipe;

/**
 * Something that a recipe puts into the tree.
 *
 * <p>Sources may be folders, which are copied with all that is in them. A mode of "" keeps that of
 * the source (0644 or 0755 for files of a recipe, which have nothing but their execute bit).
 */
public sealed interface FileEntry {
  /** Absolute, in the image. */
  String path();

  /** {@code user:group}. */
  String owner();

  /** Octal digits; "" keeps. */
  String mode();

  /** A file with this text. */
  record Content(String path, String owner, String mode, String text) implements FileEntry {}

  /** A file or folder that lies beside the recipe. */
  record Copy(String path, String owner, String mode, String source) implements FileEntry {}

  /** A file or folder out of the tree of another recipe. */
  record FromImage(String path, String owner, String mode, String image, String source)
      implements FileEntry {}

  /** A symbolic link. */
  record Link(String path, String target) implements FileEntry {
    @Override
    public String owner() {
      return "root:root";
    }

    @Override
    public String mode() {
      return "0777";
    }
  }

  /** An empty folder. */
  record Folder(String path, String owner, String mode) implements FileEntry {}
}
