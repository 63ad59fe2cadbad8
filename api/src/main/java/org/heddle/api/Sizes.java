package org.heddle.api;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory and disk as people write them: {@code 256MiB}, {@code 1.5GiB}. */
public final class Sizes {
  public static final String REMEDY = "write a size such as 256MiB or 2GiB";
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?) ?([MGT]iB)");

  private Sizes() {}

  /** The size in MiB; empty when it is not a size or not a whole number of MiB. */
  public static OptionalLong mib(String text) {
    Matcher match = SIZE.matcher(text);
    if (!match.matches()) {
      return OptionalLong.empty();
    }
    long unit =
        switch (match.group(2)) {
          case "MiB" -> 1L;
          case "GiB" -> 1L << 10;
          default -> 1L << 20;
        };
    try {
      BigDecimal mib = new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(unit));
      return OptionalLong.of(mib.longValueExact());
    } catch (ArithmeticException _) {
      return OptionalLong.empty();
    }
  }

  /** The shortest way to write it that {@link #mib} reads back. */
  public static String write(long mib) {
    if (mib != 0 && mib % (1L << 20) == 0) {
      return (mib >> 20) + "TiB";
    }
    if (mib != 0 && mib % (1L << 10) == 0) {
      return (mib >> 10) + "GiB";
    }
    return mib + "MiB";
  }
}
