package org.heddle.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A machine's place in the private network of its vjob. Given once by the controller, unique in the
 * grid, kept over suspend, resume and migration.
 *
 * @param vni VXLAN network identifier of the vjob's network, 1 to 2^24-1
 * @param mac MAC address of the machine's card
 * @param address the machine's IPv4 address
 * @param prefixLength of the vjob's subnet
 * @param hosts names and addresses of all machines of the vjob, for name resolution inside
 * @param peers IP addresses of the hosts that the network may span; agents refresh them
 */
public record NetworkAttachment(
    int vni,
    String mac,
    String address,
    int prefixLength,
    SortedMap<String, String> hosts,
    List<String> peers) {
  public NetworkAttachment {
    hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
    peers = List.copyOf(peers);
  }

  public NetworkAttachment withPeers(List<String> newPeers) {
    return new NetworkAttachment(vni, mac, address, prefixLength, hosts, newPeers);
  }
}
