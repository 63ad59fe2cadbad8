package org.heddle.dist.store;

import java.io.IOException;
import org.heddle.cli.Environment;
import org.heddle.cli.Format;
import org.heddle.store.Progress;
import org.heddle.store.transfer.Traffic;
import org.heddle.store.transfer.TransferReport;

/** How transfers are shown while they go on, and when they are done. */
final class Moving {
  private Moving() {}

  /** What stands behind the bar: bytes sent, bytes saved, virtual speed. */
  private static Work.Detail detail(Traffic traffic, long begin) {
    return done -> {
      long sent = traffic.all();
      double seconds = Math.max(1, System.nanoTime() - begin) / 1e9;
      return ", "
          + Amounts.bytes(sent)
          + " sent, "
          + Amounts.bytes(Math.max(0, done - sent))
          + " saved, "
          + Amounts.rate(done / seconds);
    };
  }

  /** One transfer, which counts its bytes in {@code traffic}. */
  interface Transfer {
    TransferReport run(Traffic traffic, Progress progress) throws IOException;
  }

  /**
   * Does the transfer, shows how it goes on, and prints its outcome.
   *
   * @param verb such as "pull"
   */
  static void run(Environment around, Format format, String verb, Transfer transfer) {
    long begin = System.nanoTime();
    Traffic traffic = new Traffic();
    TransferReport report =
        Work.run(
            around,
            verb + "ing",
            detail(traffic, begin),
            progress -> transfer.run(traffic, progress));
    report
        .refused()
        .forEach((source, why) -> around.err().println("gave up " + source + ": " + why));
    Outcome outcome = outcome(report, System.nanoTime() - begin);
    around.print(format, outcome, () -> outcome.text(verb + "ed"));
  }

  private static Outcome outcome(TransferReport report, long nanos) {
    return Outcome.of(
        report.name(),
        report.index().id().toString(),
        report.index().fileSize(),
        report.bytesStored(),
        report.bytesSent(),
        report.entries(),
        nanos);
  }
}
