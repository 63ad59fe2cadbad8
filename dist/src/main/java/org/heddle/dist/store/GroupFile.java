package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.heddle.api.Json;
import org.heddle.cli.Failure;
import org.heddle.store.schedule.Load;
import org.heddle.store.schedule.Network;
import tools.jackson.core.JacksonException;

/**
 * A file that names the hosts of a gather or a scatter, as JSON.
 *
 * @param repository has, or is to have, all
 * @param index what a scatter brings to all hosts
 * @param mib of the index that is scattered, for the forecast; it is asked for where it is missing
 * @param commonMib what all hosts' indexes share, for the forecast
 * @param startSeconds until a move that was decided has begun
 * @param hopSeconds by which one that passes on is behind
 */
record GroupFile(
    List<Site> sites,
    Node repository,
    List<Node> hosts,
    Optional<String> index,
    Optional<Double> mib,
    Optional<Double> commonMib,
    Optional<Double> startSeconds,
    Optional<Double> hopSeconds) {
  private static final double START = 1.5;
  private static final double HOP = 1;

  /** A site and its link to the others. */
  record Site(String name, double mbit, Optional<Double> latencyMs) {}

  /**
   * A host.
   *
   * @param url where its store is served
   * @param store its store's folder there
   * @param run the command before {@code heddle} that runs it there, such as {@code ssh -T HOST};
   *     absent: it runs here
   * @param index what it has, in a gather
   * @param mib of that, for the forecast; it is asked for where it is missing
   */
  record Node(
      String name,
      String site,
      double mbit,
      String url,
      Optional<String> store,
      Optional<List<String>> run,
      Optional<String> index,
      Optional<Double> mib) {}

  static GroupFile read(Path file) throws IOException {
    try {
      return Json.read(Files.readString(file), GroupFile.class);
    } catch (JacksonException wrong) {
      throw Failure.invalid(file + ": " + wrong.getOriginalMessage());
    }
  }

  Network network() {
    try {
      List<Network.Site> places = new ArrayList<>();
      for (Site site : sites) {
        double latency = site.latencyMs().orElse(0.0) / 1000;
        places.add(new Network.Site(site.name(), site.mbit() * 125_000, latency));
      }
      List<Network.Host> nodes = new ArrayList<>();
      for (Node node : all()) {
        nodes.add(new Network.Host(node.name(), node.site(), node.mbit() * 125_000));
      }
      return new Network(places, nodes, startSeconds.orElse(START), hopSeconds.orElse(HOP));
    } catch (IllegalArgumentException wrong) {
      throw Failure.invalid("the group's file describes " + wrong.getMessage());
    }
  }

  private List<Node> all() {
    List<Node> all = new ArrayList<>();
    all.add(repository);
    all.addAll(hosts);
    return all;
  }

  Node node(String name) {
    return all().stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  SequencedMap<String, List<String>> holds() {
    SequencedMap<String, List<String>> holds = new LinkedHashMap<>();
    for (Node host : hosts) {
      String held =
          host.index()
              .orElseThrow(
                  () -> Failure.invalid("host " + host.name() + " has no index to gather"));
      holds.put(host.name(), List.of(held));
    }
    return holds;
  }

  /** Asks for sizes that are not given. */
  interface Sizes {
    long bytes(Node node, String index) throws IOException;
  }

  private static long bytes(double mib) {
    return Math.round(mib * (1 << 20));
  }

  Load gathered(Sizes sizes) throws IOException {
    long common = bytes(commonMib.orElse(0.0));
    SequencedMap<String, Long> items = new LinkedHashMap<>();
    for (Node host : hosts) {
      String held = host.index().orElseThrow();
      long all = host.mib().isPresent() ? bytes(host.mib().get()) : sizes.bytes(host, held);
      if (items.put(held, Math.max(0, all - common)) != null) {
        throw Failure.invalid("two hosts have an index " + held + ": give them names of their own");
      }
    }
    return new Load(items, common);
  }

  Load scattered(Sizes sizes) throws IOException {
    String name =
        index.orElseThrow(() -> Failure.invalid("the group's file names no index to scatter"));
    SequencedMap<String, Long> items = new LinkedHashMap<>();
    items.put(name, mib.isPresent() ? bytes(mib.get()) : sizes.bytes(repository, name));
    return new Load(items, 0);
  }
}
