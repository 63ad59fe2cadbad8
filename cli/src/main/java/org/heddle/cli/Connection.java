package org.heddle.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.api.GridException;
import org.heddle.api.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Where the controller is and the token that it asks for. Found, in this order: {@code --grid};
 * {@code --state}; {@code HEDDLE_URL}; {@code HEDDLE_STATE} or {@code ./.heddle}; {@code
 * ~/.config/heddle}. A folder is asked for its {@code client.json}.
 */
record Connection(URI url, String token) {
  private static final String FILE = "client.json";

  /** The content of {@code client.json}. */
  private record Client(String url, String token) {}

  static Connection find(
      @Nullable String grid, @Nullable Path tokenFile, @Nullable Path state, Environment around) {
    if (grid != null) {
      return new Connection(url("--grid", grid), token(grid, tokenFile, state, around));
    }
    Optional<Client> client = Optional.empty();
    if (state != null) {
      client = read(state.resolve(FILE));
      if (client.isEmpty()) {
        throw none(" (there is no " + state.resolve(FILE) + ")");
      }
    } else if (!around.variable("HEDDLE_URL").isEmpty()) {
      String url = around.variable("HEDDLE_URL");
      return new Connection(url("HEDDLE_URL", url), token(url, tokenFile, null, around));
    }
    for (Path folder : folders(around)) {
      client = client.or(() -> read(folder.resolve(FILE)));
    }
    Client found = client.orElseThrow(() -> none(""));
    String token = tokenFile == null ? found.token : TokenFile.read(tokenFile);
    return new Connection(url(FILE, found.url), token);
  }

  private static List<Path> folders(Environment around) {
    List<Path> folders = new ArrayList<>();
    String state = around.variable("HEDDLE_STATE");
    folders.add(Path.of(state.isEmpty() ? ".heddle" : state));
    folders.add(around.home().resolve(".config/heddle"));
    return folders;
  }

  /** For a URL that was named: its token by file, variable, or a client.json of the same URL. */
  private static String token(
      String url, @Nullable Path file, @Nullable Path state, Environment around) {
    if (file != null) {
      return TokenFile.read(file);
    }
    if (!around.variable("HEDDLE_TOKEN").isEmpty()) {
      return around.variable("HEDDLE_TOKEN");
    }
    List<Path> folders = new ArrayList<>(folders(around));
    if (state != null) {
      folders.addFirst(state);
    }
    return folders.stream()
        .flatMap(folder -> read(folder.resolve(FILE)).stream())
        .filter(client -> client.url.equals(url))
        .map(Client::token)
        .findFirst()
        .orElseThrow(() ->
            Failure.invalid(
                "no token for " + url + ": name its file with --token-file or set HEDDLE_TOKEN"));
  }

  private static Optional<Client> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.read(Files.readAllBytes(file), Client.class));
    } catch (IOException | JacksonException broken) {
      throw Failure.invalid(
          "cannot use " + file + " (" + broken.getMessage() + "): it should hold url and token");
    }
  }

  private static URI url(String source, String text) {
    try {
      URI url = new URI(text);
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return url;
      }
    } catch (URISyntaxException _) {
      // The message below says it all.
    }
    throw Failure.invalid(
        source + " '" + text + "' is no URL: write it like http://127.0.0.1:7180");
  }

  private static GridException none(String detail) {
    return Failure.unreachable(
        "no grid here: start one with 'heddle up' or name one with --grid" + detail);
  }
}
