package org.heddle.store;

import java.util.regex.Pattern;

/** Names that become file names: nothing in them can lead out of their folder. */
final class Names {
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+@=-]{0," + (Limits.NAME - 1) + "}");

  private Names() {}

  static String check(String name) throws StoreException {
    if (!FORM.matcher(name).matches()) {
      throw new StoreException(
          StoreException.Kind.INVALID,
          "'"
              + name.replaceAll("\\p{Cntrl}", "?")
              + "' cannot be a name: write letters, digits and . _ + @ = - (at most "
              + Limits.NAME
              + " characters, the first a letter or a digit)");
    }
    return name;
  }
}
