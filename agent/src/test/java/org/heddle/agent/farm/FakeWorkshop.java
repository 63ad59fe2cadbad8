package org.heddle.agent.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.ImageDetail;
import org.heddle.api.FarmApi.ImageFile;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.FarmApi.StageView;
import org.heddle.images.Progress;

/** A workshop whose images are words: each build waits until it may end. */
public final class FakeWorkshop implements Workshop {
  public static final String FILE = "0123456789abcdefghijklmnopqrstuvwxyz";

  /** One for each build that may end. */
  public final Semaphore permits = new Semaphore(0);

  /** One for each draft of a slow image that may be answered. */
  public final Semaphore plans = new Semaphore(0);

  public final AtomicInteger built = new AtomicInteger();
  public final AtomicInteger atOnce = new AtomicInteger();
  public final AtomicInteger mostAtOnce = new AtomicInteger();
  public final AtomicInteger open = new AtomicInteger();
  public final AtomicInteger interrupted = new AtomicInteger();
  private final Set<String> there = ConcurrentHashMap.newKeySet();
  private final Map<String, CountDownLatch> begun = new ConcurrentHashMap<>();

  /** Counted down when a build of that name begins. */
  public CountDownLatch begun(String name) {
    return begun.computeIfAbsent(name, _ -> new CountDownLatch(1));
  }

  @Override
  public Draft draft(BuildRequest request) throws IOException {
    String name = request.name().orElseThrow();
    if (name.startsWith("bad")) {
      throw Builds.refused("invalid", 400, name + ".yaml:3: packages[0]: no such thing");
    }
    open.incrementAndGet();
    if (name.startsWith("slow")) {
      begun(name).countDown();
      plans.acquireUninterruptibly();
    }
    return new Fake(name);
  }

  private final class Fake implements Draft {
    private final String name;

    Fake(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String digest() {
      return name.repeat(64).substring(0, 64);
    }

    @Override
    public int steps() {
      return 2;
    }

    @Override
    public Optional<Made> there() {
      return there.contains(name) ? Optional.of(made(true)) : Optional.empty();
    }

    private Made made(boolean cached) {
      return new Made(name + "-1", cached, plan(), 7, 0.5);
    }

    @Override
    public List<StageView> plan() {
      return List.of(new StageView("base", "d", true, 0, "reused"));
    }

    @Override
    public Made make(boolean refresh, Progress progress) throws IOException, InterruptedException {
      boolean cached = there.contains(name);
      if (cached && !refresh) {
        return made(true);
      }
      mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
      try {
        progress.step(name, "base", 0.5);
        progress.said("first li");
        progress.said("ne\nsecond line\n");
        begun(name).countDown();
        permits.acquire();
        if (name.startsWith("broken")) {
          throw Builds.refused("failed", 500, "a script of it failed");
        }
        progress.done(name, "base", false, 0.1);
      } catch (InterruptedException cancelled) {
        interrupted.incrementAndGet();
        throw cancelled;
      } finally {
        atOnce.decrementAndGet();
      }
      built.incrementAndGet();
      there.add(name);
      return made(false);
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Override
  public List<String> recipes() {
    return List.of("tiny", "web");
  }

  @Override
  public List<String> classes() {
    return List.of("debian/bookworm", "scratch");
  }

  private static ImageView view(String name) {
    return new ImageView(name + "-1", name, name + name, "scratch", "amd64", "qcow2", 36, 1);
  }

  @Override
  public List<ImageView> images() {
    return there.stream().sorted().map(FakeWorkshop::view).toList();
  }

  private String known(String name) throws IOException {
    String own = name.endsWith("-1") ? name.substring(0, name.length() - 2) : name;
    if (!there.contains(own)) {
      throw Builds.refused("not-found", 404, "the farm has no image '" + name + "'");
    }
    return own;
  }

  @Override
  public ImageDetail image(String name) throws IOException {
    return new ImageDetail(
        view(known(name)),
        "disk.qcow2",
        List.of(),
        List.of("libc6 2.36 amd64"),
        List.of(new ImageFile("disk.qcow2", "00", FILE.length())));
  }

  @Override
  public void log(String name, OutputStream out) throws IOException {
    out.write(("log of " + known(name)).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Download download(String name) throws IOException {
    String own = known(name);
    open.incrementAndGet();
    return new Download() {
      @Override
      public String name() {
        return own + "-disk.qcow2";
      }

      @Override
      public long size() {
        return FILE.length();
      }

      @Override
      public String digest() {
        return "00";
      }

      @Override
      public void write(long from, long to, OutputStream out) throws IOException {
        out.write(FILE.substring((int) from, (int) to).getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public void remove(String name) throws IOException {
    there.remove(known(name));
  }
}
