package org.heddle.images;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.DoubleConsumer;
import org.heddle.store.transfer.StallWatch;

/**
 * Fetches one file by HTTP, as far as there is room for it. Redirections are followed, but not from
 * https to http. A server that sends too little is given up.
 */
final class Download {
  private static final Duration CONNECT = Duration.ofSeconds(30);

  /** So long a server may take to answer, and be behind {@link #LEAST}. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Bytes a second: any line that is of use brings more. */
  private static final int LEAST = 1 << 10;

  private static final int PART = 1 << 18;

  private final Landing.Bounds bounds;
  private final Duration patience;

  Download(Landing.Bounds bounds, Duration patience) {
    this.bounds = bounds;
    this.patience = patience;
  }

  /**
   * Into the folder, under the last part of the address's path.
   *
   * @param share hears how much of it is here, where the server says how long it is
   * @throws FarmException when the server does not give it, or less than it said, or too much
   */
  Path fetch(URI address, Path folder, DoubleConsumer share)
      throws IOException, InterruptedException, FarmException {
    String path = address.getPath() == null ? "" : address.getPath();
    String last = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "-");
    Path file = folder.resolve("fetched-" + last);
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    // What has ended need not be waited for: the client's own close() would.
    try (StallWatch watch = new StallWatch(patience, LEAST);
        StallWatch.Watched moving = watch.begin(client::shutdownNow)) {
      try {
        take(client, address, file, new Moving(moving, share));
      } catch (IOException failed) {
        throw told(address, failed, moving);
      }
    } catch (IllegalArgumentException wrong) {
      throw FarmException.invalid(address + " is no address of a file: " + wrong.getMessage());
    } finally {
      client.shutdownNow();
    }
    return file;
  }

  /** Who hears that something has come. */
  private record Moving(StallWatch.Watched watched, DoubleConsumer share) {}

  private FarmException told(URI address, IOException failed, StallWatch.Watched moving)
      throws IOException, InterruptedException {
    if (moving.stalled()) {
      return FarmException.failed(
          address + ": the server sent nothing or too little for " + patience.toSeconds() + " s");
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("cancelled");
    }
    if (failed instanceof ConnectException) {
      return FarmException.failed(address + ": the server cannot be reached");
    }
    throw failed;
  }

  private void take(HttpClient client, URI address, Path file, Moving moving)
      throws IOException, InterruptedException, FarmException {
    HttpRequest request = HttpRequest.newBuilder(address).GET().build();
    HttpResponse<InputStream> answer =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = moving.watched().watch(answer.body())) {
      if (answer.statusCode() != 200) {
        throw FarmException.failed(address + ": the server answered " + answer.statusCode());
      }
      long size = answer.headers().firstValueAsLong("content-length").orElse(-1);
      bounds.check(size, address.toString());
      long here;
      try (Landing out = new Landing(file, address.toString(), bounds)) {
        here = copy(in, out, size, moving);
      }
      if (moving.watched().stalled()) {
        throw new IOException("stalled");
      }
      if (size >= 0 && here != size) {
        throw FarmException.failed(address + ": got " + here + " bytes of " + size);
      }
    }
  }

  private static long copy(InputStream in, Landing out, long size, Moving moving)
      throws IOException, FarmException {
    byte[] part = new byte[PART];
    for (int got = in.read(part); got >= 0; got = in.read(part)) {
      try {
        out.write(part, 0, got);
      } finally {
        out.check();
      }
      if (size > 0) {
        moving.share().accept((double) out.bytes() / size);
      }
    }
    return out.bytes();
  }
}
