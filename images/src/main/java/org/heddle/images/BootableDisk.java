package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk with a partition table (GPT) that boots by GRUB, from BIOS and from UEFI, without Heddle.
 * The kernel and initrd are the image's own (/boot), else those of its kernel's recipe.
 */
final class BootableDisk {

  private static final String SCRIPT =
      """
      out=$1 root=$2 mib=$3 epoch=$4 work=$5 uuid=$6 disk=$7 bios=$8
      shift 8
      efi=$1 part=$2 arguments=$3
      mkdir -p "$work/grub"
      cat >"$work/grub/early.cfg" <<END
      search --no-floppy --fs-uuid --set=root $uuid
      set prefix=(\\$root)/boot/grub
      linux /boot/heddle/vmlinuz root=UUID=$uuid rw $arguments
      initrd /boot/heddle/initrd
      boot
      END
      export SOURCE_DATE_EPOCH="$epoch"
      modules="part_gpt ext2 search search_fs_uuid linux normal"
      grub-mkimage -O i386-pc -o "$work/core.img" -p /boot/grub -c "$work/grub/early.cfg" biosdisk $modules
      grub-mkimage -O x86_64-efi -o "$work/bootx64.efi" -p /boot/grub -c "$work/grub/early.cfg" $modules
      truncate -s "$((mib + 35))M" "$out"
      sfdisk -q "$out" <<END
      label: gpt
      label-id: $disk
      start=1MiB, size=1MiB, type=21686148-6449-6E6F-744E-656564454649, uuid=$bios
      start=2MiB, size=32MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=$efi
      start=34MiB, size=${mib}MiB, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=$part
      END
      # The first sector: GRUB's boot code, told where its core lies (boot.S: kernel_sector at 0x5c).
      boot=/usr/lib/grub/i386-pc/boot.img
      dd if="$boot" of="$out" bs=1 count=440 conv=notrunc status=none
      printf '\\000\\010\\000\\000\\000\\000\\000\\000' | dd of="$out" bs=1 seek=92 conv=notrunc status=none
      # No fix-up for floppies (boot.S: boot_drive_check jumps over it unless patched).
      printf '\\220\\220' | dd of="$out" bs=1 seek=102 conv=notrunc status=none
      # The core's own list of its sectors (diskboot.S: at the end of its first sector).
      size=$(stat -c %s "$work/core.img")
      sectors=$(((size + 511) / 512 - 1))
      octets() { for shift in 0 8 16 24 32 40 48 56; do printf "\\\\$(printf %03o $((($1 >> shift) & 255)))"; done; }
      octets 2049 | dd of="$work/core.img" bs=1 seek=500 conv=notrunc status=none
      printf "\\\\$(printf %03o $((sectors & 255)))\\\\$(printf %03o $((sectors >> 8)))" |
        dd of="$work/core.img" bs=1 seek=508 conv=notrunc status=none
      dd if="$work/core.img" of="$out" bs=1M seek=1 conv=notrunc status=none
      truncate -s 32M "$work/efi.img"
      mkfs.vfat -i "$(printf %.8s "$efi")" -n HEDDLE-EFI --invariant "$work/efi.img" >/dev/null
      mmd -i "$work/efi.img" ::/EFI ::/EFI/BOOT
      touch -d "@$epoch" "$work/bootx64.efi"
      TZ=UTC mcopy -m -i "$work/efi.img" "$work/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
      dd if="$work/efi.img" of="$out" bs=1M seek=2 conv=notrunc,sparse status=none
      dd if="$root" of="$out" bs=1M seek=34 conv=notrunc,sparse status=none
      """;

  private final FarmFolder farm;
  private final Limits limits;

  BootableDisk(FarmFolder farm, Limits limits) {
    this.farm = farm;
    this.limits = limits;
  }

  void write(Assembly.Job job) throws IOException, InterruptedException, FarmException {
    Assembly.need("grub-mkimage", "grub-common grub-pc-bin grub-efi-amd64-bin");
    Assembly.need("mcopy", "mtools");
    Assembly.need("mkfs.vfat", "dosfstools");
    Assembly.need("sfdisk", "fdisk");
    Layers kernel =
        job.kernel()
            .orElseThrow(() ->
                FarmException.invalid("a bootable disk needs a kernel: give 'kernel:' a recipe"));
    Path boot = Files.createDirectories(job.work().resolve("boot-layer"));
    Path heddle = Files.createDirectories(boot.resolve("boot/heddle"));
    Assembly.Job files =
        new Assembly.Job(
            job.image(), job.tree(), job.kernel(), job.snapshot(), job.work(), heddle, job.log());
    Assembly assembly = new Assembly(farm, limits);
    assembly.bootFiles(files, kernel);
    Command.of(
            "sh",
            "-ec",
            "find \"$1\" -print0 | xargs -0r touch -h -d \"$2\" --",
            "sh",
            boot.toString(),
            "@" + job.snapshot().epoch())
        .check(job.log());
    Assembly.Job with =
        new Assembly.Job(
            job.image(),
            job.tree().with(boot, ""),
            job.kernel(),
            job.snapshot(),
            job.work(),
            job.out(),
            job.log());
    Path root = job.work().resolve("root.raw");
    assembly.ext4(with, root);
    List<String> words = new ArrayList<>(List.of("sh", "-ec", SCRIPT, "sh"));
    words.addAll(
        List.of(
            job.target().toString(),
            root.toString(),
            Long.toString(job.image().sizeMiB()),
            Long.toString(job.snapshot().epoch()),
            job.work().toString(),
            job.uuid("root"),
            job.uuid("disk"),
            job.uuid("bios"),
            job.uuid("efi"),
            job.uuid("partition"),
            job.image().kernelArguments()));
    Command.of(words).check(job.log());
  }
}
