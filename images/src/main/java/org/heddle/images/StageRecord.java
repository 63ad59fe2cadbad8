package org.heddle.images;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of a stage; written last, as {@code stage.json}.
 *
 * @param below digests of the stages below, the nearest first
 * @param snapshot what it takes in beside its inputs: the state of the package lists, or that of
 *     the trees of other images; "" for nothing
 * @param packages "name version architecture" of all packages of the tree, if its family has some
 * @param bytes what its own layer takes
 * @param seconds that it took to make
 * @param built seconds since 1970
 */
record StageRecord(
    String digest,
    String kind,
    String owner,
    Map<String, Object> inputs,
    List<String> below,
    String snapshot,
    long epoch,
    List<String> packages,
    long bytes,
    double seconds,
    long built) {
  StageRecord {
    inputs = new TreeMap<>(inputs);
    below = List.copyOf(below);
    packages = List.copyOf(packages);
  }
}
