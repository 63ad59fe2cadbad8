package org.heddle.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.heddle.agent.farm.Builds;
import org.heddle.agent.farm.Workshop;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.GridApi.Problem;

/** The routes of {@link FarmApi} on an agent that builds, below {@code /v1/farm}. */
final class FarmRoutes {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /** Requests, with all their files, that are read at the same time. */
  private static final int READ = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Semaphore reading = new Semaphore(READ, true);
  private final Workshop workshop;
  private final Builds builds;
  private final Images images;
  private final String host;
  private final String key;

  FarmRoutes(Workshop workshop, Builds builds, Images images, String host, String key) {
    this.workshop = workshop;
    this.builds = builds;
    this.images = images;
    this.host = host;
    this.key = key;
  }

  boolean handle(Call call) throws IOException, InterruptedException {
    List<String> path = call.path();
    return switch (path.size() == 2 ? "" : path.get(2)) {
      case "" -> view(call);
      case "builds" -> builds(call, path);
      case "images" -> images(call, path);
      default -> false;
    };
  }

  private boolean view(Call call) throws IOException {
    if (!call.method().equals("GET")) {
      return false;
    }
    call.answer(
        200,
        new FarmApi.FarmView(
            List.of(host), workshop.recipes(), workshop.classes(), images.names(), key));
    return true;
  }

  private boolean builds(Call call, List<String> path) throws IOException, InterruptedException {
    if (path.size() == 3) {
      if (!call.method().equals("GET")) {
        return false;
      }
      call.answer(200, builds.list());
      return true;
    }
    String id = path.get(3);
    if (path.size() == 5 && path.get(4).equals("stream") && call.method().equals("GET")) {
      follow(call, id);
      return true;
    }
    if (path.size() != 4) {
      return false;
    }
    switch (call.method()) {
      case "PUT" -> ask(call, id);
      case "GET" ->
          call.answer(
              200,
              builds
                  .find(id)
                  .orElseThrow(() -> Problems.notFound("no build '" + id + "' is known here")));
      case "DELETE" -> call.answer(200, builds.cancel(id));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void ask(Call call, String id) throws IOException, InterruptedException {
    if (!ID.matcher(id).matches()) {
      throw Problems.invalid("a build's id is 1 to 100 letters, digits or ._-", "id");
    }
    BuildRequest request = request(call);
    if (call.query("dryRun", "false").equals("true")) {
      call.answer(200, builds.plan(id, request));
    } else {
      call.answer(202, builds.ask(id, request));
    }
  }

  /** Only as long as it is being read: to find out what there is to do may take minutes. */
  private BuildRequest request(Call call) throws IOException, InterruptedException {
    if (!reading.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new ApiException(
          new Problem(
              "unreachable",
              "unreachable",
              503,
              "the builder is still reading other requests: try again later",
              ""));
    }
    try {
      return call.body(BuildRequest.class, FarmApi.LONGEST_REQUEST);
    } finally {
      reading.release();
    }
  }

  private void follow(Call call, String id) throws IOException, InterruptedException {
    if (builds.find(id).isEmpty()) {
      throw Problems.notFound("no build '" + id + "' is known here");
    }
    String after = call.query("after", "0");
    if (!after.matches("\\d{1,18}")) {
      throw Problems.invalid("after: give the number of the last line that you have", "after");
    }
    call.header("Cache-Control", "no-store");
    try (OutputStream out = call.stream("text/event-stream")) {
      builds.follow(id, Long.parseLong(after), out);
    }
  }

  private boolean images(Call call, List<String> path) throws IOException, InterruptedException {
    String what = call.method() + (path.size() == 5 ? " " + path.get(4) : "");
    if (path.size() == 3) {
      if (!what.equals("GET")) {
        return false;
      }
      call.answer(200, workshop.images());
      return true;
    }
    if (path.size() > 5) {
      return false;
    }
    String image = call.name(3);
    switch (what) {
      case "GET" -> call.answer(200, workshop.image(image));
      case "GET log" -> log(call, image);
      case "GET file" -> {
        try (Workshop.Download file = workshop.download(image)) {
          download(call, file);
        }
      }
      case "DELETE" -> {
        workshop.remove(image);
        call.done();
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void log(Call call, String image) throws IOException {
    workshop.image(image); // There is no answer to begin when there is no such image.
    try (OutputStream out = call.stream("text/plain; charset=utf-8")) {
      workshop.log(image, out);
    }
  }

  /** Part of a file, from a byte to the one before {@code to}. */
  private record Part(long from, long to) {}

  /** One range, as RFC 9110 (14.1.2) has them; what is no such range is no wish for a part. */
  static Optional<long[]> range(String header, long size) throws ApiException {
    Matcher range = RANGE.matcher(header);
    if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
      return Optional.empty();
    }
    long from;
    long to = size;
    if (range.group(1).isEmpty()) {
      from = Math.max(0, size - Long.parseLong(range.group(2)));
    } else {
      from = Long.parseLong(range.group(1));
      if (!range.group(2).isEmpty()) {
        long last = Long.parseLong(range.group(2));
        if (last < from) {
          return Optional.empty();
        }
        to = Math.min(size, last + 1);
      }
    }
    if (from >= to) {
      throw new ApiException(
          new Problem("invalid", "no such range", 416, "the file has " + size + " bytes", "Range"));
    }
    return Optional.of(new long[] {from, to});
  }

  private static void download(Call call, Workshop.Download file) throws IOException {
    String tag = "\"" + file.digest() + "\"";
    boolean same = call.header("If-Range").map(tag::equals).orElse(true);
    Optional<String> asked = call.header("Range").filter(_ -> same);
    call.header("ETag", tag);
    call.header("Accept-Ranges", "bytes");
    call.header("Content-Disposition", "attachment; filename=\"" + file.name() + "\"");
    Optional<long[]> range;
    try {
      range = asked.isPresent() ? range(asked.get(), file.size()) : Optional.empty();
    } catch (ApiException outside) {
      call.header("Content-Range", "bytes */" + file.size());
      throw outside;
    }
    Part part =
        range.map(two -> new Part(two[0], two[1])).orElseGet(() -> new Part(0, file.size()));
    if (range.isPresent()) {
      call.header("Content-Range", "bytes " + part.from + "-" + (part.to - 1) + "/" + file.size());
    }
    int status = range.isPresent() ? 206 : 200;
    try (OutputStream out = call.stream(status, "application/octet-stream", part.to - part.from)) {
      file.write(part.from, part.to, out);
    }
  }
}
