package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.heddle.dist.guest.Cluster;
import org.heddle.dist.guest.Guest;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.Import;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/**
 * An installation from a CD-ROM, to its end: the farm makes the CD-ROM, an installer on it fills a
 * disk with the answers of a preseed file, the disk becomes an image, and that boots. Without an
 * answer the installer asks, and the installation ends with its question.
 */
final class CdromCheck extends FarmCheck {
  static final String NAME = "cdrom";
  private static final String SYSTEM = "cdrom-system";
  private static final String TAKEN = "cdrom-installed";
  private static final int INSTALLER_MIB = 512;
  private static final int MEMORY_MIB = 256;
  private static final int DISK_MIB = 256;
  private static final String SEEN = "grep -x fresh /etc/installed && grep ' / ' /proc/mounts";
  private static final Pattern QUESTION =
      Pattern.compile("asks what the preseed file does not answer:.*Hostname:", Pattern.DOTALL);

  private final Duration limit;
  private final Path preseed;

  /**
   * @param preseed the answers
   */
  CdromCheck(Farm farm, Library library, Duration limit, Path preseed) {
    super(NAME, farm, library);
    this.limit = limit;
    this.preseed = preseed;
  }

  @Override
  Answer attempt(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Path folder = trial.folder();
    Farm.Built system = trial.build(SYSTEM);
    Path cdrom = trial.file(trial.build(NAME), "cdrom.iso");
    trial.built("installing without answers");
    String asked = asked(cdrom, Files.createDirectory(folder.resolve("asked")));
    trial.progress().step(NAME, "installing", 0);
    Path disk = install(cdrom, preseed, Files.createDirectory(folder.resolve("installed")));
    Farm.Built taken =
        farm().take(new Import.Wish(disk, TAKEN, Optional.empty(), Optional.empty()));
    try (Guest guest = start(trial.noted(TAKEN, taken), system, folder)) {
      guest.awaitAgent(limit);
      trial.booted("running");
      Guest.Ran ran = guest.run(SEEN, limit);
      boolean well = ran.code() == 0 && QUESTION.matcher(asked).find();
      return new Answer(well, ran.output().strip() + "\n" + asked);
    }
  }

  private Path install(Path cdrom, Path answers, Path folder)
      throws IOException, InterruptedException {
    Installer.Wish wish =
        new Installer.Wish(
            cdrom,
            answers,
            DISK_MIB,
            INSTALLER_MIB,
            limit,
            new Installer.Mirror("mirror.invalid", "/"),
            Set.of("mirror.invalid"));
    return new Installer(folder, _ -> {}).run(wish);
  }

  /** Why the installation ends that has no answers. */
  private String asked(Path cdrom, Path folder) throws IOException, InterruptedException {
    Path nothing = Files.writeString(folder.resolve("preseed"), "# no answers\n");
    try {
      install(cdrom, nothing, folder);
      return "the installer did not ask what it was not told";
    } catch (IOException question) {
      return String.valueOf(question.getMessage());
    }
  }

  private static Guest start(Farm.Built taken, Farm.Built system, Path folder)
      throws IOException, InterruptedException {
    Path disk = Cluster.overlay(taken.folder().resolve("disk.qcow2"), folder);
    List<String> words = new ArrayList<>(Cluster.drive(disk));
    words.addAll(List.of("-kernel", system.folder().resolve("vmlinuz").toString()));
    words.addAll(List.of("-initrd", system.folder().resolve("initrd").toString()));
    words.addAll(List.of("-append", "console=ttyS0 quiet panic=1 root=/dev/vda"));
    return Guest.start(new Guest.Shape(NAME, MEMORY_MIB, words), folder.resolve("guest"));
  }
}
