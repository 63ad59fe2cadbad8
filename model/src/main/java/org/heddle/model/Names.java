package org.heddle.model;

import java.util.regex.Pattern;

/** The form of every name in the grid: a DNS label, so that it can be a host name in a guest. */
public final class Names {
  /** RFC 1123 label, lower case, at most 40 characters so that composed names fit in 63. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

  private Names() {}

  public static boolean valid(String name) {
    return LABEL.matcher(name).matches();
  }

  /** Returns the name, or throws with a message that names the rule. */
  public static String check(String what, String name) {
    if (!valid(name)) {
      throw new IllegalArgumentException(
          what
              + " '"
              + name
              + "': use 1 to 40 lower-case letters, digits and '-', not '-' at an end");
    }
    return name;
  }
}
