package org.heddle.planner.instance;

import java.util.Arrays;

/** Where every machine is in the end, and which hosts are on line then. */
public final class Arrangement {
  private final int[] hosts;
  private final boolean[] online;

  /**
   * @param hosts by machine: where it runs or its saved state lies, -1 for READY and KILLED
   * @param online by host
   */
  public Arrangement(int[] hosts, boolean[] online) {
    this.hosts = hosts.clone();
    this.online = online.clone();
  }

  /**
   * The hosts that are wanted on line, those that are now and may stay, and those that have to run
   * something, are on line; no others.
   */
  public static Arrangement of(Instance instance, int[] hosts) {
    boolean[] online = new boolean[instance.hosts()];
    for (int h = 0; h < online.length; h++) {
      online[h] =
          switch (instance.hostWish(h)) {
            case ONLINE -> true;
            case OFFLINE -> false;
            case EITHER -> instance.online(h);
          };
    }
    for (int m = 0; m < hosts.length; m++) {
      if (hosts[m] >= 0 && instance.hostWish(hosts[m]) != HostWish.OFFLINE) {
        online[hosts[m]] = true;
      }
    }
    return new Arrangement(hosts, online);
  }

  public int machines() {
    return hosts.length;
  }

  public int hosts() {
    return online.length;
  }

  public int host(int machine) {
    return hosts[machine];
  }

  public boolean online(int host) {
    return online[host];
  }

  /** A copy. */
  public int[] toHosts() {
    return hosts.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Arrangement that
        && Arrays.equals(hosts, that.hosts)
        && Arrays.equals(online, that.online);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hosts) * 31 + Arrays.hashCode(online);
  }
}
