package org.heddle.images;

/**
 * A package of Debian's kind in the farm's cache.
 *
 * @param cached its file's name there
 * @param published its file's name on the mirror
 */
record Deb(String name, String version, String cached, String published) {}
