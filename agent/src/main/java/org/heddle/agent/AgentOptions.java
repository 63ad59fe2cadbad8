package org.heddle.agent;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.drivers.qemu.Accelerator;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;

/**
 * How an agent is to run.
 *
 * @param controller base URL of the controller
 * @param token shared by controller and agents
 * @param address IP address at which other hosts reach this one
 * @param listen where the API listens; port 0 takes a free one
 * @param state folder of the agent's own, made readable by its owner alone
 * @param images folders of images that are only read
 * @param content how the content store is used
 * @param farm whose images are booted, and whether this host builds some
 * @param ramFolder where the memory of running machines lies (tmpfs); empty: the driver's choice
 */
public record AgentOptions(
    URI controller,
    String token,
    SiteId site,
    HostId host,
    String address,
    InetSocketAddress listen,
    Path state,
    List<Path> images,
    ContentOptions content,
    Resources capacity,
    SortedSet<String> tags,
    Accelerator accelerator,
    Optional<Path> ramFolder,
    DriverKind driver,
    FarmOptions farm) {
  public AgentOptions {
    images = List.copyOf(images);
    tags = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(tags));
    if (token.isBlank()) {
      throw new IllegalArgumentException("token: give the one that the controller was given");
    }
  }

  /**
   * How the host's content store is used.
   *
   * @param quota most bytes that it may take; 0: what the disk has, but for a reserve
   * @param repository whether it keeps copies of the site's saved states
   * @param rate bytes a second at which copies are made and sent in the background; 0: no limit
   */
  public record ContentOptions(long quota, boolean repository, long rate) {
    /** No quota, no copies of others, no limit. */
    public static final ContentOptions PLAIN = new ContentOptions(0, false, 0);

    public ContentOptions {
      if (quota < 0 || rate < 0) {
        throw new IllegalArgumentException("quota and rate of the content store: 0 or more");
      }
    }
  }

  /**
   * Images that a farm has made.
   *
   * @param trust files of public keys: images from elsewhere must be signed by one; none: whatever
   * @param builder present when this host builds images for the grid
   */
  public record FarmOptions(List<Path> trust, Optional<Builder> builder) {
    /** Boots whatever it finds, and builds nothing. */
    public static final FarmOptions PLAIN = new FarmOptions(List.of(), Optional.empty());

    public FarmOptions {
      trust = List.copyOf(trust);
    }

    /**
     * @param farm the farm's folder
     * @param recipes folders with recipes and classes
     * @param atOnce builds at the same time
     * @param quota most bytes that the farm may take; 0: what the disk has
     * @param variables of the environment: addresses of mirrors
     */
    public record Builder(
        Path farm, List<Path> recipes, int atOnce, long quota, Map<String, String> variables) {
      public Builder {
        recipes = List.copyOf(recipes);
        variables = Map.copyOf(variables);
        if (atOnce < 1) {
          throw new IllegalArgumentException("builds at once: 1 or more");
        }
        if (quota < 0) {
          throw new IllegalArgumentException("quota of the farm: 0 or more");
        }
      }
    }
  }

  /** Which driver makes the machines. */
  public enum DriverKind {
    QEMU,
    /** Machines that are only objects of this process, for trials without guests. */
    MEMORY
  }

  /** As the grid knows this host. */
  Host describe(int port) {
    String reached =
        listen.getAddress().isAnyLocalAddress() ? address : listen.getAddress().getHostAddress();
    String bracketed = reached.contains(":") ? "[" + reached + "]" : reached;
    return new Host(host, site, capacity, tags, address, "http://" + bracketed + ":" + port);
  }
}
