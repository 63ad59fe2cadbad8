package org.heddle.store.transfer;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.heddle.store.StoreException;

/**
 * Where a store elsewhere is.
 *
 * <ul>
 *   <li>{@code http://HOST:PORT} or {@code https://...}: behind {@code heddle store serve}
 *   <li>{@code ssh://[USER@]HOST/DIR}: in a folder there; {@code /~/DIR} is below the home folder
 * </ul>
 */
public sealed interface Address {
  /** As it was written. */
  String text();

  /** Behind an HTTP server. */
  record Http(URI base) implements Address {
    @Override
    public String text() {
      return base.toString();
    }
  }

  /**
   * In a folder of another machine.
   *
   * @param login the user and the machine, as {@code ssh} takes it
   */
  record Shell(String login, String folder) implements Address {
    private static final Pattern LOGIN =
        Pattern.compile("([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9._:-]*");

    /** What a login and a folder may be, so that no shell and no option is hidden in them. */
    public Shell {
      if (!LOGIN.matcher(login).matches() || folder.isBlank() || folder.startsWith("-")) {
        throw new IllegalArgumentException("not a login and a folder: " + login + " " + folder);
      }
    }

    @Override
    public String text() {
      return "ssh://" + login + (folder.startsWith("/") ? "" : "/~/") + folder;
    }

    /**
     * The command that serves it. The remote shell reads the last argument.
     *
     * @param reading then no store is made where there is none
     */
    List<String> command(List<String> shell, boolean reading) {
      List<String> command = new ArrayList<>(shell);
      command.add(login);
      String serve = "heddle store serve --stdio --store '" + folder.replace("'", "'\\''") + "'";
      command.add(reading ? serve + " --read-only" : serve);
      return command;
    }
  }

  /** An index there. */
  record Named(Address store, String index) {}

  /**
   * Reads one.
   *
   * @throws StoreException invalid, with what it should be
   */
  static Address parse(String text) throws StoreException {
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme();
      boolean plain = uri.getRawQuery() == null && uri.getRawFragment() == null;
      if (plain && uri.getHost() != null) {
        switch (scheme) {
          case "http", "https" -> {
            if (uri.getUserInfo() == null) {
              return new Http(URI.create(text.replaceAll("/+$", "")));
            }
          }
          case "ssh" -> {
            if (uri.getPort() < 0 && uri.getPath().length() > 1) {
              String folder = uri.getPath();
              return new Shell(
                  uri.getRawAuthority(), folder.startsWith("/~/") ? folder.substring(3) : folder);
            }
          }
          default -> {}
        }
      }
    } catch (URISyntaxException | IllegalArgumentException unreadable) {
      throw new StoreException(StoreException.Kind.INVALID, expected(text), unreadable);
    }
    throw Fault.invalid(expected(text));
  }

  /** Reads one with an index's name as its last part. */
  static Named parseNamed(String text) throws StoreException {
    int slash = text.lastIndexOf('/');
    if (slash < 0 || slash == text.length() - 1) {
      throw Fault.invalid(expected(text) + ", followed by /INDEX");
    }
    return new Named(parse(text.substring(0, slash)), text.substring(slash + 1));
  }

  private static String expected(String text) {
    return "'"
        + Fault.harmless(text)
        + "' is no address of a store: write http://HOST:PORT, https://HOST:PORT or"
        + " ssh://[USER@]HOST/DIR";
  }
}
