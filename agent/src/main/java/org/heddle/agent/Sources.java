package org.heddle.agent;

import java.util.ArrayList;
import java.util.List;

/**
 * Where something can be had by content.
 *
 * @param origin base URL of the agent that has it all
 * @param peers base URLs of agents that may have some of it and are asked before
 */
record Sources(String origin, List<String> peers) {
  Sources {
    peers = List.copyOf(peers);
  }

  /** All of them, the origin last. */
  List<String> all() {
    List<String> all = new ArrayList<>(peers);
    all.add(origin);
    return all;
  }
}
