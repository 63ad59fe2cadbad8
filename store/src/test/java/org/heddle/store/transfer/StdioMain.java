package org.heddle.store.transfer;

import java.io.IOException;
import java.nio.file.Path;
import org.heddle.store.Store;

/** Stands for {@code ssh}: gets a login and a command, and serves the store that this names. */
final class StdioMain {
  private StdioMain() {}

  public static void main(String[] arguments) throws IOException {
    String command = arguments[1];
    String folder = command.substring(command.indexOf('\'') + 1, command.lastIndexOf('\''));
    if (!command.startsWith("heddle store serve --stdio --store '")) {
      throw new IllegalArgumentException(command);
    }
    StreamServer.serve(
        Store.openOrCreate(Path.of(folder)), System.in, System.out, ServeSettings.open());
  }
}
