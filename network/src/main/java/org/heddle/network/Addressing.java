package org.heddle.network;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.heddle.model.MachineId;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.VjobSpec;

/**
 * Gives the machines of a vjob their places in its private network. Everything follows from the
 * network's VNI, so two vjobs that live at the same time never share an address or a card.
 *
 * <p>10.128.0.0/9 is cut into 8192 blocks of 1024 addresses, one for each VNI from {@link
 * #FIRST_VNI}. A vjob of up to 253 machines uses the first /24 of its block, a larger one a wider
 * prefix, up to the whole block.
 */
public final class Addressing {
  /** Lower ones are left to networks made by hand. */
  public static final int FIRST_VNI = 1000;

  /** 2^23 addresses of 10.128.0.0/9 in blocks of 2^10. */
  public static final int BLOCKS = 8192;

  /** A block less its network, router and broadcast address, rounded down. */
  public static final int MAX_MACHINES = 1020;

  private static final int BLOCK_BITS = 10;
  private static final int BASE = (10 << 24) | (128 << 16);

  /** Host part of the first machine: .1 is left free for a router. */
  private static final int FIRST_HOST = 2;

  private Addressing() {}

  /** The lowest VNI that is not used. */
  public static int freeVni(SortedSet<Integer> used) {
    for (int vni = FIRST_VNI; vni < FIRST_VNI + BLOCKS; vni++) {
      if (!used.contains(vni)) {
        return vni;
      }
    }
    throw new IllegalStateException("all " + BLOCKS + " networks are in use");
  }

  /** The place of each machine of the vjob in the network of that VNI. */
  public static SortedMap<MachineId, NetworkAttachment> attach(VjobSpec spec, int vni) {
    List<VjobSpec.Member> members = spec.members();
    if (members.size() > MAX_MACHINES) {
      throw new IllegalArgumentException(
          "machines: " + members.size() + " machines, a vjob has at most " + MAX_MACHINES);
    }
    int block = vni - FIRST_VNI;
    if (block < 0 || block >= BLOCKS) {
      throw new IllegalArgumentException("VNI " + vni + " is out of range");
    }
    int subnet = BASE | (block << BLOCK_BITS);
    int prefix = prefixLength(members.size());
    SortedMap<String, String> hosts = new TreeMap<>();
    for (int i = 0; i < members.size(); i++) {
      hosts.put(members.get(i).id().name(), text(subnet | (i + FIRST_HOST)));
    }
    SortedMap<MachineId, NetworkAttachment> attachments = new TreeMap<>();
    for (int i = 0; i < members.size(); i++) {
      int address = subnet | (i + FIRST_HOST);
      attachments.put(
          members.get(i).id(),
          new NetworkAttachment(vni, mac(address), text(address), prefix, hosts, List.of()));
    }
    return attachments;
  }

  /** /24, or wider when network, router and broadcast address leave too few. */
  private static int prefixLength(int machines) {
    int prefix = 24;
    while ((1 << (32 - prefix)) - FIRST_HOST - 1 < machines) {
      prefix--;
    }
    return prefix;
  }

  private static String text(int address) {
    return (address >>> 24)
        + "."
        + ((address >>> 16) & 255)
        + "."
        + ((address >>> 8) & 255)
        + "."
        + (address & 255);
  }

  /**
   * 52:54 (locally administered, as QEMU's own) and the address, which is unique in the grid.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc7042">RFC 7042, 2.1</a>
   */
  private static String mac(int address) {
    return "52:54:%02x:%02x:%02x:%02x"
        .formatted(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255);
  }
}
