package org.heddle.cli;

/** Lines of a name and a value, as the {@code show} commands print them. Pure. */
final class Fields {
  private Fields() {}

  /** One line; none when there is no value. */
  static String of(String name, String value) {
    if (value.isEmpty()) {
      return "";
    }
    String first = value.stripTrailing().replaceAll("\\R", "\n" + " ".repeat(13));
    return String.format("  %-11s", name) + first + "\n";
  }
}
