package org.heddle.cli;

/** What the command's exit code says; scripts rely on these numbers. */
public enum ExitCode {
  OK(0, "done"),
  FAILED(1, "it was tried and failed, or the vjob's own command failed"),
  USAGE(2, "wrong command line or invalid vjob file; nothing was changed"),
  NOT_FOUND(3, "there is nothing of that name"),
  CONFLICT(4, "not possible in the present state"),
  DENIED(5, "wrong or missing token"),
  INFEASIBLE(6, "no host or no placement can do it"),
  TIMED_OUT(7, "not within the time given; what was started goes on"),
  UNREACHABLE(8, "the controller does not answer");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }

  /** The code for a problem's type; a type that we do not know is a failure. */
  public static ExitCode of(String problemType) {
    return switch (problemType) {
      case "invalid" -> USAGE;
      case "not-found" -> NOT_FOUND;
      case "conflict" -> CONFLICT;
      case "denied" -> DENIED;
      case "infeasible" -> INFEASIBLE;
      case "timed-out" -> TIMED_OUT;
      case "unreachable" -> UNREACHABLE;
      default -> FAILED;
    };
  }
}
