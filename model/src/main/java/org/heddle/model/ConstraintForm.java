package org.heddle.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How each constraint is written: its name, its arguments, and whether it may hold always. */
public enum ConstraintForm {
  SPREAD("spread", true, Kind.MACHINES),
  GATHER("gather", true, Kind.MACHINES),
  AMONG("among", true, Kind.MACHINES, Kind.HOST_GROUPS),
  SPLIT_AMONG("splitAmong", true, Kind.MACHINE_GROUPS, Kind.HOST_GROUPS),
  SPLIT("split", true, Kind.MACHINE_GROUPS),
  FENCE("fence", true, Kind.MACHINES, Kind.HOSTS),
  BAN("ban", true, Kind.MACHINES, Kind.HOSTS),
  ROOT("root", false, Kind.MACHINES),
  LONELY("lonely", true, Kind.MACHINES),
  QUARANTINE("quarantine", false, Kind.HOSTS),
  RUNNING_CAPACITY("runningCapacity", true, Kind.HOSTS, Kind.AMOUNT),
  RESOURCE_CAPACITY("resourceCapacity", true, Kind.HOSTS, Kind.RESOURCE, Kind.AMOUNT),
  OVERBOOK("overbook", false, Kind.HOSTS, Kind.RESOURCE, Kind.RATIO),
  ONLINE("online", false, Kind.HOSTS),
  OFFLINE("offline", false, Kind.HOSTS),
  MAX_ONLINE("maxOnline", true, Kind.HOSTS, Kind.AMOUNT),
  NO_IDLE("noIdle", false, Kind.HOSTS),
  PRESERVE("preserve", false, Kind.MACHINES, Kind.RESOURCE, Kind.AMOUNT),
  RUNNING("running", false, Kind.MACHINES),
  SLEEPING("sleeping", false, Kind.MACHINES),
  READY("ready", false, Kind.MACHINES),
  KILLED("killed", false, Kind.MACHINES),
  SEQUENCE("sequence", false, Kind.MACHINES),
  PRECEDENCE("precedence", false, Kind.MACHINES, Kind.MACHINES),
  SERIALIZE("serialize", false, Kind.MACHINES),
  SYNCHRONIZE("synchronize", false, Kind.MACHINES),
  DEADLINE("deadline", false, Kind.MACHINES, Kind.TIME),
  NO_DELAY("noDelay", false, Kind.MACHINES);

  /** What an argument is, and how to write one. */
  public enum Kind {
    MACHINES("machines, such as vm[1-3]"),
    HOSTS("hosts, such as host[1-4]"),
    MACHINE_GROUPS("groups of machines, such as {vm[1-2], {vm3,vm7}}"),
    HOST_GROUPS("groups of hosts, such as {host[1-4], host[5-8]}"),
    RESOURCE("the name of a resource, such as memory"),
    AMOUNT("a whole number"),
    RATIO("a ratio, such as 1.5"),
    TIME("a time, such as 90s, 5min or 1500ms");

    private final String example;

    Kind(String example) {
      this.example = example;
    }

    public String example() {
      return example;
    }
  }

  private final String word;
  private final boolean lasting;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Kind> kinds;

  ConstraintForm(String word, boolean lasting, Kind... kinds) {
    this.word = word;
    this.lasting = lasting;
    this.kinds = List.of(kinds);
  }

  /** The name as it is written. */
  public String word() {
    return word;
  }

  /** Whether {@code always} may stand before it. */
  public boolean lasting() {
    return lasting;
  }

  public List<Kind> kinds() {
    return kinds;
  }

  static Optional<ConstraintForm> named(String word) {
    return Arrays.stream(values()).filter(form -> form.word.equals(word)).findFirst();
  }

  static String words() {
    return Arrays.stream(values()).map(ConstraintForm::word).collect(Collectors.joining(", "));
  }
}
