package org.heddle.agent;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.qemu.QemuConfig;
import org.heddle.drivers.qemu.QemuDriver;

/** An agent as a process of its own, so that it can be killed; without networks for machines. */
final class RealAgentMain {
  private RealAgentMain() {}

  /**
   * Arguments: name, controller, state folder, RAM folder, images, file to write the URL to, port.
   */
  public static void main(String[] words)
      throws IOException, DriverException, InterruptedException {
    AgentProgram agent =
        AgentProgram.start(
            Fixtures.options(
                words[0],
                URI.create(words[1]),
                Path.of(words[2]),
                List.of(Path.of(words[4])),
                Integer.parseInt(words[6])),
            () -> new QemuDriver(QemuConfig.standard(Path.of(words[2]), Path.of(words[3]))),
            new PrivateNetwork.None());
    Path url = Path.of(words[5]);
    Path fresh = url.resolveSibling(url.getFileName() + ".new");
    Files.writeString(fresh, agent.host().agentUrl());
    Files.move(fresh, url);
    Thread.currentThread().join();
  }
}
