package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.heddle.store.IndexReader;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import picocli.CommandLine.Option;

/** Whose signatures are asked for. */
final class SignedOptions {
  @Option(
      names = "--signed-by",
      paramLabel = "FILE",
      description =
          "Refuse what is not signed with the private key of this public one ('make --sign'). May"
              + " be repeated: any of them will do.")
  List<Path> files = new ArrayList<>();

  boolean asked() {
    return !files.isEmpty();
  }

  List<PublicKey> keys() throws IOException {
    return KeyFiles.publicKeys(files);
  }

  /** A published index; the signed one if signatures are asked for. */
  IndexReader index(Store store, String name) throws IOException {
    return asked() ? SignedImages.index(store, name, keys()) : store.index(name);
  }
}
