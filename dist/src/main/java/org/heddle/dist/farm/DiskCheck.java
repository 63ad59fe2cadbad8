package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.heddle.dist.guest.Guest;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/** The bootable disk of the recipe {@code disk} starts, by BIOS and by UEFI, as far as a login. */
final class DiskCheck extends FarmCheck {
  static final String NAME = "disk";

  private static final int MEMORY_MIB = 512;
  private static final Pattern LOGIN = Pattern.compile("login: ");
  private static final Path FIRMWARE = Path.of("/usr/share/OVMF/OVMF_CODE.fd");
  private static final Path VARIABLES = Path.of("/usr/share/OVMF/OVMF_VARS.fd");

  private final Duration limit;

  DiskCheck(Farm farm, Library library, Duration limit) {
    super(NAME, farm, library);
    this.limit = limit;
  }

  @Override
  Answer attempt(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Path folder = trial.folder();
    Path disk = folder.resolve("disk.raw");
    farm().export(trial.build(NAME).image(), disk);
    trial.built("starting by BIOS");
    login(disk, List.of(), folder.resolve("bios"));
    if (!Files.exists(FIRMWARE)) {
      return new Answer(false, "by BIOS: a login; no firmware for UEFI: apt-get install ovmf");
    }
    trial.booted("starting by UEFI");
    login(disk, uefi(folder), folder.resolve("uefi"));
    return new Answer(true, "a login by BIOS and by UEFI");
  }

  /** What a person would see on the serial console. */
  private void login(Path disk, List<String> firmware, Path folder)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(firmware);
    words.add("-blockdev");
    words.add("driver=raw,node-name=disk,file.driver=file,file.filename=" + disk);
    words.addAll(List.of("-device", "virtio-blk-pci,drive=disk", "-snapshot"));
    Guest.Shape shape = new Guest.Shape(String.valueOf(folder.getFileName()), MEMORY_MIB, words);
    try (Guest guest = Guest.start(shape, folder)) {
      guest.console().await(LOGIN, limit);
    }
  }

  private static List<String> uefi(Path folder) throws IOException {
    Path variables = Files.copy(VARIABLES, folder.resolve("variables"));
    return List.of(
        "-drive",
        "if=pflash,format=raw,readonly=on,file=" + FIRMWARE,
        "-drive",
        "if=pflash,format=raw,file=" + variables);
  }
}
