package org.heddle.agent;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.Outcome;
import org.heddle.wiring.HostNetwork;

/**
 * The private networks of vjobs as far as they reach this host. A seam: making bridges and tunnels
 * needs root. Every call is safe to repeat; safe for use by several threads.
 */
interface PrivateNetwork {
  /** Gives the machine its card on this host. */
  Optional<MachineConfig.Card> attach(MachineId machine, NetworkAttachment attachment)
      throws DriverException;

  /** Takes the card away, and the network too when no other machine of this host is on it. */
  void detach(MachineId machine) throws DriverException;

  /** The hosts of the grid have changed. */
  void refreshPeers(List<String> peers) throws DriverException;

  /** Takes away the cards of all other machines. */
  void reconcile(SortedSet<MachineId> machines) throws DriverException;

  /** A host on which machines have no network. */
  record None() implements PrivateNetwork {
    @Override
    public Optional<MachineConfig.Card> attach(MachineId machine, NetworkAttachment attachment) {
      return Optional.empty();
    }

    @Override
    public void detach(MachineId machine) {}

    @Override
    public void refreshPeers(List<String> peers) {}

    @Override
    public void reconcile(SortedSet<MachineId> machines) {}
  }

  /**
   * Bridges, tunnels and taps of the network namespace that the agent runs in.
   *
   * @param user whose processes open the taps
   */
  record Wired(HostNetwork host, String user) implements PrivateNetwork {
    @Override
    public Optional<MachineConfig.Card> attach(MachineId machine, NetworkAttachment attachment)
        throws DriverException {
      try {
        String tap = host.attach(attachment, machine, user);
        return Optional.of(new MachineConfig.Card(tap, attachment.mac()));
      } catch (IOException failed) {
        throw failure(failed);
      }
    }

    @Override
    public void detach(MachineId machine) throws DriverException {
      try {
        host.detach(machine);
      } catch (IOException failed) {
        throw failure(failed);
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
    public void reconcile(SortedSet<MachineId> machines) throws DriverException {
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
}
