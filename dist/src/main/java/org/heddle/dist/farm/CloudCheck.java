package org.heddle.dist.farm;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.dist.guest.Cluster;
import org.heddle.dist.guest.Guest;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.ImageRecord;
import org.heddle.images.Progress;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/**
 * A cloud image comes from elsewhere by http, is seeded with cloud-init's data, and does on its
 * first boot what they say. The image is the recipe {@code cloud}.
 */
final class CloudCheck extends FarmCheck {
  static final String NAME = "cloud";

  private static final String TAKEN = "cloud-imported";
  private static final int MEMORY_MIB = 512;
  private static final String USER_DATA =
      """
      #cloud-config
      users:
        - name: ann
          ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMUS2CYpnFqRkFEB2Ab0NtF0eDgVrGMoYFCnLMXKhlNO ann]
      write_files:
        - {path: /etc/seeded, content: "by cloud-init\\n"}
      runcmd:
        - [sh, -c, "echo ran >/etc/ran"]
      """;
  private static final String SEEN =
      """
      for second in $(seq 120); do
        [ -e /etc/ran ] && break
        sleep 1
      done
      set -e
      hostname | grep cloud-imported
      grep 'by cloud-init' /etc/seeded
      grep ran /etc/ran
      grep ' ann$' ~ann/.ssh/authorized_keys
      """;

  private final Duration limit;

  CloudCheck(Farm farm, Library library, Duration limit) {
    super(NAME, farm, library);
    this.limit = limit;
  }

  @Override
  Answer attempt(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Farm.Built built = trial.build(NAME);
    Farm.Built taken = trial.noted(TAKEN, fetched(built.image(), trial.folder(), trial.progress()));
    trial.built("booting");
    try (Guest guest = start(taken.folder(), trial.folder())) {
      guest.awaitAgent(limit);
      trial.booted("running");
      Guest.Ran ran = guest.run(SEEN, limit);
      return new Answer(ran.code() == 0, ran.output().strip());
    }
  }

  private Farm.Built fetched(ImageRecord image, Path folder, Progress progress)
      throws IOException, InterruptedException, FarmException {
    Path served = Files.createDirectory(folder.resolve("served"));
    farm().export(image, served.resolve("cloud.raw"));
    HttpServer server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            served,
            SimpleFileServer.OutputLevel.NONE);
    server.start();
    try {
      URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/cloud.raw");
      return farm().take(address, TAKEN, Optional.of(USER_DATA), Optional.empty(), progress);
    } finally {
      server.stop(0);
    }
  }

  private static Guest start(Path image, Path folder) throws IOException, InterruptedException {
    Path disk = Cluster.overlay(image.resolve("disk.qcow2"), folder);
    List<String> words = new ArrayList<>(Cluster.drive(disk));
    words.add("-blockdev");
    words.add(
        "driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename="
            + image.resolve("seed.img"));
    words.addAll(List.of("-device", "virtio-blk-pci,drive=seed"));
    words.addAll(List.of("-netdev", "user,id=net,restrict=on"));
    words.addAll(List.of("-device", "virtio-net-pci,netdev=net"));
    return Guest.start(new Guest.Shape(NAME, MEMORY_MIB, words), folder.resolve("guest"));
  }
}
