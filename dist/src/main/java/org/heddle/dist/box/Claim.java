package org.heddle.dist.box;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.heddle.dist.box.BoxException.Kind;

/** Gives a box what must not be another's: its id, its block of addresses, its ports. */
final class Claim {
  private static final int ID_DIGITS = 4;

  /** Where a search for a free port inside the box begins; any other is as good. */
  private static final int FIRST_AGENT_PORT = 7070;

  private static final int PORTS_TRIED = 100;

  private Claim() {}

  /** The box that a folder has before anything of it was ever set up. */
  static Box first(BoxFolder folder, BoxSpec spec) throws IOException, BoxException {
    for (int attempt = 0; attempt < 100; attempt++) {
      String digest = digest(folder.path() + (attempt == 0 ? "" : "#" + attempt));
      String id = digest.substring(0, ID_DIGITS);
      int start = Integer.parseInt(digest.substring(ID_DIGITS, ID_DIGITS + 2), 16) % Box.BLOCKS;
      Box box =
          new Box(id, folder.path().toString(), Box.FIRST_BLOCK + start, 0, FIRST_AGENT_PORT, spec);
      Optional<String> owner = new BoxNetwork(box).owner();
      if (owner.isEmpty() || owner.get().equals(owner(box))) {
        return box;
      }
    }
    throw new BoxException(Kind.FAILED, "no free id for a grid in a box on this machine");
  }

  /** How the network of a box says whose it is. */
  static String owner(Box box) {
    return "heddle:" + digest(box.folder()).substring(0, 16);
  }

  /** Takes a block of addresses: the box's own, or while nothing of it is up the next free one. */
  static Box block(Box box, BoxFolder folder) throws IOException, BoxException {
    boolean up = new BoxNetwork(box).traces();
    for (int i = 0; i < Box.BLOCKS; i++) {
      int block = Box.FIRST_BLOCK + (box.block() - Box.FIRST_BLOCK + i) % Box.BLOCKS;
      Box candidate = withBlock(box, block);
      Optional<Box> claimed = up ? keep(candidate) : take(candidate, folder);
      if (claimed.isPresent()) {
        return claimed.get();
      }
      if (up) {
        throw new BoxException(
            Kind.CONFLICT,
            "the addresses "
                + box.network()
                + " of this box are now used by something else on"
                + " this machine (see: ip route); run heddle down, then heddle up");
      }
    }
    throw new BoxException(
        Kind.CONFLICT,
        "every /16 of 10.64.0.0/10 overlaps a route of this machine (see: ip route); a grid in a"
            + " box needs one that is free");
  }

  private static Optional<Box> keep(Box box) throws IOException {
    return new BoxNetwork(box).claim() ? Optional.of(box) : Optional.empty();
  }

  private static Optional<Box> take(Box box, BoxFolder folder) throws IOException {
    if (!RoutingTable.read().free(box.block())) {
      return Optional.empty();
    }
    folder.save(box);
    if (new BoxNetwork(box).claim()) {
      return Optional.of(box);
    }
    new BoxNetwork(box).down();
    return Optional.empty();
  }

  /** Sees to it that the controller can listen: keeps the box's ports if they are free. */
  static Box ports(Box box) throws IOException, BoxException {
    int agentPort = box.agentPort();
    for (int i = 0; !free(box.controllerAddress(), agentPort); i++) {
      if (i == PORTS_TRIED) {
        throw new BoxException(Kind.FAILED, "no free port at " + box.controllerAddress());
      }
      agentPort++;
    }
    int commandPort = box.commandPort();
    if (commandPort == 0 || !free("127.0.0.1", commandPort)) {
      try (ServerSocket any = new ServerSocket()) {
        any.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        commandPort = any.getLocalPort();
      }
    }
    return new Box(box.id(), box.folder(), box.block(), commandPort, agentPort, box.spec());
  }

  private static boolean free(String address, int port) {
    try (ServerSocket trial = new ServerSocket()) {
      trial.setReuseAddress(true);
      trial.bind(new InetSocketAddress(address, port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private static Box withBlock(Box box, int block) {
    return new Box(box.id(), box.folder(), block, box.commandPort(), box.agentPort(), box.spec());
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
