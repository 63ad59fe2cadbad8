package org.heddle.planner.search;

import java.util.Arrays;

/** Rules that follow the members of a constraint. */
final class PlacementRules {
  private PlacementRules() {}

  /** Counts of a sparse set of hosts: open addressing, removals only lower counts to 0. */
  static final class HostCounter {
    private int[] keys = new int[16];
    private int[] counts = new int[16];
    private int filled;

    HostCounter() {
      Arrays.fill(keys, -1);
    }

    int get(int host) {
      int at = slot(keys, host);
      return keys[at] == host ? counts[at] : 0;
    }

    void add(int host, int change) {
      int at = slot(keys, host);
      if (keys[at] < 0) {
        if (2 * ++filled > keys.length) {
          grow();
          at = slot(keys, host);
        }
        keys[at] = host;
      }
      counts[at] += change;
    }

    private void grow() {
      int[] newKeys = new int[keys.length * 2];
      int[] newCounts = new int[keys.length * 2];
      Arrays.fill(newKeys, -1);
      filled = 1;
      for (int i = 0; i < keys.length; i++) {
        if (keys[i] >= 0 && counts[i] != 0) {
          int at = slot(newKeys, keys[i]);
          newKeys[at] = keys[i];
          newCounts[at] = counts[i];
          filled++;
        }
      }
      keys = newKeys;
      counts = newCounts;
    }

    private static int slot(int[] keys, int host) {
      int mask = keys.length - 1;
      int at = ((host * 0x9E3779B1) >>> 7) & mask;
      while (keys[at] >= 0 && keys[at] != host) {
        at = (at + 1) & mask;
      }
      return at;
    }
  }

  /** At most one member on a host. */
  record SpreadRule(int constraint, HostCounter on) implements Rule {
    @Override
    public boolean allows(int unit, int host) {
      return on.get(host) == 0;
    }

    @Override
    public void enter(int unit, int host) {
      on.add(host, 1);
    }

    @Override
    public void leave(int unit, int host) {
      on.add(host, -1);
    }
  }

  /** All members in one part. */
  static final class AmongRule implements Rule {
    private final int constraint;
    private final int[] partOf;
    private int part = -1;
    private int placed;

    /**
     * @param partOf by host, -1 in none; shared between rules
     */
    AmongRule(int constraint, int[] partOf) {
      this.constraint = constraint;
      this.partOf = partOf;
    }

    @Override
    public boolean allows(int unit, int host) {
      return partOf[host] >= 0 && (placed == 0 || partOf[host] == part);
    }

    @Override
    public void enter(int unit, int host) {
      part = partOf[host];
      placed++;
    }

    @Override
    public void leave(int unit, int host) {
      placed--;
    }

    @Override
    public int constraint() {
      return constraint;
    }
  }

  /** Each group in one part, no two groups in the same one. */
  static final class SplitAmongRule implements Rule {
    private final int constraint;
    private final int[] partOf;
    private final int[] groupOf;
    private final int[] partOfGroup;
    private final int[] placed;
    private final int[] ownerOfPart;

    SplitAmongRule(int constraint, int[] partOf, int parts, int[] groupOf, int groups) {
      this.constraint = constraint;
      this.partOf = partOf;
      this.groupOf = groupOf;
      partOfGroup = new int[groups];
      placed = new int[groups];
      ownerOfPart = new int[parts];
      Arrays.fill(partOfGroup, -1);
      Arrays.fill(ownerOfPart, -1);
    }

    @Override
    public boolean allows(int unit, int host) {
      int part = partOf[host];
      int group = groupOf[unit];
      if (part < 0) {
        return false;
      }
      return placed[group] > 0 ? partOfGroup[group] == part : ownerOfPart[part] < 0;
    }

    @Override
    public void enter(int unit, int host) {
      int group = groupOf[unit];
      partOfGroup[group] = partOf[host];
      ownerOfPart[partOf[host]] = group;
      placed[group]++;
    }

    @Override
    public void leave(int unit, int host) {
      int group = groupOf[unit];
      if (--placed[group] == 0) {
        ownerOfPart[partOfGroup[group]] = -1;
      }
    }

    @Override
    public int constraint() {
      return constraint;
    }
  }

  /** Units of different groups share no host. */
  static final class SplitRule implements Rule {
    private final int constraint;
    private final int[] groupOf;
    private final int[] owner;
    private final int[] count;

    SplitRule(int constraint, int[] groupOf, int hosts) {
      this.constraint = constraint;
      this.groupOf = groupOf;
      owner = new int[hosts];
      count = new int[hosts];
    }

    @Override
    public boolean allows(int unit, int host) {
      return count[host] == 0 || owner[host] == groupOf[unit];
    }

    @Override
    public void enter(int unit, int host) {
      owner[host] = groupOf[unit];
      count[host]++;
    }

    @Override
    public void leave(int unit, int host) {
      count[host]--;
    }

    @Override
    public int constraint() {
      return constraint;
    }
  }

  /** Members and others share no host; asked for every unit. */
  static final class LonelyRule implements Rule {
    private final int constraint;
    private final boolean[] member;
    private final int[] inside;
    private final int[] outside;

    LonelyRule(int constraint, boolean[] member, int hosts) {
      this.constraint = constraint;
      this.member = member;
      inside = new int[hosts];
      outside = new int[hosts];
    }

    @Override
    public boolean allows(int unit, int host) {
      return member[unit] ? outside[host] == 0 : inside[host] == 0;
    }

    @Override
    public void enter(int unit, int host) {
      (member[unit] ? inside : outside)[host]++;
    }

    @Override
    public void leave(int unit, int host) {
      (member[unit] ? inside : outside)[host]--;
    }

    @Override
    public int constraint() {
      return constraint;
    }
  }

  /** At most so much on these hosts together; asked for the hosts it names. */
  static final class SumRule implements Rule {
    private final int constraint;
    private final long[] weight;
    private long left;

    /**
     * @param weight of each unit
     * @param amount at most this sum
     */
    SumRule(int constraint, long[] weight, long amount) {
      this.constraint = constraint;
      this.weight = weight;
      left = amount;
    }

    @Override
    public boolean allows(int unit, int host) {
      return weight[unit] <= left;
    }

    @Override
    public void enter(int unit, int host) {
      left -= weight[unit];
    }

    @Override
    public void leave(int unit, int host) {
      left += weight[unit];
    }

    @Override
    public int constraint() {
      return constraint;
    }
  }

  /** At most so many of the hosts on line; asked for the hosts that need not be. */
  static final class OnlineRule implements Rule {
    private final int constraint;
    private final int[] count;
    private int left;

    /**
     * @param left how many hosts may be on line beside those that must
     */
    OnlineRule(int constraint, int hosts, int left) {
      this.constraint = constraint;
      this.count = new int[hosts];
      this.left = left;
    }

    @Override
    public boolean allows(int unit, int host) {
      return count[host] > 0 || left > 0;
    }

    @Override
    public void enter(int unit, int host) {
      if (count[host]++ == 0) {
        left--;
      }
    }

    @Override
    public void leave(int unit, int host) {
      if (--count[host] == 0) {
        left++;
      }
    }

    @Override
    public int constraint() {
      return constraint;
    }
  }
}
