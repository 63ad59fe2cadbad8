package org.heddle.model;

/**
 * The name of a machine: unique in its vjob, written {@code name.vjob} like a host in a domain (and
 * so it resolves inside the vjob). Ordered by vjob, then by name with numbers as numbers.
 */
public record MachineId(VjobId vjob, String name) implements Comparable<MachineId> {
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

  /** Where the number at the end of the name begins, of at most nine digits. */
  private int digits() {
    int i = name.length();
    while (i > 0 && name.length() - i < 9 && Character.isDigit(name.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  /** Maps are ordered by it everywhere, so it makes no objects. */
  @Override
  public int compareTo(MachineId other) {
    int order = vjob.compareTo(other.vjob);
    if (order != 0 || name.equals(other.name)) {
      return order;
    }
    int mine = digits();
    int its = other.digits();
    order = compareStems(other, mine, its);
    if (order == 0) {
      order = Long.compare(number(mine), other.number(its));
    }
    return order != 0 ? order : name.compareTo(other.name);
  }

  private int compareStems(MachineId other, int mine, int its) {
    for (int i = 0; i < Math.min(mine, its); i++) {
      int order = Character.compare(name.charAt(i), other.name.charAt(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(mine, its);
  }

  private long number(int from) {
    return from == name.length() ? -1 : Long.parseLong(name, from, name.length(), 10);
  }

  @Override
  public String toString() {
    return name + "." + vjob;
  }
}
