package org.heddle.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.StringTokenizer;

/**
 * Where machines are and what they will need; the least memory that leaves its host is asked for.
 */
final class Question {
  private final long[][] capacity;
  private final int[] home;
  private final long[] weight;
  private final long[][] demand;

  private Question(long[][] capacity, int[] home, long[] weight, long[][] demand) {
    this.capacity = capacity;
    this.home = home;
    this.weight = weight;
    this.demand = demand;
  }

  /** By host, by resource. */
  long[][] capacity() {
    return capacity;
  }

  /** By machine: the host where it runs. */
  int[] home() {
    return home;
  }

  /** By machine: what moving it costs. */
  long[] weight() {
    return weight;
  }

  /** By machine, by resource. */
  long[][] demand() {
    return demand;
  }

  /** Whole numbers: hosts, machines, resources; capacities; home, weight and demands of each. */
  static Question read(BufferedReader in) throws IOException {
    Numbers numbers = new Numbers(in);
    int hosts = (int) numbers.next();
    int machines = (int) numbers.next();
    int resources = (int) numbers.next();
    long[][] capacity = new long[hosts][];
    for (int h = 0; h < hosts; h++) {
      capacity[h] = numbers.next(resources);
    }
    int[] home = new int[machines];
    long[] weight = new long[machines];
    long[][] demand = new long[machines][];
    for (int m = 0; m < machines; m++) {
      home[m] = (int) numbers.next();
      weight[m] = numbers.next();
      demand[m] = numbers.next(resources);
    }
    return new Question(capacity, home, weight, demand);
  }

  private static final class Numbers {
    private final BufferedReader in;
    private StringTokenizer words = new StringTokenizer("");

    Numbers(BufferedReader in) {
      this.in = in;
    }

    long next() throws IOException {
      while (!words.hasMoreTokens()) {
        String line = in.readLine();
        if (line == null) {
          throw new IOException("the question ends too early");
        }
        words = new StringTokenizer(line);
      }
      return Long.parseLong(words.nextToken());
    }

    long[] next(int count) throws IOException {
      long[] all = new long[count];
      for (int i = 0; i < count; i++) {
        all[i] = next();
      }
      return all;
    }
  }

  int hosts() {
    return capacity.length;
  }

  int machines() {
    return home.length;
  }

  int resources() {
    return capacity.length == 0 ? 0 : capacity[0].length;
  }

  /** What is left on each host where all stay; below zero where it is overloaded. */
  long[][] left() {
    long[][] left = new long[hosts()][];
    Arrays.setAll(left, h -> capacity[h].clone());
    for (int m = 0; m < machines(); m++) {
      for (int r = 0; r < resources(); r++) {
        left[home[m]][r] -= demand[m][r];
      }
    }
    return left;
  }
}
