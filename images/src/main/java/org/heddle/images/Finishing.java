package org.heddle.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The end of an image's making: described, signed, forced to the disk, and put in its place. */
final class Finishing {
  /** What says of an image how it boots and what is in it. */
  private static final List<String> DOCUMENTS = List.of(Images.BOOT, Images.SBOM);

  private final FarmFolder farm;
  private final Images images;
  private final Signing signing;

  Finishing(FarmFolder farm, Images images) {
    this.farm = farm;
    this.images = images;
    this.signing = new Signing(farm.keys());
  }

  /**
   * Signs what an image comes from and puts it in place.
   *
   * @param packages their type in package URLs
   * @param out the folder with its files, which becomes the image's
   * @param work the folder that it was made in
   */
  void finish(ImageRecord record, String packages, Path out, Path work)
      throws IOException, InterruptedException, FarmException {
    Files.write(out.resolve(Images.SBOM), Sbom.of(record, packages));
    if (!Files.exists(out.resolve(Images.LOG))) {
      Files.copy(work.resolve("log"), out.resolve(Images.LOG));
    }
    for (String document : DOCUMENTS) {
      if (Files.exists(out.resolve(document))) {
        byte[] content = Files.readAllBytes(out.resolve(document));
        Files.write(out.resolve(document + Signatures.ENDING), sign(content));
      }
    }
    byte[] content = Json.bytes(record);
    Files.write(out.resolve(Images.SIGNATURE), sign(content));
    Json.write(out.resolve(Images.BUILD), content);
    try (Locks.Held _ = farm.room().want(record.bytes())) {
      try (Log log = new Log(work.resolve("sync"))) {
        Command.of("sync", "-f", out.toString()).check(log);
      }
      images.delete(record.digest());
      Files.move(out, images.folder(record.digest()));
      name(record);
    }
  }

  /** From now on that is the image of its name. */
  void name(ImageRecord image) throws IOException {
    Path name = farm.names().resolve(image.name());
    if (!Files.exists(name) || !Files.readString(name).strip().equals(image.digest())) {
      Json.write(name, (image.digest() + "\n").getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Whether the description in an image's folder is one that this farm has signed. */
  boolean signed(Path folder) throws IOException {
    byte[] content = Files.readAllBytes(folder.resolve(Images.BUILD));
    return Signing.verify(content, folder.resolve(Images.SIGNATURE), signing.publicFile());
  }

  /**
   * The documents in an image's folder that are not as this farm has signed them. Images that were
   * made before documents were signed have none.
   */
  List<String> strange(Path folder) throws IOException {
    List<String> strange = new ArrayList<>();
    for (String document : DOCUMENTS) {
      Path file = folder.resolve(document);
      Path signature = folder.resolve(document + Signatures.ENDING);
      if (Files.exists(file)
          && Files.exists(signature)
          && !Signing.verify(Files.readAllBytes(file), signature, signing.publicFile())) {
        strange.add(document + " is not what the farm has signed");
      }
    }
    return strange;
  }

  byte[] sign(byte[] message) throws IOException, InterruptedException {
    return signing.sign(message, farm.locks().resolve("keys"));
  }

  /** The file with the public key, which is made when there is none. */
  Path publicKey() throws IOException, InterruptedException {
    return signing.published(farm.locks().resolve("keys"));
  }
}
