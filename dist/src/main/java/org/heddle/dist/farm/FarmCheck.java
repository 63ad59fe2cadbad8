package org.heddle.dist.farm;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.heddle.images.Progress;

/** Something that the farm claims, tried for real: what is built boots and does its work. */
interface FarmCheck {
  /** Never fails by exception for what the check is about: that is an answer. */
  Result run(Progress progress) throws IOException, InterruptedException;

  /**
   * How it went; times in seconds.
   *
   * @param images digests by name
   * @param output the end of what was said, or why it did not come to that
   */
  record Result(
      String name,
      boolean ok,
      double buildSeconds,
      double bootSeconds,
      double runSeconds,
      Map<String, String> images,
      String output) {
    String line() {
      return String.format(
          Locale.ROOT,
          "%-6s %-10s build %6.1f s, boot %5.1f s, run %5.1f s",
          ok ? "ok" : "FAILED",
          name,
          buildSeconds,
          bootSeconds,
          runSeconds);
    }
  }

  /** What took how long. */
  final class Watch {
    private final long begin = System.nanoTime();
    private long built;
    private long booted;

    void built() {
      built = System.nanoTime();
    }

    void booted() {
      booted = System.nanoTime();
    }

    Result result(String name, boolean ok, Map<String, String> images, String output) {
      long end = System.nanoTime();
      long afterBuild = built == 0 ? end : built;
      long afterBoot = booted == 0 ? end : booted;
      return new Result(
          name,
          ok,
          seconds(afterBuild - begin),
          seconds(afterBoot - afterBuild),
          seconds(end - afterBoot),
          images,
          output);
    }

    private static double seconds(long nanos) {
      return Math.round(nanos / 1e8) / 10.0;
    }
  }
}
