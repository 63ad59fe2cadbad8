package org.heddle.dist.store;

import org.heddle.store.transfer.Traffic;
import org.heddle.store.transfer.TransferReport;

/** How transfers are shown while they go on, and when they are done. */
final class Moving {
  private Moving() {}

  /** What stands behind the bar: bytes sent, bytes saved, virtual speed. */
  static Work.Detail detail(Traffic traffic, long begin) {
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

  static Outcome outcome(TransferReport report, long nanos) {
    return Outcome.of(
        report.name(),
        report.index().id().toString(),
        report.index().fileSize(),
        report.bytesStored(),
        report.bytesSent(),
        report.index().entries(),
        nanos);
  }
}
