package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.file.Path;
import org.heddle.drivers.DriverConformance;
import org.heddle.drivers.DriverWorld;
import org.junit.jupiter.api.Tag;

@Tag("real")
class QemuDriverTest extends DriverConformance {
  @Override
  protected DriverWorld world(Path folder) throws IOException {
    return new QemuWorld(folder);
  }
}
