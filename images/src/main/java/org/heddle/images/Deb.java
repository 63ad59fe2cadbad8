package org.heddle.images;

/**
 * A package of Debian's kind in the farm's cache.
 *
 * @param cached its file's name there
 * @param published its file's name on the mirror
 * @param uri where the mirror has it
 * @param hash what the signed lists say of its content, as apt writes it: {@code SHA256:DIGITS}
 */
record Deb(String name, String version, String cached, String published, String uri, String hash) {
  /** "name version architecture". */
  String line() {
    String architecture = cached.substring(cached.lastIndexOf('_') + 1).replaceAll("\\.deb$", "");
    return name + " " + version + " " + architecture;
  }
}
