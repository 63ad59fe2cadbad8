package org.heddle.planner.instance;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * All that an instance holds, by index; filled by the builder, for which columns grow, never
 * changed after. Attributes that nobody gave are not numbers.
 */
final class Columns {
  String[] resourceNames = {};
  int memoryResource = -1;

  String[] hostNames = {};
  boolean[] online = {};
  HostWish[] hostWishes = {};
  long[][] capacities = {};
  long[][] usables = {};
  int[] sites = {};
  int[] hostLinks = {};
  Map<Attribute, double[]> hostAttributes = new EnumMap<>(Attribute.class);

  String[] machineNames = {};
  MachineState[] states = {};
  MachineState[] wanted = {};
  int[] hosts = {};
  long[][] presents = {};
  long[][] nexts = {};
  boolean[] stateless = {};
  Map<Attribute, double[]> attributes = new EnumMap<>(Attribute.class);

  String[] vjobNames = {};
  int[] vjobs = {};
  Indices[] vjobMachines = {};

  String[] siteNames = {};
  int[] siteLinks = {};
  String[] linkNames = {};
  long[] linkMbitPerS = {};

  List<Constraint> constraints = List.of();

  void growLinks(int size) {
    linkNames = Arrays.copyOf(linkNames, size);
    linkMbitPerS = Arrays.copyOf(linkMbitPerS, size);
  }

  void growSites(int size) {
    siteNames = Arrays.copyOf(siteNames, size);
    siteLinks = Arrays.copyOf(siteLinks, size);
  }

  void growVjobs(int size) {
    vjobNames = Arrays.copyOf(vjobNames, size);
    vjobMachines = Arrays.copyOf(vjobMachines, size);
  }

  void growHosts(int size) {
    hostNames = Arrays.copyOf(hostNames, size);
    online = Arrays.copyOf(online, size);
    hostWishes = Arrays.copyOf(hostWishes, size);
    sites = Arrays.copyOf(sites, size);
    hostLinks = Arrays.copyOf(hostLinks, size);
    grow(capacities, size);
    grow(hostAttributes, size);
  }

  void growMachines(int size) {
    machineNames = Arrays.copyOf(machineNames, size);
    states = Arrays.copyOf(states, size);
    hosts = Arrays.copyOf(hosts, size);
    vjobs = Arrays.copyOf(vjobs, size);
    stateless = Arrays.copyOf(stateless, size);
    grow(presents, size);
    grow(attributes, size);
  }

  private static void grow(long[][] columns, int size) {
    for (int r = 0; r < columns.length; r++) {
      columns[r] = Arrays.copyOf(columns[r], size);
    }
  }

  private static void grow(Map<Attribute, double[]> columns, int size) {
    columns.replaceAll((_, column) -> grown(column, size));
  }

  private static double[] grown(double[] column, int size) {
    double[] longer = Arrays.copyOf(column, size);
    if (size > column.length) {
      Arrays.fill(longer, column.length, size, Double.NaN);
    }
    return longer;
  }

  static double[] filled(int size) {
    double[] column = new double[size];
    Arrays.fill(column, Double.NaN);
    return column;
  }
}
