package org.heddle.drivers.memory;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverConformance;
import org.heddle.drivers.DriverWorld;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineId;
import org.heddle.model.Resources;

class MemoryDriverTest extends DriverConformance {
  @Override
  protected DriverWorld world(Path folder) {
    return new MemoryWorld(folder);
  }

  private static final class MemoryWorld implements DriverWorld {
    private final Path folder;
    private final MemoryWire wire = new MemoryWire();
    private final Map<String, MemoryHost> hosts = new HashMap<>();

    MemoryWorld(Path folder) {
      this.folder = folder;
    }

    private MemoryHost host(String name) {
      return hosts.computeIfAbsent(
          name, _ -> new MemoryHost(wire, InstantSource.system(), folder.resolve(name)));
    }

    @Override
    public Driver open(String host) {
      return new MemoryDriver(host(host));
    }

    @Override
    public MachineConfig config(MachineId machine, long incarnation) {
      MachineConfig.ImageFiles none =
          new MachineConfig.ImageFiles(Path.of("none"), Path.of("none"), "", Optional.empty());
      return new MachineConfig(
          machine, incarnation, new Resources(1, 128, 0), none, new TreeMap<>(), Optional.empty());
    }

    @Override
    public String address() {
      return "memory";
    }

    @Override
    public void kill(String host, MachineId machine) {
      host(host).kill(machine);
    }

    @Override
    public void damage(String host, MachineId machine, String stateId, Path state) {
      host(host).damage(machine, stateId);
    }

    @Override
    public void close() {}
  }
}
