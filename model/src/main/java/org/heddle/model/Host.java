package org.heddle.model;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One machine of the grid that runs an agent.
 *
 * @param capacity what its machines may use together
 * @param tags free words for placement, such as {@code ssd}
 * @param address IP address at which other hosts reach it (migration streams, tunnels)
 * @param agentUrl base URL of its agent's API
 */
public record Host(
    HostId id,
    SiteId site,
    Resources capacity,
    SortedSet<String> tags,
    String address,
    String agentUrl) {
  public Host {
    tags = Collections.unmodifiableSortedSet(new TreeSet<>(tags));
  }
}
