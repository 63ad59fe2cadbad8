package org.heddle.cli;

import java.util.Locale;

/** Sizes and times as a person reads them. Pure. */
public final class Human {
  private Human() {}

  /** {@code 512 MiB}, {@code 1.5 GiB}. */
  public static String mib(long mib) {
    if (Math.abs(mib) < 1024) {
      return mib + " MiB";
    }
    if (Math.abs(mib) < 1024 * 1024) {
      return scaled(mib / 1024.0) + " GiB";
    }
    return scaled(mib / (1024.0 * 1024)) + " TiB";
  }

  /** {@code 3.4 MiB}: bytes as MiB, GiB or TiB, small ones with a decimal. */
  public static String bytes(long bytes) {
    double mib = bytes / (1024.0 * 1024);
    return mib < 100 ? scaled(mib) + " MiB" : mib(Math.round(mib));
  }

  /** {@code 1.2 of 8 GiB}: both in the unit of the whole. */
  public static String share(long used, long whole) {
    if (Math.abs(whole) < 1024) {
      return used + " of " + whole + " MiB";
    }
    boolean large = Math.abs(whole) >= 1024 * 1024;
    double unit = large ? 1024.0 * 1024 : 1024.0;
    return scaled(used / unit) + " of " + scaled(whole / unit) + (large ? " TiB" : " GiB");
  }

  /**
   * How long something took: {@code 85 ms}, {@code 4.2 s}, {@code 2 min 5 s}, {@code 3 h 10 min}.
   */
  public static String duration(long ms) {
    if (ms < 1000) {
      return ms + " ms";
    }
    if (ms < 9_950) {
      return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
    long seconds = Math.round(ms / 1000.0);
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }
    long minutes = seconds / 60;
    if (minutes < 48 * 60) {
      return minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
    }
    return minutes / (24 * 60) + " d";
  }

  /** How long ago, in one unit: {@code 5s}, {@code 3m}, {@code 2h}, {@code 4d}. */
  public static String age(long ms) {
    long seconds = Math.max(0, ms / 1000);
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 120 * 60) {
      return seconds / 60 + "m";
    }
    if (seconds < 48 * 3600) {
      return seconds / 3600 + "h";
    }
    return seconds / 86_400 + "d";
  }

  /** {@code 1 machine}, {@code 2 machines}. */
  public static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  private static String scaled(double value) {
    double rounded = Math.round(value * 10) / 10.0;
    return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
  }
}
