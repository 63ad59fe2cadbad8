package org.heddle.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.DoubleConsumer;

/** Fetches one file by HTTP. Redirections are followed, but not from https to http. */
final class Download {
  private static final Duration CONNECT = Duration.ofSeconds(30);
  private static final int PART = 1 << 18;

  private Download() {}

  /**
   * Into the folder, under the last part of the address's path.
   *
   * @param share hears how much of it is here, where the server says how long it is
   * @throws FarmException when the server does not give it, or less than it said
   */
  static Path fetch(URI address, Path folder, DoubleConsumer share)
      throws IOException, InterruptedException, FarmException {
    String path = address.getPath() == null ? "" : address.getPath();
    String last = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "-");
    Path file = folder.resolve("fetched-" + last);
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      HttpRequest request = HttpRequest.newBuilder(address).GET().build();
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = answer.body()) {
        if (answer.statusCode() != 200) {
          throw FarmException.failed(address + ": the server answered " + answer.statusCode());
        }
        long size = answer.headers().firstValueAsLong("content-length").orElse(-1);
        write(in, file, size, share, address);
      }
    } catch (IllegalArgumentException wrong) {
      throw FarmException.invalid(address + " is no address of a file: " + wrong.getMessage());
    }
    return file;
  }

  private static void write(InputStream in, Path file, long size, DoubleConsumer share, URI address)
      throws IOException, FarmException {
    long here = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] part = new byte[PART];
      for (int got = in.read(part); got >= 0; got = in.read(part)) {
        out.write(part, 0, got);
        here += got;
        if (size > 0) {
          share.accept((double) here / size);
        }
      }
    }
    if (size >= 0 && here != size) {
      throw FarmException.failed(address + ": got " + here + " bytes of " + size);
    }
  }
}
