package org.heddle.agent;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;

/** What a guest is told at boot: the small files of its seed disk (see ARCHITECTURE.md). */
final class Seed {
  /** 1500 less the 50 bytes that VXLAN adds. */
  private static final int MTU = 1450;

  private Seed() {}

  static SortedMap<String, String> of(Launch launch) {
    SortedMap<String, String> files = new TreeMap<>();
    files.put("machine", machine(launch));
    files.put("hosts", hosts(launch));
    files.put("id_ed25519", line(launch.sshKey()));
    files.put("authorized_keys", line(launch.sshPublicKey()));
    launch.start().ifPresent(start -> files.put("start", line(start)));
    return files;
  }

  /** Names, addresses and numbers: nothing that a shell would need quoted. */
  private static String machine(Launch launch) {
    return "NAME="
        + launch.machine().name()
        + "\nVJOB="
        + launch.machine().vjob()
        + "\nMAC="
        + launch.network().mac()
        + "\nADDRESS="
        + launch.network().address()
        + "\nPREFIX="
        + launch.network().prefixLength()
        + "\nMTU="
        + MTU
        + "\n";
  }

  private static String hosts(Launch launch) {
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, String> host : launch.network().hosts().entrySet()) {
      String name = shortName(host.getKey());
      String full = new MachineId(launch.machine().vjob(), name).toString();
      lines.append(host.getValue()).append(' ').append(name).append(' ').append(full).append('\n');
    }
    return lines.toString();
  }

  private static String shortName(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static String line(String text) {
    return text.endsWith("\n") ? text : text + "\n";
  }
}
