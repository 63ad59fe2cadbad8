package org.heddle.images;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageFormat;

/**
 * Writes a finished tree as the files of an image. Equal trees become equal bytes: names are
 * sorted, times are the snapshot's, identifiers come from the digest.
 */
final class Assembly {
  private static final int ZSTD_LEVEL = 9;

  /**
   * ext4 from a folder, without mounting. mke2fs takes change and access times from the folder's
   * files, which differ between builds: they are set afterwards.
   */
  private static final String EXT4 =
      """
      out=$1 mib=$2 uuid=$3 epoch=$4
      truncate -s "${mib}M" "$out"
      journal=8
      [ "$mib" -ge 64 ] || journal=2
      export E2FSPROGS_FAKE_TIME="$epoch"
      mke2fs -q -F -t ext4 -L heddle-root -m 0 -J "size=$journal" -O ^metadata_csum_seed -U "$uuid" \
        -E "root_owner=0:0,lazy_itable_init=1,lazy_journal_init=1,hash_seed=$uuid" -d "$HEDDLE_TREE" "$out"
      dumpe2fs -h "$out" 2>/dev/null | awk -v epoch="$epoch" '
        /^Inode count:/ { all = $3 }
        /^Free inodes:/ { free = $3 }
        END {
          for (i = 2; i <= all - free + 1; i = i == 2 ? 11 : i + 1)
            for (n = split("atime ctime crtime", field, " "); n; n--) {
              print "set_inode_field <" i "> " field[n] " @" epoch
              print "set_inode_field <" i "> " field[n] "_extra 0"
            }
        }' >"$out.times"
      debugfs -w -f "$out.times" "$out" >/dev/null 2>&1
      rm "$out.times"
      """;

  private final FarmFolder farm;
  private final Limits limits;

  Assembly(FarmFolder farm, Limits limits) {
    this.farm = farm;
    this.limits = limits;
  }

  /** What is to be written, from what, and where to. */
  record Job(
      Blueprint image,
      Layers tree,
      Optional<Layers> kernel,
      Snapshot snapshot,
      Path work,
      Path out,
      Log log) {
    String uuid(String purpose) {
      String digits = Canonical.digest(List.of(image.digest(), purpose)).substring(0, 32);
      return digits.replaceFirst("(.{8})(.{4}).(.{3}).(.{3})(.{12})", "$1-$2-4$3-8$4-$5");
    }

    Path target() {
      return out.resolve(image.format().file());
    }
  }

  void write(Job job) throws IOException, InterruptedException, FarmException {
    Job tidy =
        new Job(
            job.image(),
            tidied(job),
            job.kernel(),
            job.snapshot(),
            job.work(),
            job.out(),
            job.log());
    switch (job.image().format()) {
      case RAW -> ext4(tidy, job.target());
      case QCOW2 -> qcow2(tidy);
      case INITRD -> initrd(tidy);
      case TAR -> tar(tidy, Files.newOutputStream(job.target()));
      case TAR_GZ -> tar(tidy, gzip(job.target()));
      case TAR_ZST ->
          tar(tidy, new ZstdOutputStream(Files.newOutputStream(job.target()), ZSTD_LEVEL));
      case SQUASHFS -> squashfs(tidy);
      case OCI -> oci(tidy);
      case DISK -> new BootableDisk(farm, limits).write(tidy);
    }
    if (job.image().format().bootsDirectly()) {
      kernel(tidy);
    }
  }

  /** The tree with one more layer, which takes away what no image should have. */
  private Layers tidied(Job job) throws IOException, InterruptedException, FarmException {
    Path layer = Files.createDirectory(job.work().resolve("tidy"));
    new Sandbox(farm, Sandbox.Action.TIDY, job.tree().folders(), job.work().resolve("run-tidy"))
        .writing(layer)
        .limits(limits)
        .run("tidying", job.log());
    Command.of(
            "sh",
            "-ec",
            "find \"$1\" -newermt \"$2\" -print0 | xargs -0r touch -h -d \"$2\" --",
            "sh",
            layer.toString(),
            "@" + job.snapshot().epoch())
        .check(job.log());
    return job.tree().with(layer, "");
  }

  private Sandbox sandbox(Job job, Sandbox.Action action, String name) {
    return new Sandbox(farm, action, job.tree().folders(), job.work().resolve("run-" + name))
        .limits(limits);
  }

  private void script(Job job, String what, String script, String... arguments)
      throws IOException, InterruptedException, FarmException {
    List<String> words = new ArrayList<>(List.of("sh", "-ec", script, "sh"));
    words.addAll(List.of(arguments));
    sandbox(job, Sandbox.Action.HOST, what)
        .writingTo(job.work())
        .arguments(words)
        .run("writing " + what, job.log());
  }

