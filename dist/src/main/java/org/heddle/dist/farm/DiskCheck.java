package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.heddle.dist.guest.Guest;
import org.heddle.dist.guest.Tool;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.Progress;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/** The bootable disk of the recipe {@code disk} starts, by BIOS and by UEFI, as far as a login. */
final class DiskCheck implements FarmCheck {
  private static final String NAME = "disk";
  private static final int MEMORY_MIB = 512;
  private static final Pattern LOGIN = Pattern.compile("login: ");
  private static final Path FIRMWARE = Path.of("/usr/share/OVMF/OVMF_CODE.fd");
  private static final Path VARIABLES = Path.of("/usr/share/OVMF/OVMF_VARS.fd");

  private final Farm farm;
  private final Library library;
  private final Duration limit;

  DiskCheck(Farm farm, Library library, Duration limit) {
    this.farm = farm;
    this.library = library;
    this.limit = limit;
  }

  @Override
  public Result run(Progress progress) throws IOException, InterruptedException {
    Watch watch = new Watch();
    Map<String, String> digests = new LinkedHashMap<>();
    Path folder = Files.createTempDirectory("heddle-check");
    try {
      Farm.Built built = farm.build(library.resolve(NAME, Library.Wish.NONE), false, progress);
      digests.put(NAME, built.image().digest());
      Path disk = folder.resolve("disk.raw");
      farm.export(built.image(), disk);
      watch.built();
      progress.step(NAME, "starting by BIOS", 0);
      login(disk, List.of(), folder.resolve("bios"));
      watch.booted();
      if (!Files.exists(FIRMWARE)) {
        return watch.result(
            NAME, false, digests, "by BIOS: a login; no firmware for UEFI: apt-get install ovmf");
      }
      progress.step(NAME, "starting by UEFI", 0);
      login(disk, uefi(folder), folder.resolve("uefi"));
      return watch.result(NAME, true, digests, "a login by BIOS and by UEFI");
    } catch (IOException | FarmException | RecipeException failed) {
      return watch.result(NAME, false, digests, String.valueOf(failed.getMessage()));
    } finally {
      Tool.run("rm", "-rf", "--one-file-system", folder.toString());
    }
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
