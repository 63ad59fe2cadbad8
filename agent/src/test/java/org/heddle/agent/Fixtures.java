package org.heddle.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.api.Json;
import org.heddle.model.HostId;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineKind;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;

/** What the tests of agents start from. */
final class Fixtures {
  static final String TOKEN = "the-right-token";
  static final String IMAGE = "small";

  private Fixtures() {}

  static MachineId machine(String name) {
    return MachineId.parse(name + ".farm");
  }

  static Launch launch(MachineId machine, long incarnation) {
    return launch(machine, incarnation, IMAGE);
  }

  static Launch launch(MachineId machine, long incarnation, String image) {
    TreeMap<String, String> hosts = new TreeMap<>();
    hosts.put(machine.name(), "10.128.0.2");
    hosts.put("other", "10.128.0.3");
    return new Launch(
        machine,
        incarnation,
        MachineKind.VM,
        image,
        new Resources(1, 128, 1024),
        new NetworkAttachment(1000, "52:54:0a:80:00:02", "10.128.0.2", 24, hosts, List.of()),
        Optional.empty(),
        "PRIVATE KEY",
        "ssh-ed25519 AAAA farm");
  }

  static AgentOptions options(String host, URI controller, Path state, List<Path> images) {
    return options(host, controller, state, images, 0);
  }

  static AgentOptions options(
      String host, URI controller, Path state, List<Path> images, int port) {
    return options(
        host, "here", controller, state, images, AgentOptions.ContentOptions.PLAIN, port);
  }

  static AgentOptions options(
      String host,
      String site,
      URI controller,
      Path state,
      List<Path> images,
      AgentOptions.ContentOptions content,
      int port) {
    return options(
        host, site, controller, state, images, content, AgentOptions.FarmOptions.PLAIN, port);
  }

  static AgentOptions options(
      String host,
      String site,
      URI controller,
      Path state,
      List<Path> images,
      AgentOptions.ContentOptions content,
      AgentOptions.FarmOptions farm,
      int port) {
    return new AgentOptions(
        controller,
        TOKEN,
        new SiteId(site),
        new HostId(host),
        "127.0.0.1",
        new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port),
        state,
        images,
        content,
        new Resources(4, 4096, 4096),
        new TreeSet<>(List.of("ssd")),
        org.heddle.drivers.qemu.Accelerator.AUTO,
        Optional.empty(),
        AgentOptions.DriverKind.MEMORY,
        farm);
  }

  /** An image of these files. */
  static Path image(Path folder, String name, byte[] kernel, byte[] initrd) throws IOException {
    Path image = Files.createDirectories(folder.resolve(name));
    Image described =
        new Image(
            name,
            "digest-of-" + name,
            "vmlinuz",
            "initrd",
            "quiet",
            Optional.empty(),
            Optional.empty(),
            List.of(file(image, "vmlinuz", kernel), file(image, "initrd", initrd)));
    Files.write(image.resolve(Image.DESCRIPTION), Json.bytes(described));
    return image;
  }

  /** An image whose content nobody looks at but by its digests. */
  static Path image(Path folder, String name) throws IOException {
    return image(folder, name, content(name, 100_000), content(name, 700_001));
  }

  private static byte[] content(String name, int size) {
    return (name + " ").repeat(size).substring(0, size).getBytes(UTF_8);
  }

  private static Image.File file(Path folder, String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
    return new Image.File(
        name, HexFormat.of().formatHex(Digests.sha256().digest(content)), content.length);
  }
}