  void ext4(Job job, Path to) throws IOException, InterruptedException, FarmException {
    try {
      script(
          job,
          "ext4",
          EXT4,
          to.toString(),
          Long.toString(job.image().sizeMiB()),
          job.uuid("root"),
          Long.toString(job.snapshot().epoch()));
    } catch (FarmException failed) {
      if (String.valueOf(failed.getMessage()).contains("Could not allocate")) {
        throw new FarmException(
            FarmException.Kind.INVALID,
            "the tree does not fit into " + job.image().sizeMiB() + " MiB; give a larger size",
            Optional.of(job.log().file()));
      }
      throw failed;
    }
  }

  private void qcow2(Job job) throws IOException, InterruptedException, FarmException {
    Path raw = job.work().resolve("disk.raw");
    ext4(job, raw);
    Qcow2.convert("raw", raw, job.target(), job.log());
  }

  private void read(Job job, Layers from, String path, Path to)
      throws IOException, InterruptedException, FarmException {
    String name = "read-" + Integer.toHexString((path + to).hashCode());
    try (OutputStream out = Files.newOutputStream(to)) {
      new Sandbox(farm, Sandbox.Action.READ, from.folders(), job.work().resolve("run-" + name))
          .arguments(List.of(path))
          .limits(limits)
          .run("reading " + path, out, job.log());
    }
  }

  private void initrd(Job job) throws IOException, InterruptedException, FarmException {
    pack(job, job.tree(), "/", job.target(), true);
  }

  private void pack(Job job, Layers from, String path, Path to, boolean withoutBoot)
      throws IOException, InterruptedException, FarmException {
    Path records = job.work().resolve("records-" + to.getFileName());
    read(job, from, path, records);
    try (var in = Records.open(records);
        var out = new BufferedOutputStream(Files.newOutputStream(to), 1 << 16)) {
      Cpio.write(in, out, withoutBoot);
    }
    Files.delete(records);
  }

  /** The kernel, and the initrd unless the image is one, out of the kernel's recipe. */
  private void kernel(Job job) throws IOException, InterruptedException, FarmException {
    if (job.kernel().isEmpty()) {
      return;
    }
    Layers from = job.kernel().get();
    file(job, from, "/boot/vmlinuz", job.out().resolve("vmlinuz"));
    if (job.image().format() != ImageFormat.INITRD) {
      pack(job, from, "/boot/initrd", job.out().resolve("initrd"), false);
    }
  }

  /** Kernel and initrd into the job's folder. */
  void bootFiles(Job job, Layers from) throws IOException, InterruptedException, FarmException {
    file(job, from, "/boot/vmlinuz", job.out().resolve("vmlinuz"));
    pack(job, from, "/boot/initrd", job.out().resolve("initrd"), false);
  }

  private void file(Job job, Layers from, String path, Path to)
      throws IOException, InterruptedException, FarmException {
    Path records = job.work().resolve("record");
    read(job, from, path, records);
    try (var in = Records.open(records);
        var out = Files.newOutputStream(to)) {
      Records.Head head =
          Records.read(in).orElseThrow(() -> FarmException.failed("there is no " + path));
      Records.copyBytes(in, out, head.size());
    }
  }

  private static OutputStream gzip(Path to) throws IOException {
    // The JDK's header has no time and no name.
    return new GZIPOutputStream(Files.newOutputStream(to), 1 << 16) {
      {
        def.setLevel(Deflater.DEFAULT_COMPRESSION);
      }
    };
  }

  void tar(Job job, OutputStream to) throws IOException, InterruptedException, FarmException {
    List<String> words =
        List.of(
            "sh",
            "-ec",
            "exec tar -C \"$HEDDLE_TREE\" --sort=name --mtime=\"@$1\" --clamp-mtime --numeric-owner"
                + " --xattrs --xattrs-exclude='trusted.*' --format=posix"
                + " --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -c .",
            "sh",
            Long.toString(job.snapshot().epoch()));
    try (OutputStream out = to) {
      sandbox(job, Sandbox.Action.HOST, "tar")
          .arguments(words)
          .run("writing a tar", out, job.log());
    }
  }

  private void squashfs(Job job) throws IOException, InterruptedException, FarmException {
    need("mksquashfs", "squashfs-tools");
    script(
        job,
        "squashfs",
        "mksquashfs \"$HEDDLE_TREE\" \"$1\" -comp zstd -noappend -quiet -no-progress -all-time"
            + " \"$2\" -mkfs-time \"$2\" -xattrs-exclude '^trusted' 2>/dev/null || { rm -f \"$1\";"
            + " mksquashfs \"$HEDDLE_TREE\" \"$1\" -comp zstd -noappend -quiet -no-progress"
            + " -all-time \"$2\" -mkfs-time \"$2\"; }",
        job.target().toString(),
        Long.toString(job.snapshot().epoch()));
  }

  static void need(String program, String debianPackage) throws FarmException {
    for (String folder : List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return;
      }
    }
    throw FarmException.invalid("this needs " + program + ": apt-get install " + debianPackage);
  }

  private void oci(Job job) throws IOException, InterruptedException, FarmException {
    Path layer = job.work().resolve("layer.tar");
    tar(job, Files.newOutputStream(layer));
    OciLayout.write(job, layer);
  }
}
