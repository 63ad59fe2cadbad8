package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.memory.MemoryDriver;
import org.heddle.drivers.memory.MemoryHost;
import org.heddle.drivers.memory.MemoryWire;
import org.heddle.drivers.qemu.QemuConfig;
import org.heddle.drivers.qemu.QemuDriver;
import org.heddle.model.Host;
import org.heddle.wiring.HostNetwork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent as a program. It runs on threads of its own until it is closed; machines run on when it
 * is, and the next one over the same state folder finds them.
 */
public final class AgentProgram implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentProgram.class);

  private final Agent agent;

  private AgentProgram(Agent agent) {
    this.agent = agent;
  }

  /**
   * Starts an agent; when this returns its API answers.
   *
   * @throws IOException the address is taken, the state folder is in use or cannot be written
   * @throws DriverException the host cannot run machines
   */
  public static AgentProgram start(AgentOptions options) throws IOException, DriverException {
    return switch (options.driver()) {
      case QEMU -> qemu(options);
      case MEMORY -> start(options, () -> memory(options), new PrivateNetwork.None());
    };
  }

  /** Opens a driver, which may change what is in the state folder. */
  interface DriverSource {
    Driver open() throws IOException;
  }

  static AgentProgram start(AgentOptions options, DriverSource driver, PrivateNetwork network)
      throws IOException, DriverException {
    StateLock lock = StateLock.take(options.state());
    Agent agent;
    try {
      agent = new Agent(options, lock, driver.open(), network, RunWatch.INTERVAL);
    } catch (IOException | RuntimeException failed) {
      lock.close();
      throw failed;
    }
    try {
      agent.start();
    } catch (DriverException failed) {
      agent.close();
      throw failed;
    }
    return new AgentProgram(agent);
  }

  /** This host as the grid sees it. */
  public Host host() {
    return agent.host();
  }

  @Override
  public void close() throws IOException {
    agent.close();
  }

  private static AgentProgram qemu(AgentOptions options) throws IOException, DriverException {
    beInTime();
    QemuConfig standard = QemuConfig.standard(options.state(), ramFolder(options));
    QemuConfig config =
        new QemuConfig(
            standard.stateDirectory(),
            standard.ramDirectory(),
            standard.binary(),
            standard.imageTool(),
            options.accelerator(),
            standard.user(),
            standard.ports());
    PrivateNetwork network =
        new WiredNetwork(
            new HostNetwork(options.address()),
            config.user().orElse(System.getProperty("user.name")));
    return start(options, () -> new QemuDriver(config), network);
  }

  /**
   * Lets the agent's session run before those of machines that compute ({@code sched(7)},
   * autogroup): it does little, and what it does at an instant shall not wait for its turn.
   */
  private static void beInTime() {
    try {
      Files.writeString(Path.of("/proc/self/autogroup"), "-10");
    } catch (IOException notHere) {
      LOG.debug("this kernel has no groups of sessions", notHere);
    }
  }

  /** Short, because the sockets of machines lie in it too. */
  private static Path ramFolder(AgentOptions options) {
    return options.ramFolder().orElseGet(() -> Path.of("/dev/shm/heddle-" + options.host()));
  }

  private static Driver memory(AgentOptions options) {
    Path spool = options.state().resolve("spool");
    return new MemoryDriver(new MemoryHost(new MemoryWire(), InstantSource.system(), spool));
  }
}
