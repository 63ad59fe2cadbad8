package org.heddle.agent;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.Outcome;
import org.heddle.wiring.HostNetwork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bridges, tunnels and taps of the network namespace that the agent runs in. Cards are taken away
 * in the background: the kernel takes a tenth of a second for it, which nobody needs to wait for;
 * an agent that dies before it does it when it starts again.
 */
final class WiredNetwork implements PrivateNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(WiredNetwork.class);

  private final HostNetwork host;
  private final String user;
  private final SortedSet<MachineId> leaving = new ConcurrentSkipListSet<>();

  /**
   * @param user whose processes open the taps
   */
  WiredNetwork(HostNetwork host, String user) {
    this.host = host;
    this.user = user;
  }

  @Override
  public synchronized Optional<MachineConfig.Card> attach(
      MachineId machine, NetworkAttachment attachment) throws DriverException {
    leaving.remove(machine);
    try {
      String tap = host.attach(attachment, machine, user);
      return Optional.of(new MachineConfig.Card(tap, attachment.mac()));
    } catch (IOException failed) {
      throw failure(failed);
    }
  }

  @Override
  public void detach(MachineId machine) {
    leaving.add(machine);
    Thread.ofVirtual().name("detach").start(this::detachLeaving);
  }

  private synchronized void detachLeaving() {
    Set<MachineId> machines = new TreeSet<>(leaving);
    try {
      if (!machines.isEmpty()) {
        host.detach(machines);
        leaving.removeAll(machines);
      }
    } catch (IOException failed) {
      LOG.warn("the networks of {} stay for now", machines, failed);
    }
  }

  @Override
  public void refreshPeers(List<String> peers) throws DriverException {
    try {
      host.refreshPeers(peers);
    } catch (IOException failed) {
      throw failure(failed);
    }
  }

  @Override
  public synchronized void reconcile(SortedSet<MachineId> machines) throws DriverException {
    try {
      host.reconcile(machines);
    } catch (IOException failed) {
      throw failure(failed);
    }
  }

  private static DriverException failure(IOException failed) {
    return new DriverException(
        Outcome.Code.DRIVER, "network of the host: " + failed.getMessage(), failed);
  }
}
