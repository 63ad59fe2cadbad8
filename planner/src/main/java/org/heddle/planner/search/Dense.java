package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Instance;
import org.jspecify.annotations.Nullable;

/**
 * An instance as the search sees it: units (machines that run in the end; those of a gather are one
 * unit) and hosts in arrays. Filled by {@link Preparation}, then only read, but for the counters of
 * the rules, which belong to one {@link State}.
 */
final class Dense {
  final Instance instance;
  final int hosts;
  final int resources;
  final int units;

  /** Machines of each unit. */
  final int[][] members;

  /** By unit * resources + resource. */
  final long[] demand;

  /** By host * resources + resource. */
  final long[] usable;

  /** Nothing may run there. */
  final boolean[] shut;

  /** Nothing may come there. */
  final boolean[] sealed;

  /** Must be on line and may not be idle. */
  final boolean[] mustUse;

  /** Nothing but its room tells the host from others. */
  final boolean[] plain;

  /** What each unit takes of an average host, summed over the resources. */
  final double[] size;

  /** The host where the unit costs least, -1 where every host costs the same. */
  final int[] home;

  /** Cost of every host but {@link #home}; see {@link #costs} for units with several homes. */
  final long[] away;

  /** Cost at home. */
  final long[] atHome;

  /** For units whose machines are now on different hosts: where else they cost less; else null. */
  final @Nullable Costs[] costs;

  /** Hosts where a unit may be, one bit each; null where all may. */
  final long[] @Nullable [] domain;

  final Rule[][] unitRules;
  final Rule[][] hostRules;
  Rule[] commonRules;

  /** What no choice changes. */
  long constant;

  /** By machine: the host of those that do not run in the end, -1 for the rest. */
  final int[] still;

  /**
   * Whether a choice was made while preparing that another one could undo: then nothing is said to
   * be proven.
   */
  boolean chosen;

  /** Contradictions found while preparing. */
  final List<String> contradictions = new ArrayList<>();

  /** Costs of a unit on the hosts where some of its machines are. */
  static final class Costs {
    final int[] hosts;
    final long[] costs;

    Costs(int[] hosts, long[] costs) {
      this.hosts = hosts;
      this.costs = costs;
    }
  }

  Dense(Instance instance, int[][] members) {
    this.instance = instance;
    this.members = members;
    hosts = instance.hosts();
    resources = instance.resources();
    units = members.length;
    demand = new long[units * resources];
    usable = new long[hosts * resources];
    shut = new boolean[hosts];
    sealed = new boolean[hosts];
    mustUse = new boolean[hosts];
    plain = new boolean[hosts];
    size = new double[units];
    home = new int[units];
    Arrays.fill(home, -1);
    away = new long[units];
    atHome = new long[units];
    costs = new Costs[units];
    domain = new long[units][];
    unitRules = new Rule[units][];
    hostRules = new Rule[hosts][];
    commonRules = new Rule[0];
    still = new int[instance.machines()];
    Arrays.fill(still, -1);
  }

  long cost(int unit, int host) {
    if (host == home[unit]) {
      return atHome[unit];
    }
    Costs other = costs[unit];
    if (other != null) {
      for (int i = 0; i < other.hosts.length; i++) {
        if (other.hosts[i] == host) {
          return other.costs[i];
        }
      }
    }
    return away[unit];
  }

  /** What leaving its home costs at least. */
  long leaving(int unit) {
    long least = away[unit];
    Costs other = costs[unit];
    for (int i = 0; other != null && i < other.hosts.length; i++) {
      if (other.hosts[i] != home[unit]) {
        least = Math.min(least, other.costs[i]);
      }
    }
    return least - atHome[unit];
  }

  int[] everyHost() {
    return IntStream.range(0, hosts).toArray();
  }

  boolean inDomain(int unit, int host) {
    long[] bits = domain[unit];
    return !shut[host] && (bits == null || ((bits[host >> 6] >>> host) & 1) != 0);
  }

  /** Whether the unit may be at its home, but for room and rules. */
  boolean mayStay(int unit) {
    return home[unit] >= 0 && inDomain(unit, home[unit]);
  }

  /** Units by their home. */
  int[][] atHomes() {
    int[] size = new int[hosts];
    for (int h : home) {
      if (h >= 0) {
        size[h]++;
      }
    }
    int[][] all = new int[hosts][];
    Arrays.setAll(all, h -> new int[size[h]]);
    for (int u = units - 1; u >= 0; u--) {
      if (home[u] >= 0) {
        all[home[u]][--size[home[u]]] = u;
      }
    }
    return all;
  }

  /** "machine web1" or "machines web1 and web2". */
  String name(int unit) {
    int[] machines = members[unit];
    if (machines.length == 1) {
      return "machine " + instance.machineName(machines[0]);
    }
    List<String> names = Arrays.stream(machines).mapToObj(instance::machineName).toList();
    int shown = Math.min(4, names.size());
    String rest = shown < names.size() ? " and " + (names.size() - shown) + " more" : "";
    return "machines " + String.join(", ", names.subList(0, shown)) + rest;
  }
}
