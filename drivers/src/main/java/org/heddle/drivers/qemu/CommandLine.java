package org.heddle.drivers.qemu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.drivers.MachineConfig;
import tools.jackson.databind.json.JsonMapper;

/**
 * The arguments that give a machine. The devices and their order depend on nothing but the
 * machine's configuration, so that a state saved here can be loaded elsewhere.
 */
record CommandLine(
    MachineConfig machine, MachineFiles files, QemuConfig config, Accelerator accelerator) {
  /** How the machine begins. */
  enum Start {
    /** From its image, at once. */
    BOOT,
    /** From a saved state; stays paused. */
    RESTORE,
    /** From a live migration; runs when it is complete. */
    RECEIVE
  }

  /** Block node of the machine's disk. */
  static final String DISK = "disk0";

  /** Serial number by which the guest knows the seed. */
  private static final String SEED_SERIAL = "heddle-seed";

  /**
   * A fixed version, so that a newer QEMU gives the same machine. It is the oldest that any
   * supported QEMU knows.
   */
  private static final String MACHINE_TYPE = "pc-q35-7.2";

  /**
   * MiB for translated code. Measured with Debian booting: 16 doubles the time, 64 and 128 are
   * equal, the default takes 200 MiB more of the host.
   */
  private static final int TRANSLATION_MIB = 64;

  private static final String CONSOLE = "console=ttyS0";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  List<String> arguments(Start start) {
    List<String> all = new ArrayList<>();
    all.add(config.binary().toString());
    all.addAll(List.of("-name", machine.machine().toString()));
    all.addAll(List.of("-pidfile", files.pid().toString()));
    confinement(all);
    board(all);
    kernel(all);
    channels(all);
    disks(all);
    card(all);
    all.addAll(
        switch (start) {
          case BOOT -> List.of();
          case RESTORE -> List.of("-S", "-incoming", "defer");
          case RECEIVE -> List.of("-incoming", "defer");
        });
    return all;
  }

  private void confinement(List<String> all) {
    boolean changesUser = config.user().isPresent();
    all.add("-sandbox");
    all.add(
        "on,obsolete=deny,spawn=deny,resourcecontrol=deny,elevateprivileges="
            + (changesUser ? "allow" : "deny"));
    config.user().ifPresent(user -> all.addAll(List.of("-run-with", "user=" + user)));
  }

  private void board(List<String> all) {
    long memoryMiB = machine.demand().memoryMiB();
    all.addAll(List.of("-M", MACHINE_TYPE + ",memory-backend=ram"));
    all.add("-accel");
    all.add(accelerator == Accelerator.KVM ? "kvm" : "tcg,thread=multi,tb-size=" + TRANSLATION_MIB);
    all.addAll(List.of("-cpu", accelerator == Accelerator.KVM ? "host" : "qemu64"));
    all.addAll(List.of("-m", memoryMiB + "M"));
    all.addAll(List.of("-smp", Integer.toString(machine.demand().cores())));
    all.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none"));
    all.add("-object");
    all.add(
        "memory-backend-file,id=ram,share=on,size="
            + memoryMiB
            + "M,mem-path="
            + escaped(files.memory()));
  }

  private void kernel(List<String> all) {
    MachineConfig.ImageFiles image = machine.image();
    String arguments = image.kernelArguments();
    all.addAll(List.of("-kernel", image.kernel().toString()));
    all.addAll(List.of("-initrd", image.initrd().toString()));
    all.add("-append");
    all.add(arguments.contains(CONSOLE) ? arguments : (arguments + " " + CONSOLE).strip());
  }

  private void channels(List<String> all) {
    chardev(all, "qmp", files.monitor(), "");
    all.addAll(List.of("-mon", "chardev=qmp,mode=control"));
    chardev(all, "tty", files.console(), ",logfile=" + escaped(files.consoleLog()));
    all.addAll(List.of("-serial", "chardev:tty"));
    chardev(all, "qga", files.agent(), "");
    all.addAll(List.of("-device", "virtio-serial-pci"));
    all.addAll(List.of("-device", "virtserialport,chardev=qga,name=org.qemu.guest_agent.0"));
    all.addAll(List.of("-device", "virtio-rng-pci"));
  }

  private static void chardev(List<String> all, String id, Path socket, String more) {
    all.add("-chardev");
    all.add("socket,id=" + id + ",path=" + escaped(socket) + ",server=on,wait=off" + more);
  }

  private void disks(List<String> all) {
    machine.image().disk().ifPresent(image -> disk(all, image));
    node(
        all,
        Map.of(
            "driver", "raw", "node-name", "seed", "read-only", true, "file", file(files.seed())));
    all.addAll(List.of("-device", "virtio-blk-pci,id=seed-disk,drive=seed,serial=" + SEED_SERIAL));
  }

  private void disk(List<String> all, Path image) {
    // The image lies elsewhere on another host: what the overlay's header says must not count.
    node(
        all,
        Map.of("driver", "qcow2", "node-name", "image", "read-only", true, "file", file(image)));
    node(
        all,
        Map.of(
            "driver", "qcow2", "node-name", DISK, "file", file(files.disk()), "backing", "image"));
    all.addAll(List.of("-device", "virtio-blk-pci,id=disk,drive=" + DISK));
  }

  private static Map<String, String> file(Path path) {
    return Map.of("driver", "file", "filename", path.toString());
  }

  private static void node(List<String> all, Map<String, ?> options) {
    all.addAll(List.of("-blockdev", JSON.writeValueAsString(new LinkedHashMap<>(options))));
  }

  private void card(List<String> all) {
    Optional<MachineConfig.Card> card = machine.card();
    if (card.isEmpty()) {
      return;
    }
    all.add("-netdev");
    all.add("tap,id=net,ifname=" + card.get().tap() + ",script=no,downscript=no,vhost=off");
    all.addAll(List.of("-device", "virtio-net-pci,netdev=net,mac=" + card.get().mac()));
  }

  /** QEMU's option lists separate with commas. */
  private static String escaped(Path path) {
    return path.toString().replace(",", ",,");
  }
}
