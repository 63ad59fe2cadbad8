package org.heddle.images.recipe;

import java.util.List;

/**
 * A user of the image.
 *
 * @param uid -1: the next free one
 * @param keys lines of authorized_keys
 * @param shell "": the image's default
 */
public record User(
    String name, int uid, List<String> keys, List<String> groups, String shell, String home) {
  public User {
    keys = keys.stream().distinct().sorted().toList();
    groups = groups.stream().distinct().sorted().toList();
  }
}
