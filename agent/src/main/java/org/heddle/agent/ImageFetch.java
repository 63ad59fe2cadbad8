package org.heddle.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.heddle.api.AgentApi.Offer;
import org.heddle.api.AgentApi.OfferedFile;
import org.heddle.api.AgentClient;
import org.heddle.api.Json;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.Folders;
import org.heddle.images.Signatures;
import org.heddle.model.Outcome;
import org.heddle.store.Progress;
import org.heddle.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Fetches an image by content: from hosts of this site that have it, else from the one host of the
 * site that fetches it for all, else from another site. Thread-safe.
 */
final class ImageFetch {
  private static final Logger LOG = LoggerFactory.getLogger(ImageFetch.class);
  private static final int BUFFER = 256 * 1024;

  private final Content content;
  private final Function<String, Neighbours> neighbours;
  private final Function<String, AgentClient> clients;
  private final Trust trust;
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();

  /**
   * @param neighbours for an image's name the hosts of the grid
   * @param clients for a base URL the client
   * @param trust whose images are taken
   */
  ImageFetch(
      Content content,
      Function<String, Neighbours> neighbours,
      Function<String, AgentClient> clients,
      Trust trust) {
    this.trust = trust;
    this.content = content;
    this.neighbours = neighbours;
    this.clients = clients;
  }

  /** Nobody whom this host trusts has signed it; asking again does not help. */
  private static final class Distrusted extends IOException {
    private static final long serialVersionUID = 1;

    Distrusted(String message) {
      super(message);
    }
  }

  /** Whether another host is fetching the image for this one: nobody should wait for this one. */
  boolean waitsForAnother(String name) {
    return waiting.contains(name);
  }

  /**
   * Every file is verified; the folder appears under its name only when it is whole.
   *
   * @param forOthers fetch it from the other site, although another host should
   */
  Image fetch(String name, Path folder, boolean forOthers)
      throws DriverException, InterruptedException {
    Neighbours hosts = neighbours.apply(name);
    if (hosts.near().isEmpty() && hosts.far().isEmpty()) {
      throw new DriverException(
          Outcome.Code.NO_IMAGE, "no host of the grid has an image '" + name + "'");
    }
    List<String> failures = new ArrayList<>();
    int distrusted = 0;
    for (Source source : sources(hosts, name, forOthers)) {
      try {
        Image image = from(source, name, folder.resolveSibling("." + name + ".part"));
        requireSame(image, folder);
        Folders.remove(folder);
        DurableFiles.move(folder.resolveSibling("." + name + ".part"), folder);
        LOG.info("image {} fetched from {}", name, source.url);
        return image;
      } catch (StoreException full) {
        if (full.kind() == StoreException.Kind.FULL) {
          throw new DriverException(
              Outcome.Code.NO_ROOM, "image '" + name + "': " + full.getMessage(), full);
        }
        failures.add(source.url + ": " + full.getMessage());
      } catch (Distrusted refused) {
        distrusted++;
        failures.add(source.url + ": " + refused.getMessage());
      } catch (IOException | JacksonException failed) {
        failures.add(source.url + ": " + failed.getMessage());
      }
    }
    throw new DriverException(
        distrusted == failures.size() ? Outcome.Code.NO_IMAGE : Outcome.Code.UNREACHABLE,
        "image '" + name + "' could not be fetched; " + String.join("; ", failures));
  }

  /** Machines may rest on what is here already: another image never takes its place. */
  private static void requireSame(Image image, Path folder) throws IOException, DriverException {
    Path description = folder.resolve(Image.DESCRIPTION);
    if (!Files.isRegularFile(description)) {
      return;
    }
    Image here = Json.read(Files.readAllBytes(description), Image.class);
    if (!here.digest().equals(image.digest())) {
      throw new DriverException(
          Outcome.Code.NO_IMAGE,
          "image '"
              + image.name()
              + "' is here in another form, which is not signed, and machines may rest on it: give"
              + " the new one another name, or delete "
              + folder
              + " when no machine needs it");
    }
  }

  /**
   * Where it can be had.
   *
   * @param relay whether that host has it only when it fetches it for us
   * @param peers hosts that have it too
   */
  private record Source(String url, boolean relay, List<String> peers) {}

  private static List<Source> sources(Neighbours hosts, String name, boolean forOthers) {
    List<Source> sources = new ArrayList<>();
    List<String> near = hosts.near();
    for (String url : near) {
      List<String> peers = near.stream().filter(other -> !other.equals(url)).toList();
      sources.add(new Source(url, false, peers));
    }
    if (near.isEmpty() && !forOthers) {
      hosts.relays(name).forEach(url -> sources.add(new Source(url, true, List.of())));
    }
    hosts.far().forEach(url -> sources.add(new Source(url, false, List.of())));
    return sources;
  }

  private Image from(Source source, String name, Path part)
      throws IOException, InterruptedException {
    AgentClient agent = clients.apply(source.url);
    Offer offer = offer(agent, source, name, false);
    byte[] description = agent.image(name);
    Optional<byte[]> signature = agent.imageSignature(name);
    Optional<String> objection = trust.objection(name, description, signature);
    if (objection.isPresent()) {
      throw new Distrusted(objection.get());
    }
    Image image = Json.read(description, Image.class);
    if (!image.name().equals(name)) {
      throw new IOException("it gave image '" + image.name() + "' instead");
    }
    DurableFiles.folder(part);
    Sources from = new Sources(source.url, source.peers);
    try {
      pull(image, offer, from);
    } catch (StoreException damaged) {
      if (damaged.kind() == StoreException.Kind.FULL) {
        throw damaged;
      }
      offer = offer(agent, source, name, true);
      pull(image, offer, from);
    }
    for (Image.File file : image.files()) {
      extract(file, offer, part.resolve(file.name()), from);
    }
    if (signature.isPresent()) {
      DurableFiles.write(part.resolve(Signatures.OF_IMAGE), signature.get());
    }
    DurableFiles.write(part.resolve(Image.DESCRIPTION), description);
    return image;
  }

  private Offer offer(AgentClient agent, Source source, String name, boolean mend)
      throws IOException, InterruptedException {
    if (!source.relay) {
      return Offering.await(() -> agent.offerImage(name, false, mend));
    }
    waiting.add(name);
    try {
      return Offering.await(() -> agent.offerImage(name, true, mend));
    } finally {
      waiting.remove(name);
    }
  }

  private void pull(Image image, Offer offer, Sources from)
      throws IOException, InterruptedException {
    for (Image.File file : image.files()) {
      IndexName index = new IndexName.ImageFile(file.sha256());
      OfferedFile offered = Offering.find(offer, index);
      content.pull(index, offered.id(), from, Progress.NONE);
    }
  }

  /** A file that an earlier try has left whole stays. */
  private void extract(Image.File file, Offer offer, Path to, Sources from) throws IOException {
    if (Files.isRegularFile(to) && matches(to, file)) {
      return;
    }
    IndexName index = new IndexName.ImageFile(file.sha256());
    content.extract(index, Offering.find(offer, index).id(), to, from);
    if (!matches(to, file)) {
      Files.delete(to);
      content.remove(index);
      throw new IOException(file.name() + " is not what the image's description says");
    }
  }

  /** Whether a file is what the image's description says. */
  static boolean matches(Path path, Image.File file) throws IOException {
    if (Files.size(path) != file.size()) {
      return false;
    }
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(path)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).equals(file.sha256());
  }
}
