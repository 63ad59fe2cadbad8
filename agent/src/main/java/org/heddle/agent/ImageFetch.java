package org.heddle.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.heddle.api.AgentClient;
import org.heddle.api.Json;
import org.heddle.drivers.DriverException;
import org.heddle.model.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** Fetches an image from the first of the agents that have it and gives it whole. */
final class ImageFetch {
  private static final Logger LOG = LoggerFactory.getLogger(ImageFetch.class);
  private static final int BUFFER = 256 * 1024;

  private final Function<String, List<String>> holders;
  private final Function<String, AgentClient> clients;

  /**
   * @param holders for an image's name the base URLs of agents that have it
   * @param clients for a base URL the client
   */
  ImageFetch(Function<String, List<String>> holders, Function<String, AgentClient> clients) {
    this.holders = holders;
    this.clients = clients;
  }

  /** Every file is verified; the folder appears under its name only when it is whole. */
  Image fetch(String name, Path folder) throws DriverException, InterruptedException {
    List<String> agents = holders.apply(name);
    if (agents.isEmpty()) {
      throw new DriverException(
          Outcome.Code.NO_IMAGE, "no host of the grid has an image '" + name + "'");
    }
    Path part = folder.resolveSibling("." + name + ".part");
    StringBuilder failures = new StringBuilder();
    for (String agent : agents) {
      try {
        Image image = fetchFrom(clients.apply(agent), name, part);
        DurableFiles.remove(folder);
        DurableFiles.move(part, folder);
        LOG.info("image {} fetched from {}", name, agent);
        return image;
      } catch (IOException | JacksonException failed) {
        failures.append("; ").append(agent).append(": ").append(failed.getMessage());
      }
    }
    throw new DriverException(
        Outcome.Code.UNREACHABLE, "image '" + name + "' could not be fetched" + failures);
  }

  private static Image fetchFrom(AgentClient agent, String name, Path part)
      throws IOException, InterruptedException {
    byte[] description = agent.image(name);
    Image image = Json.read(description, Image.class);
    if (!image.name().equals(name)) {
      throw new IOException("it gave image '" + image.name() + "' instead");
    }
    try {
      DurableFiles.remove(part);
      DurableFiles.folder(part);
      for (Image.File file : image.files()) {
        try (InputStream in = agent.imageFile(name, file.name())) {
          receive(in, file, part.resolve(file.name()));
        }
      }
      DurableFiles.write(part.resolve(Image.DESCRIPTION), description);
      return image;
    } catch (IOException failed) {
      DurableFiles.remove(part);
      throw failed;
    }
  }

  private static void receive(InputStream in, Image.File file, Path to) throws IOException {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[BUFFER];
    long size = 0;
    try (FileChannel out =
        FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        size += count;
        if (size > file.size()) {
          break;
        }
        digest.update(buffer, 0, count);
        DurableFiles.writeAll(out, ByteBuffer.wrap(buffer, 0, count));
      }
      out.force(true);
    }
    String sha256 = HexFormat.of().formatHex(digest.digest());
    if (size != file.size() || !sha256.equals(file.sha256())) {
      throw new IOException(
          file.name()
              + " is not what the image's description says ("
              + size
              + " bytes, "
              + sha256
              + ")");
    }
  }
}
