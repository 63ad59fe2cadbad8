package org.heddle.agent;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.NetworkAttachment;

/**
 * The private networks of vjobs as far as they reach this host. A seam: making bridges and tunnels
 * needs root. Every call is safe to repeat; safe for use by several threads.
 */
interface PrivateNetwork {
  /** Gives the machine its card on this host. */
  Optional<MachineConfig.Card> attach(MachineId machine, NetworkAttachment attachment)
      throws DriverException;

  /**
   * Takes the card away soon, and the network too when no other machine of this host is on it. Who
   * attaches the machine again waits for that.
   */
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
}
