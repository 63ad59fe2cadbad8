package org.heddle.dist.box;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.heddle.dist.box.BoxException.Kind;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.Limits;
import org.heddle.wiring.Shell;

/**
 * What a box's hosts need of the image farm: the key that its images are signed with, and a way out
 * for the builder's downloads, since a host of the box reaches nothing but the box. The way is a
 * handle of the machine's own network namespace, which {@code heddle down} takes away like all
 * mounts in the state folder.
 */
final class BoxFarm {
  private final BoxFolder folder;

  BoxFarm(BoxFolder folder) {
    this.folder = folder;
  }

  /** Makes what is missing. */
  void prepare() throws IOException, BoxException {
    try {
      var _ = Farm.open(folder.farm(), Limits.USUAL, Map.of(), InstantSource.system()).publicKey();
    } catch (FarmException refused) {
      throw new BoxException(Kind.FAILED, String.valueOf(refused.getMessage()), refused);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    }
    Path handle = folder.network();
    if (!Files.exists(handle)) {
      Files.createFile(handle);
    }
    if (!Mounts.has(handle.toRealPath())) {
      Shell.here().run("mount", "--bind", "/proc/self/ns/net", handle.toString());
    }
  }

  /** Where the public key lies. */
  static Path key(BoxFolder folder) {
    return folder.farm().resolve("keys").resolve("farm.pub");
  }

  /** What the builder inherits of the environment of who brings the box up: mirrors, proxies. */
  static void inherit(Map<String, String> from, Map<String, String> to) {
    for (String name :
        List.of(
            "HEDDLE_HOME",
            "HEDDLE_MIRROR",
            "HEDDLE_SECURITY_MIRROR",
            "HEDDLE_UBUNTU_MIRROR",
            "HEDDLE_EL9_MIRROR",
            "http_proxy",
            "https_proxy",
            "no_proxy")) {
      String value = from.get(name);
      if (value != null) {
        to.put(name, value);
      }
    }
  }
}
