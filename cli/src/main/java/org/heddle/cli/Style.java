package org.heddle.cli;

/** A meaning that a terminal may show as colour (ECMA-48 SGR). */
public enum Style {
  PLAIN(""),
  STRONG("1"),
  FAINT("2"),
  GOOD("32"),
  BUSY("33"),
  BAD("31"),
  CALM("34"),
  MOVE("36");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  /** The text in this style, if colour is wanted. */
  public String paint(String text, boolean colour) {
    return colour && !code.isEmpty() && !text.isEmpty()
        ? "\u001b[" + code + "m" + text + "\u001b[0m"
        : text;
  }

  /** The style of a state of a vjob, a machine, a host or an action. */
  public static Style ofState(String state) {
    return switch (state) {
      case "running", "online", "done" -> GOOD;
      case "waiting",
          "starting",
          "suspending",
          "resuming",
          "stopping",
          "active",
          "booting",
          "migrating",
          "drained" ->
          BUSY;
      case "failed", "lost", "dropped" -> BAD;
      case "sleeping", "suspended", "paused", "saved" -> CALM;
      case "terminated", "pending" -> FAINT;
      default -> PLAIN;
    };
  }
}
