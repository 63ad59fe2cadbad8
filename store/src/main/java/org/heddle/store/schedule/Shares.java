package org.heddle.store.schedule;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How links are shared by what moves over them at the same time: max-min fair, as TCP does roughly.
 * By progressive filling (Bertsekas and Gallager, "Data Networks", 6.5.2).
 */
final class Shares {
  private final int[][] links;
  private final double[] capacity;

  /** The links that each of these moves goes over. */
  Shares(Network network, List<Move> moves) {
    Map<String, Integer> numbers = new HashMap<>();
    double[] capacities = new double[2 * (network.hosts().size() + network.sites().size())];
    links = new int[moves.size()][];
    for (int i = 0; i < moves.size(); i++) {
      Network.Host from = network.host(moves.get(i).from());
      Network.Host to = network.host(moves.get(i).to());
      int out = number(numbers, capacities, "host out " + from.name(), from.bytesPerSecond());
      int in = number(numbers, capacities, "host in " + to.name(), to.bytesPerSecond());
      if (from.site().equals(to.site())) {
        links[i] = new int[] {out, in};
      } else {
        double up = network.site(from).bytesPerSecond();
        double down = network.site(to).bytesPerSecond();
        links[i] =
            new int[] {
              out,
              in,
              number(numbers, capacities, "site out " + from.site(), up),
              number(numbers, capacities, "site in " + to.site(), down)
            };
      }
    }
    capacity = Arrays.copyOf(capacities, numbers.size());
  }

  private static int number(
      Map<String, Integer> numbers, double[] capacities, String link, double bytesPerSecond) {
    Integer known = numbers.putIfAbsent(link, numbers.size());
    if (known == null) {
      capacities[numbers.size() - 1] = bytesPerSecond;
      return numbers.size() - 1;
    }
    return known;
  }

  /**
   * Bytes a second of each move.
   *
   * @param running which of them move now
   * @param caps what each cannot exceed for other reasons
   */
  double[] rates(boolean[] running, double[] caps) {
    double[] rates = new double[running.length];
    boolean[] open = running.clone();
    double[] left = capacity.clone();
    while (true) {
      int[] users = users(open);
      double step = step(open, users, left, rates, caps);
      if (step == Double.POSITIVE_INFINITY) {
        return rates;
      }
      for (int i = 0; i < open.length; i++) {
        if (open[i]) {
          rates[i] += step;
          for (int link : links[i]) {
            left[link] -= step;
          }
        }
      }
      for (int i = 0; i < open.length; i++) {
        open[i] = open[i] && rates[i] < caps[i] * (1 - 1e-12) && roomy(i, left);
      }
    }
  }

  private boolean roomy(int move, double[] left) {
    for (int link : links[move]) {
      if (left[link] <= capacity[link] * 1e-12) {
        return false;
      }
    }
    return true;
  }

  private int[] users(boolean[] open) {
    int[] users = new int[capacity.length];
    for (int i = 0; i < open.length; i++) {
      if (open[i]) {
        for (int link : links[i]) {
          users[link]++;
        }
      }
    }
    return users;
  }

  /** By how much all can grow together until a link is full or one has all it can take. */
  private double step(boolean[] open, int[] users, double[] left, double[] rates, double[] caps) {
    double step = Double.POSITIVE_INFINITY;
    for (int i = 0; i < open.length; i++) {
      if (open[i]) {
        step = Math.min(step, caps[i] - rates[i]);
        for (int link : links[i]) {
          step = Math.min(step, left[link] / users[link]);
        }
      }
    }
    return step;
  }
}
