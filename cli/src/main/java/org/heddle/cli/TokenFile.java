package org.heddle.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that holds a grid's token and nothing else. */
public final class TokenFile {
  private TokenFile() {}

  /**
   * @throws org.heddle.api.GridException when there is no token to be had from it
   */
  public static String read(Path file) {
    try {
      String token = Files.readString(file).strip();
      if (token.isEmpty()) {
        throw Failure.invalid("token file " + file + " is empty");
      }
      return token;
    } catch (IOException unreadable) {
      throw Failure.invalid("cannot read the token file " + file + ": does it exist, is it yours?");
    }
  }
}
