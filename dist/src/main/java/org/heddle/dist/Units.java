package org.heddle.dist;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.heddle.api.Sizes;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Amounts on the command line, always with their unit. */
public final class Units {
  private Units() {}

  /** MiB. */
  public static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      OptionalLong mib = Sizes.mib(text);
      if (mib.isEmpty()) {
        throw new TypeConversionException("'" + text + "': " + Sizes.REMEDY);
      }
      return mib.getAsLong();
    }
  }

  /** Whole seconds. */
  static final class Seconds implements ITypeConverter<Integer> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(s|m)");

    @Override
    public Integer convert(String text) {
      Matcher match = match(FORM, text, "write a time such as 10s or 2m");
      int factor = match.group(2).equals("m") ? 60 : 1;
      return Integer.parseInt(match.group(1)) * factor;
    }
  }

  /** Mbit/s. */
  static final class Rate implements ITypeConverter<Integer> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(M|G)bit(?:/s)?");

    @Override
    public Integer convert(String text) {
      Matcher match = match(FORM, text, "write a rate such as 200Mbit or 1Gbit");
      int factor = match.group(2).equals("G") ? 1000 : 1;
      return Integer.parseInt(match.group(1)) * factor;
    }
  }

  /** An address to listen at. */
  static final class Endpoint implements ITypeConverter<InetSocketAddress> {
    private static final Pattern FORM =
        Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+\\]):(\\d{1,5})");

    @Override
    public InetSocketAddress convert(String text) {
      String remedy = "write IP:PORT such as 192.0.2.7:7181";
      Matcher match = match(FORM, text, remedy);
      try {
        InetAddress address = InetAddress.ofLiteral(match.group(1).replaceAll("[\\[\\]]", ""));
        return new InetSocketAddress(address, Integer.parseInt(match.group(2)));
      } catch (IllegalArgumentException outOfRange) {
        throw new TypeConversionException("'" + text + "': " + remedy);
      }
    }
  }

  private static Matcher match(Pattern form, String text, String remedy) {
    Matcher match = form.matcher(text);
    if (!match.matches()) {
      throw new TypeConversionException("'" + text + "': " + remedy);
    }
    return match;
  }
}
