package org.heddle.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.heddle.images.recipe.Canonical;

/**
 * An OCI image layout (image-spec 1.0: oci-layout, index.json, blobs) with one layer, in a tar, as
 * container tools load it.
 */
final class OciLayout {
  private static final Map<String, String> ARCHITECTURES = Map.of("i386", "386");

  private OciLayout() {}

  static void write(Assembly.Job job, Path layer)
      throws IOException, InterruptedException, FarmException {
    Path layout = Files.createDirectories(job.work().resolve("oci"));
    Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
    Path packed = job.work().resolve("layer.tar.gz");
    String diff = sha256(layer);
    try (InputStream in = Files.newInputStream(layer);
        OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed), 1 << 16)) {
      in.transferTo(out);
    }
    Map<String, Object> layerPart =
        Map.of(
            "mediaType",
            "application/vnd.oci.image.layer.v1.tar+gzip",
            "digest",
            "sha256:" + sha256(packed),
            "size",
            Files.size(packed));
    Files.move(packed, blobs.resolve(sha256(packed)));
    String architecture = job.image().architecture();
    Map<String, Object> configuration = new TreeMap<>();
    configuration.put("architecture", ARCHITECTURES.getOrDefault(architecture, architecture));
    configuration.put("os", "linux");
    configuration.put("created", Instant.ofEpochSecond(job.snapshot().epoch()).toString());
    configuration.put("config", Map.of("Cmd", List.of("/bin/sh")));
    configuration.put("rootfs", Map.of("type", "layers", "diff_ids", List.of("sha256:" + diff)));
    Map<String, Object> manifest =
        Map.of(
            "schemaVersion",
            2,
            "mediaType",
            "application/vnd.oci.image.manifest.v1+json",
            "config",
            blob(blobs, "application/vnd.oci.image.config.v1+json", configuration),
            "layers",
            List.of(layerPart));
    Map<String, Object> listed =
        new TreeMap<>(blob(blobs, "application/vnd.oci.image.manifest.v1+json", manifest));
    listed.put("annotations", Map.of("org.opencontainers.image.ref.name", job.image().name()));
    Files.write(
        layout.resolve("index.json"),
        Json.bytes(new TreeMap<>(Map.of("schemaVersion", 2, "manifests", List.of(listed)))));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}\n");
    pack(job, layout);
  }

  private static Map<String, Object> blob(Path blobs, String type, Map<String, Object> value)
      throws IOException {
    byte[] bytes = Json.bytes(new TreeMap<>(value));
    String digest = Canonical.sha256(bytes);
    Files.write(blobs.resolve(digest), bytes);
    return Map.of("mediaType", type, "digest", "sha256:" + digest, "size", bytes.length);
  }

  private static void pack(Assembly.Job job, Path layout)
      throws IOException, InterruptedException, FarmException {
    Command.of(
            "tar",
            "-C",
            layout.toString(),
            "--sort=name",
            "--mtime=@" + job.snapshot().epoch(),
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "--format=ustar",
            "-c",
            "-f",
            job.target().toString(),
            "oci-layout",
            "index.json",
            "blobs")
        .check(job.log());
  }

  static String sha256(Path file) throws IOException {
    return Canonical.sha256(file);
  }
}
