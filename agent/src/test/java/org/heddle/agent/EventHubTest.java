package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.heddle.api.AgentApi.HostReport;
import org.heddle.api.AgentApi.OperationStatus;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.Operation;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
final class EventHubTest {
  private static final OperationStatus MOVED =
      new OperationStatus(
          "op", new Operation.Stop(Fixtures.machine("node"), true), 0.5, Optional.empty());

  private static HostReport hello() {
    Host host =
        new Host(
            new HostId("one"),
            new SiteId("here"),
            Resources.NONE,
            new TreeSet<>(),
            "127.0.0.1",
            "http://127.0.0.1:1");
    return new HostReport(host, List.of(), List.of());
  }

  /** A connection whose other end reads nothing: writing waits until it is ended. */
  private static final class Stuck extends OutputStream {
    final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public void write(int one) throws IOException {
      write(new byte[1], 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        ended.await();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("connection ended");
    }
  }

  private static Thread serve(EventHub hub, OutputStream out, Runnable disconnect) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            hub.serve(out, EventHubTest::hello, disconnect);
          } catch (IOException | InterruptedException | EventHub.Full ended) {
            return;
          }
        });
  }

  @Test
  void aListenerThatReadsNothingHoldsUpNobodyAndIsDropped() throws Exception {
    try (EventHub hub = new EventHub()) {
      Stuck stuck = new Stuck();
      ByteArrayOutputStream well = new ByteArrayOutputStream();
      Thread slow = serve(hub, stuck, stuck.ended::countDown);
      Thread quick = serve(hub, well, () -> {});
      await().until(() -> well.toString(UTF_8).contains("event: hello"));
      int told = 0;
      while (stuck.ended.getCount() > 0) {
        hub.tell(MOVED);
        told++;
        // The one that reads keeps up, because it is waited for here.
        awaitEvents(well, told);
      }
      slow.join();
      assertThat(told).isGreaterThan(500);
      hub.tell(MOVED);
      awaitEvents(well, told + 1);
      assertThat(quick.isAlive()).isTrue();
    }
  }

  private static void awaitEvents(ByteArrayOutputStream out, int count)
      throws InterruptedException {
    while (events(out) < count) {
      Thread.sleep(1);
    }
  }

  private static long events(ByteArrayOutputStream out) {
    return out.toString(UTF_8).lines().filter(line -> line.equals("event: operation")).count();
  }

  @Test
  void nothingThatHappensAfterTheReportIsMissed() throws Exception {
    try (EventHub hub = new EventHub()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Thread listener =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  hub.serve(
                      out,
                      () -> {
                        hub.tell(MOVED); // happens while the report is made
                        return hello();
                      },
                      () -> {});
                } catch (IOException | InterruptedException | EventHub.Full ended) {
                  return;
                }
              });
      await().until(() -> events(out) == 1);
      assertThat(out.toString(UTF_8)).startsWith("event: hello");
      listener.interrupt();
    }
  }
}
