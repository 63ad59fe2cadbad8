package org.heddle.drivers.memory;

import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.MachineId;
import org.jspecify.annotations.Nullable;

/**
 * What joins in-memory hosts: who listens where for a live migration. It is also the one lock of
 * all the hosts on it.
 */
public final class MemoryWire {
  private static final int FIRST_PORT = 1024;

  private final SortedMap<Integer, Listener> listeners = new TreeMap<>();
  private int nextPort = FIRST_PORT;

  record Listener(MemoryHost host, MachineId machine) {}

  int listen(MemoryHost host, MachineId machine) {
    silence(host, machine);
    int port = nextPort++;
    listeners.put(port, new Listener(host, machine));
    return port;
  }

  @Nullable Listener at(int port) {
    return listeners.get(port);
  }

  void silence(MemoryHost host, MachineId machine) {
    listeners.values().remove(new Listener(host, machine));
  }

  void silence(MemoryHost host) {
    listeners.values().removeIf(listener -> listener.host() == host);
  }
}
