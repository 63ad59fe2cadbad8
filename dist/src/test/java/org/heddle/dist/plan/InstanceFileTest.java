package org.heddle.dist.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InstanceFileTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  /** What a collector has to do in the middle of a plan begins with what reading left. */
  @Test
  void readingTakesMemoryInProportionToTheNamesInTheFile() throws Exception {
    allocated(1_000); // what is made once
    long few = allocated(5_000);
    long many = allocated(20_000);
    assertThat(many).as("%d bytes for a fourth", few).isLessThan(5 * few);
  }

  private long allocated(int machines) throws Exception {
    StringBuilder text = new StringBuilder("{\"model\": {\"mapping\": {\"readyVMs\": [");
    for (int m = 0; m < machines; m++) {
      text.append(m > 0 ? ", " : "").append(m);
    }
    text.append("]}, \"views\": [{\"id\": \"ns\", \"type\": \"vm\", \"map\": {");
    for (int m = 0; m < machines; m++) {
      text.append(m > 0 ? ", " : "").append("\"application-of-many-tiers-").append(m);
      text.append("\": ").append(m);
    }
    Path file = folder.resolve("instance.json");
    Files.writeString(file, text.append("}}]}, \"constraints\": []}"));
    long before = THREADS.getCurrentThreadAllocatedBytes();
    assertThat(InstanceFile.instance(file).machines()).isEqualTo(machines);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
