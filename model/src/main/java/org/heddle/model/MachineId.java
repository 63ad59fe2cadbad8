package org.heddle.model;

import java.util.Comparator;

/**
 * The name of a machine: unique in its vjob, written {@code name.vjob} like a host in a domain (and
 * so it resolves inside the vjob). Ordered by vjob, then by name with numbers as numbers.
 */
public record MachineId(VjobId vjob, String name) implements Comparable<MachineId> {
  private static final Comparator<MachineId> ORDER =
      Comparator.comparing(MachineId::vjob)
          .thenComparing(MachineId::stem)
          .thenComparingLong(MachineId::number)
          .thenComparing(MachineId::name);

  public MachineId {
    Names.check("machine name", name);
  }

  /** Reads {@code name.vjob}. */
  public static MachineId parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException(
          "machine '" + text + "': write it as NAME.VJOB, for example node1.mrbayes");
    }
    return new MachineId(new VjobId(text.substring(dot + 1)), text.substring(0, dot));
  }

  private int digits() {
    int i = name.length();
    while (i > 0 && name.length() - i < 9 && Character.isDigit(name.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  private String stem() {
    return name.substring(0, digits());
  }

  private long number() {
    String tail = name.substring(digits());
    return tail.isEmpty() ? -1 : Long.parseLong(tail);
  }

  @Override
  public int compareTo(MachineId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return name + "." + vjob;
  }
}
